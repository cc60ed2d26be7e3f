import { beforeAll, describe, expect, test } from 'vitest'
import { inDays, timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a person with many accounts finds one', () => {
  let house: TestHouse
  let bobId: number

  beforeAll(async () => {
    house = await startHouse()
    bobId = (await house.db('users').where({ email: 'bob@example.com' }).first()).id
  })

  /** Clients of Alice's, where Bob may see services. */
  async function plant(names: string[], more: Record<string, unknown> = {}) {
    const { id: _, ...acme } = await house.clientNamed('Acme Hosting')
    const dates = { created_at: timestamp(), updated_at: timestamp() }
    for (let at = 0; at < names.length; at += 100) {
      const some = names.slice(at, at + 100)
      const search = (name: string) => `${name} alice@example.com`.toLowerCase()
      const rows = some.map((name) => ({ ...acme, company_name: name, search_text: search(name) }))
      await house.db.batchInsert('clients', rows, 50)
      const clients = await house.db('clients').whereIn('company_name', some)
      const access = clients.map(({ id }) => ({
        ...{ client_id: id, user_id: bobId, permissions: 'products', ...dates, ...more },
      }))
      await house.db.batchInsert('associations', access, 50)
    }
  }

  const names = ({ $ }: Visitor) =>
    $('#own-accounts form button')
      .map((_, one) => $(one).text().replace('Switch to ', '').trim())
      .get()
  const entered = (name: string, last_login_at: string) =>
    house
      .db('associations')
      .where({ user_id: bobId, client_id: house.db('clients').where({ company_name: name }).select('id') })
      .update({ last_login_at })

  test('recently used first; a search only from ten accounts on', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    await plant(Array.from({ length: 7 }, (_, nth) => `Numbered ${nth}`))
    await entered('Numbered 3', inDays(-1))
    await entered('Numbered 5', inDays(-2))
    await bob.visit('/user/accounts')
    expect(names(bob)).toEqual([
      ...['Numbered 3', 'Numbered 5', 'Acme Hosting'],
      ...['Numbered 0', 'Numbered 1', 'Numbered 2', 'Numbered 4', 'Numbered 6'],
    ])
    expect(bob.$('main [role="search"]').length).toBe(0)

    await plant(['Zebra Zoo'])
    await bob.visit('/user/accounts')
    expect(bob.$('main [role="search"]').length).toBe(1)
    expect(bob.$('#own-accounts [role="status"]').text()).toBe('10')
    expect(bob.$('[autofocus]').length, 'nothing was searched').toBe(0)
  })

  test('by a part of the name or the address; with one hit, Enter goes on to it', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit('/user/accounts')
    await bob.press('Search', { 'Find an account by name or email address': 'ZOO zeb' })
    expect([bob.status, names(bob)]).toEqual([200, ['Zebra Zoo']])
    expect(bob.value('Find an account by name or email address')).toBe('ZOO zeb')
    expect(bob.$('[autofocus]').text()).toBe('Switch to Zebra Zoo')
    await bob.press('Switch to Zebra Zoo')
    expect([bob.path, bob.title]).toEqual(['/clientarea', 'Zebra Zoo'])

    await bob.visit('/user/accounts?q=numbered')
    expect([names(bob).length, bob.$('[autofocus]').attr('id')], 'with several, one types on').toEqual([
      7,
      'q',
    ])
    await bob.visit('/user/accounts?q=Chen')
    expect(bob.text).toContain('No account of yours matches that.')
    for (const q of ['%', '_', '!', "'", '%27', '\\', 'x'.repeat(5_000)]) {
      await bob.visit(`/user/accounts?q=${encodeURIComponent(q)}`)
      expect([q, bob.status, names(bob)]).toEqual([q, 200, []])
    }
    for (const place of ['0', '-1', 'x', '999999999', '1&before=2', "1_'", '1_x'])
      expect((await bob.visit(`/user/accounts?before=${place}`)).status).toBe(200)
  })

  test('while typing, only the list comes, and no focus moves', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit('/user/accounts?q=zebra', { 'HX-Request': 'true', 'HX-Request-Type': 'partial' })
    expect([bob.$('h1').length, bob.$('#own-accounts').length, names(bob)]).toEqual([0, 1, ['Zebra Zoo']])
    expect(bob.html).not.toContain('autofocus')
  })

  test('what cannot be entered is shown with its reason, and is no hit to go on to', async () => {
    await plant(['Over Inc'], { ends_at: inDays(-1) })
    await plant(['Rest Inc'], { suspended_at: inDays(-1) })
    const bob = await house.user('bob', 'Brown Bakery')
    for (const [q, reason] of [
      ['over inc', 'Your access to Over Inc has ended.'],
      ['rest inc', 'Your access to Rest Inc is suspended.'],
    ]) {
      await bob.visit(`/user/accounts?q=${q}`)
      expect(bob.text).toContain(reason)
      expect(bob.$('#own-accounts button').attr('disabled')).toBeDefined()
      expect(bob.$('[autofocus]').length).toBe(0)
    }
    await entered('Over Inc', inDays(1))
    await entered('Rest Inc', inDays(1))
    expect((await house.user('bob')).title, 'nor does a login lead there').toBe('Brown Bakery')
  })

  test('of two thousand, 25 on a page, the same queries as for ten, and a login finds the last one used', async () => {
    await plant(Array.from({ length: 2_000 }, (_, nth) => `Mass ${String(nth).padStart(4, '0')}`))
    const bob = await house.user('bob', 'Brown Bakery')
    let queries = 0
    const count = () => queries++
    house.db.on('query', count)
    await bob.visit('/user/accounts')
    house.db.off('query', count)
    expect(bob.$('#own-accounts .row-item').length).toBe(25)
    const all = String((await house.db('associations').where({ user_id: 2 })).length)
    expect(bob.$('#own-accounts').text().split(all).length - 1, 'the total stands there once').toBe(1)
    expect(queries).toBeLessThanOrEqual(12)
    expect(bob.html.length, 'a page has a size').toBeLessThan(120_000)
    await bob.visit('/user/accounts?q=mass')
    expect(bob.$('#own-accounts .count').text()).toBe(`2000 of ${all}`)
    await bob.follow('Next page')
    expect(names(bob)[0]).toBe('Mass 0025')
    await bob.follow('First page')
    expect(names(bob)[0]).toBe('Mass 0000')
    // Two at the same moment, one of them last on its page.
    const moment = (nth: number) => `2026-01-${31 - Math.floor(nth / 2)}T00:00:00.000Z`
    for (let nth = 0; nth < 30; nth++) await entered(`Mass 00${10 + nth}`, moment(nth))
    const seen: string[] = []
    for (await bob.visit('/user/accounts?q=mass+00'); ; await bob.follow('Next page')) {
      seen.push(...names(bob))
      if (!bob.text.includes('Next page')) break
    }
    expect([seen.length, new Set(seen).size]).toEqual([128, 128])
    expect(seen.slice(24, 28)).toEqual(['Mass 0034', 'Mass 0035', 'Mass 0036', 'Mass 0037'])
    await entered('Mass 1234', inDays(2))
    expect((await house.user('bob')).title).toBe('Mass 1234')
  }, 60_000)
})
