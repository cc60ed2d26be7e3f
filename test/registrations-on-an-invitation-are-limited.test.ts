import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

// The accept page tells whether an address has a login, so it can be asked only a few times.
const TOO_MANY = expect.stringContaining('There were too many tries from your network.')

describe('H17 registrations on an invitation are limited', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })

  const linkFor = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const register = async (link: string, email: string, password = 'a long sentence of mine') => {
    const visitor = await house.visitor().visit(link)
    return visitor.press('Create account', {
      'First name': 'Dora',
      'Last name': 'Diaz',
      'Email address': email,
      Password: password,
    })
  }

  test('five on one invitation; the sixth is told to wait, and creates nothing', async () => {
    const link = await linkFor('dora@example.com')
    for (let times = 1; times <= 5; times++) {
      expect((await register(link, 'bob@example.com')).status).toBe(422)
      expect((await register(link, 'dora@', 'short')).told, 'a slip of the pen is no try').toContain(
        'complete',
      )
    }
    const sixth = await register(link, 'dora@example.com')
    expect([sixth.status, sixth.told]).toEqual([429, TOO_MANY])
    expect(sixth.value('First name'), 'what was typed is kept').toBe('Dora')
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0)
    expect(await house.db('users').where({ email: 'dora@example.com' })).toEqual([])
  })

  test('the link works on for whoever has a login', async () => {
    const carol = await house.user('carol')
    await carol.visit(await house.linkTo('dora@example.com'))
    await carol.press('Accept')
    expect(carol.title).toBe('Acme Hosting')
  })

  test('ten a day from one network, over all invitations', async () => {
    const link = await linkFor('erik@example.com')
    for (let times = 1; times <= 4; times++)
      expect((await register(link, 'bob@example.com')).status).toBe(422)
    const tenth = await register(link, 'erik@example.com')
    expect([tenth.status, tenth.title]).toEqual([200, 'Acme Hosting'])
    const eleventh = await register(await linkFor('fay@example.com'), 'fay@example.com')
    expect([eleventh.status, eleventh.told]).toEqual([429, TOO_MANY])
    expect(await house.db('users').where({ email: 'fay@example.com' })).toEqual([])
    expect(Number(eleventh.headers['retry-after'])).toBeGreaterThan(80_000)
  })
})
