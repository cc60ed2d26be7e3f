import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { no, whmcsCaller } from './support/whmcs.ts'

const HOOKS = {
  'needed.ts': `
import type { AddHook } from '#hooks'
let asked = 0
export default (addHook: AddHook) =>
  addHook('PreUserAdd', 2, ({ user }) => {
    if (user.email.startsWith('later@') && asked++ === 0) throw new Error('the list is away')
  }, { onFailure: 'refuse' })`,
  'sanctions.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) => {
  addHook('PreUserAdd', 1, ({ user, actor }) =>
    user.email.endsWith('@blocked.example') || user.email.startsWith('bob@')
      ? user.firstName + ' ' + user.lastName + ' gets no login from ' + actor.kind + '.'
      : undefined)
  addHook('PreUserAssociate', 1, ({ user }) => 'id' in user ? undefined : 'This is asked second.')
}`,
}

describe('PreUserAdd is asked before somebody gets a login', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse({ hooks: HOOKS })
  })

  const traces = () =>
    Promise.all(
      ['users', 'clients', 'associations', 'registrations', 'emails', 'hook_events'].map((table) =>
        house.db(table).count({ n: '*' }).first(),
      ),
    )
  /** What was refused left nothing behind. */
  async function refused<T>(act: () => Promise<T>): Promise<T> {
    await house.delivery.settled()
    const before = await traces()
    const answered = await act()
    expect(await traces()).toEqual(before)
    return answered
  }
  const dora = (name = 'dora') => ({
    ...{ 'First name': 'Dora', 'Last name': 'Diaz', 'Email address': `${name}@blocked.example` },
    Password: 'a long sentence of mine',
  })

  test('by whoever accepts an invitation, as whatever address they choose; the link goes on working', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    const invited = house.visitor()
    await invited.visit(await house.linkTo('dora@example.com'))
    await refused(() => invited.press('Create account', dora()))
    expect([invited.status, invited.told]).toEqual([
      422,
      'This needs another look Dora Diaz gets no login from visitor.',
    ])
    expect([invited.value('First name'), invited.value('Last name')]).toEqual(['Dora', 'Diaz'])
    await invited.press('Create account', { ...dora(), 'Email address': 'dora@example.com' })
    expect(invited.told).toBe('You now act for Acme Hosting.')
  })

  test('by whoever registers: before the mail, and the same whether or not the address has a login', async () => {
    const answers = []
    for (const address of ['new@blocked.example', 'bob@example.com', 'bob@example.org']) {
      const visitor = house.visitor()
      await visitor.visit('/register')
      await refused(() => visitor.press('Create account', { ...dora(), 'Email address': address }))
      answers.push([visitor.status, visitor.title, visitor.told])
    }
    const [first] = answers
    expect(first?.join()).toContain('422,Create an account,This needs another look Dora Diaz gets no login')
    expect(answers).toEqual([first, first, first])
  })

  test('by an admin: associated at once, or as the owner of a new client', async () => {
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users/associate`)
    const { Password: _, ...person } = dora()
    const named = {
      'First name': 'Dora',
      'Last name': 'Diaz',
      'Create new user': true,
      No: true,
      'Check All': true,
    }
    const associate = (address: string) =>
      ada.press('Associate User', { 'Name or email address': address, ...named })
    await refused(() => associate('dora@blocked.example'))
    expect([ada.status, ada.told]).toEqual([
      422,
      'This needs another look Dora Diaz gets no login from admin.',
    ])
    await refused(() => associate('fay@example.com'))
    expect(ada.told).toBe('This needs another look This is asked second.')

    await ada.visit('/admin/clients/new')
    await refused(() => ada.press('Open client', { ...person, 'Create new user': true }))
    expect([ada.status, ada.told]).toEqual([
      422,
      'This needs another look Dora Diaz gets no login from admin.',
    ])
  })

  test('by a program', async () => {
    const key = await keyOf(house)
    const call = caller(house, key)
    const person = { first_name: 'Dora', last_name: 'Diaz', email: 'Dora@Blocked.example' }
    const sentence = 'Dora Diaz gets no login from credential.'
    for (const path of ['/users', '/clients']) {
      const { status, body } = await refused(() => call('POST', path, person))
      expect([path, status, body.detail]).toEqual([path, 422, sentence])
    }
    const whmcs = whmcsCaller(house, key)
    const old = {
      firstname: 'Dora',
      lastname: 'Diaz',
      email: person.email,
      password2: 'a long sentence of mine',
      ...{
        address1: 'Main 1',
        city: 'Bremen',
        state: 'HB',
        postcode: '28195',
        country: 'DE',
        phonenumber: '1',
      },
    }
    for (const action of ['AddUser', 'AddClient'])
      expect([action, await refused(() => whmcs(action, old))]).toEqual([action, no(sentence)])
    expect((await call('POST', '/users', { ...person, email: 'dora2@example.com' })).status).toBe(201)
  })

  test('a check that does not answer is no answer to keep: the same call is made again', async () => {
    const call = caller(house, await keyOf(house))
    const person = { first_name: 'Dora', last_name: 'Diaz', email: 'later@example.com' }
    const again = () => call('POST', '/users', person, { 'Idempotency-Key': 'later' })
    const [first, second] = [await again(), await again()]
    expect([first.status, first.body.type]).toEqual([422, 'urn:latchkey:problem:hook.unavailable'])
    expect(second.status).toBe(201)
  })
})
