import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('the host demands the invited address, verified', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
    ada = await house.admin()
    await choose('Only the invited address, verified')
  })

  const choose = async (who: string) => {
    await ada.visit('/admin/settings')
    await ada.press('Save', { [who]: true })
    expect(ada.told).toBe('The settings are saved.')
  }
  const linkFor = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const REFUSED =
    'can be accepted only with the login of erik@example.com, and once that address is verified.'

  test('another login is refused with a sentence, and the link works on', async () => {
    const carol = await house.user('carol')
    await carol.visit(await linkFor('erik@example.com'))
    await carol.press('Accept')
    expect(carol.status).toBe(422)
    expect(carol.told).toContain(REFUSED)
    expect((await house.db('invitations').where({ email: 'erik@example.com' }).first()).status).toBe(
      'pending',
    )
  })

  test('an account cannot be created on the page, where no address is proven; not a login is left behind', async () => {
    const link = await house.linkTo('erik@example.com')
    const erik = await house.visitor().visit(link)
    expect(erik.text, 'said before one types').toContain(REFUSED)
    const person = { first_name: 'Erik', last_name: 'E', password: 'a long sentence of mine' }
    for (const email of ['erik@example.com', 'other@example.com']) {
      await erik.post(`${link}/register`, { ...person, email })
      expect(erik.status).toBe(422)
      expect(erik.told).toContain(REFUSED)
      expect(await house.db('users').where({ email })).toEqual([])
    }
  })

  test('with a login of that address, proven by mail, it is accepted', async () => {
    const erik = await house.visitor().visit(await house.linkTo('erik@example.com'))
    const link = erik.path
    await erik.follow('Create an account')
    await erik.press('Create account', {
      'First name': 'Erik',
      'Last name': 'Ek',
      'Email address': 'erik@example.com',
      Password: 'a long sentence of mine',
    })
    await erik.visit(await house.linkTo('erik@example.com'))
    await erik.press('Create account')
    await erik.visit(link)
    await erik.press('Accept')
    expect(erik.title).toBe('Acme Hosting')
  })

  test('a login of that address that nobody has proven is not enough', async () => {
    const link = await linkFor('carol@example.com')
    await house.db('users').where({ email: 'carol@example.com' }).update({ email_verified_at: null })
    const carol = await house.user('carol')
    await carol.visit(link)
    await carol.press('Accept')
    expect(carol.status).toBe(422)
    expect(carol.told).toContain('once that address is verified')

    await choose('Whoever holds the link')
    await carol.press('Accept')
    expect(carol.title, 'any address is the default').toBe('Acme Hosting')
  })
})
