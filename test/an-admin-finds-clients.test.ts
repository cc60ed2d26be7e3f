import { beforeAll, describe, expect, test } from 'vitest'
import { openClient } from '../src/domain/clients.ts'
import { findUserByEmail } from '../src/domain/users.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const NOTHING = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }

describe('an admin finds clients', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    const carol = await findUserByEmail(house.db, 'carol@example.com')
    if (!carol) throw new Error('Carol is missing')
    const add = (company_name: string, last_name: string, email: string, requestId: string) =>
      openClient(
        house.db,
        { kind: 'system', id: null, name: 'test', ip: '', requestId, entries: { next: 0 } },
        carol,
        { ...NOTHING, company_name, first_name: 'Zoë', last_name, email },
      )
    await add('Café Zürich', 'Ångström', 'zoe@cafe.example', 'a')
    await add('100% Wool!', 'Wolff', 'wool_shop@example.org', 'b')
    await add('1000 Woolshop', 'Wolff', 'woolXshop@example.org', 'c')
    for (let nth = 1; nth <= 30; nth++)
      await add(`Numbered ${nth}`, 'Many', `many${nth}@example.net`, `m${nth}`)
  })

  const names = () =>
    ada
      .$('#clients .person-name')
      .map((_, one) => ada.$(one).text().trim())
      .get()

  const search = async (text: string) => {
    await ada.visit('/admin/clients')
    await ada.press('Search', { 'Search by name, company or address': text })
    return names()
  }

  test('by the beginning of a word of a company, of a name, of an address, in any order', async () => {
    expect(await search('hosti')).toEqual(['Acme Hosting'])
    expect(await search('brow')).toEqual(['Brown Bakery'])
    expect(await search('ames hosting')).toEqual(['Acme Hosting'])
    expect(await search('zoe@cafe')).toEqual(['Café Zürich'])
    expect(ada.value('Search by name, company or address'), 'what was typed stays').toBe('zoe@cafe')
  })

  test('whatever the case and the accents, on either side', async () => {
    expect(await search('CAFE zurich')).toEqual(['Café Zürich'])
    expect(await search('café ångstrom')).toEqual(['Café Zürich'])
    expect(await search('ÅCME')).toEqual(['Acme Hosting'])
  })

  test('what looks like a wildcard is plain text', async () => {
    expect(await search('100%')).toEqual(['100% Wool!'])
    expect(await search('wool_')).toEqual(['100% Wool!'])
    expect(await search('wool!')).toEqual(['100% Wool!'])
    expect(await search('%')).toEqual([])
    expect(await search("'; DROP TABLE users; --")).toEqual([])
  })

  test('nothing found says what to do next', async () => {
    expect(await search('nobody at all')).toEqual([])
    expect(ada.text).toContain('No client found.')
    expect(ada.text).toContain('Try the beginning of a name or of the address')
  })

  test('by status', async () => {
    const { id } = await house.clientNamed('Brown Bakery')
    await ada.visit(`/admin/clients/${id}/close`)
    await ada.press('Close client')
    await ada.visit('/admin/clients')
    await ada.press('Search', { Status: 'closed' })
    expect(names()).toEqual(['Brown Bakery'])
    expect(ada.value('Status')).toBe('closed')
    await ada.press('Search', { Status: 'active', 'Search by name, company or address': 'bakery' })
    expect(names()).toEqual([])
    await ada.visit('/admin/clients?status=nonsense&search=bakery')
    expect(names()).toEqual(['Brown Bakery'])
  })

  test('a page at a time: newest first, and back to the first', async () => {
    await ada.visit('/admin/clients')
    expect(names()).toHaveLength(25)
    expect(names()[0]).toBe('Numbered 30')
    expect(ada.text).not.toContain('First page')
    expect(ada.text).toContain(`${(await house.db('clients').select('id')).length} in all`)
    await ada.follow('Next page')
    expect(names().slice(0, 5)).toEqual([5, 4, 3, 2, 1].map((nth) => `Numbered ${nth}`))
    await ada.follow('First page')
    expect(names()[0]).toBe('Numbered 30')
  })

  test('what is searched for, too: by the word that was found, page behind page', async () => {
    await ada.visit('/admin/clients')
    await ada.press('Search', { 'Search by name, company or address': 'numbered' })
    expect(names()).toHaveLength(25)
    expect(names()[0]).toBe('Numbered 1')
    expect(ada.text).not.toContain('First page')

    await ada.follow('Next page')
    expect(names()).toEqual([26, 27, 28, 29, 30].map((nth) => `Numbered ${nth}`))
    expect(ada.text).not.toContain('Next page')
    await ada.follow('First page')
    expect(names()[0]).toBe('Numbered 1')
    expect(ada.value('Search by name, company or address')).toBe('numbered')
  })
})
