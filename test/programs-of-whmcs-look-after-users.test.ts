import { beforeAll, describe, expect, test } from 'vitest'
import { keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { done, no, whmcsCaller } from './support/whmcs.ts'

const PASSWORD = 'a lamp over nine doors'

describe('programs made for WHMCS look after users', () => {
  let house: TestHouse
  let call: ReturnType<typeof whmcsCaller>

  const erin = { firstname: 'Erin', lastname: 'Example', email: 'Erin@Example.com', password2: PASSWORD }
  const rowOf = (email: string) => house.db('users').where({ email }).first()

  beforeAll(async () => {
    house = await startHouse()
    call = whmcsCaller(house, await keyOf(house))
  })

  test('adds a user, who logs in with that password and is asked to verify the address', async () => {
    const answer = await call('AddUser', { ...erin, language: 'german', roleid: 7 })
    const row = await rowOf('erin@example.com')
    expect(answer).toEqual(done({ user_id: String(row.id) }))
    expect([row.first_name, row.language, row.email_verified_at]).toEqual(['Erin', 'english', null])
    const [mail] = await house.mailTo('erin@example.com')
    expect(mail?.text).toContain('/user/verify/')
    const visitor = house.visitor()
    await visitor.visit('/login')
    await visitor.press('Log in', { 'Email address': erin.email, Password: PASSWORD })
    expect(visitor.cookie('session')).toBeDefined()
    const entry = await house.db('activity').where({ action: 'user.added', user_id: row.id }).first()
    expect([entry.actor_kind, entry.actor_name]).toEqual(['credential', 'Robot'])
    expect(JSON.stringify(await house.db('activity'))).not.toContain(PASSWORD)
  })

  test('what is missing or wrong is said in the order that WHMCS looks, and nobody is added', async () => {
    const before = (await house.db('users')).length
    expect(await call('AddUser')).toEqual(no('You did not enter a first name'))
    expect(await call('AddUser', { firstname: ' x' })).toEqual(no('You did not enter a last name'))
    const zoe = { firstname: 'Zoe', lastname: 'Zander' }
    expect(await call('AddUser', zoe)).toEqual(no('You did not enter an email address'))
    expect(await call('AddUser', { ...zoe, email: 'zoe' })).toEqual(
      no('The email address entered is not valid'),
    )
    const address = { ...zoe, email: 'zoe@example.com' }
    expect(await call('AddUser', address)).toEqual(no('You did not enter a password'))
    expect(await call('AddUser', { ...address, password2: 'short' })).toMatchObject({
      status: 200,
      result: 'error',
    })
    const link = { ...erin, email: 'zoe@example.com', firstname: 'https://evil.example' }
    expect(await call('AddUser', link)).toMatchObject({ status: 200, result: 'error' })
    expect(await call('AddUser', erin)).toEqual(no('A user already exists with that email address'))
    expect((await house.db('users')).length).toBe(before)
  })

  test('updates names and address together, or neither', async () => {
    const { id: user_id } = await rowOf('carol@example.com')
    expect(await call('UpdateUser', { user_id: 99999, firstname: 'x' })).toEqual(
      no('Invalid User ID requested'),
    )
    expect(await call('UpdateUser', { user_id, firstname: '' })).toEqual(
      no('One of `email`, `firstname`, `lastname`, or `language` is required'),
    )
    expect(await call('UpdateUser', { user_id, firstname: 'Carla', email: 'bob@example.com' })).toEqual(
      no('A user already exists with that email address'),
    )
    expect(await call('UpdateUser', { user_id, email: 'x' })).toEqual(
      no('The email address entered is not valid'),
    )
    expect((await rowOf('carol@example.com')).first_name).toBe('Carol')
    const carol = await house.user('carol')
    const moved = { user_id, firstname: 'Carla', email: 'Carla@Example.com' }
    expect(await call('UpdateUser', moved)).toEqual(done({ user_id: String(user_id) }))
    const row = await rowOf('carla@example.com')
    expect([row.id, row.first_name, row.last_name, row.email_verified_at]).toEqual([
      ...[user_id, 'Carla', 'Chen', null],
    ])
    await carol.visit('/user/profile')
    expect(carol.path).toMatch(/^\/login/)
    expect((await house.mailTo('carol@example.com')).length).toBeGreaterThan(0)
    expect(await call('UpdateUser', { user_id, language: 'english' })).toEqual(
      done({ user_id: String(user_id) }),
    )
  })

  test('lists users with their clients, from a number on, either way round, and finds them by words', async () => {
    const all = await call('GetUsers')
    expect(all).toMatchObject({ result: 'success', startnumber: 0 })
    expect([all.totalresults, all.numreturned]).toEqual([all.users.length, all.users.length])
    const alice = all.users.find(({ email }: { email: string }) => email === 'alice@example.com')
    const acme = await house.clientNamed('Acme Hosting')
    expect(alice).toMatchObject({ firstname: 'Alice', lastname: 'Ames', validationdata: '' })
    expect(alice.datecreated).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    expect(alice.clients).toContainEqual({ id: acme.id, isOwner: true })
    const bob = all.users.find(({ email }: { email: string }) => email === 'bob@example.com')
    expect(bob.clients).toContainEqual({ id: acme.id, isOwner: false })
    const second = await call('GetUsers', { limitstart: 1, limitnum: 1 })
    expect(second.users).toEqual([all.users[1]])
    expect(second).toMatchObject({ totalresults: all.totalresults, startnumber: 1, numreturned: 1 })
    const last = await call('GetUsers', { sorting: 'DESC', limitnum: 1 })
    expect(last.users).toEqual([all.users.at(-1)])
    const found = await call('GetUsers', { search: 'ali' })
    expect([found.users.length, found.users[0].email, found.totalresults]).toEqual([
      1,
      'alice@example.com',
      1,
    ])
    expect(await call('GetUsers', { search: 'ali', limitstart: 1 })).toMatchObject({
      numreturned: 0,
      users: [],
    })
    expect(await call('GetUsers', { limitstart: '-3', limitnum: 'many' })).toMatchObject({ startnumber: 0 })
  })

  test('without the right, and with a key for some clients, nobody is read or changed', async () => {
    const reader = whmcsCaller(house, await keyOf(house, { rights: ['list-users'] }))
    const refused = (action: string) => no(`Invalid Permissions: API action "${action}" is not allowed`, 403)
    expect(await reader('AddUser', erin)).toEqual(refused('adduser'))
    expect(await reader('UpdateUser', { user_id: 1 })).toEqual(refused('updateuser'))
    expect(await reader('GetUsers')).toMatchObject({ result: 'success' })
    const acme = await house.clientNamed('Acme Hosting')
    const few = whmcsCaller(house, await keyOf(house, { clients: String(acme.id) }))
    const { id: user_id } = await rowOf('bob@example.com')
    for (const [action, fields] of [
      ['AddUser', { ...erin, email: 'new@example.com' }],
      ['UpdateUser', { user_id, firstname: 'Bo' }],
      ['GetUsers', {}],
    ] as const)
      expect(await few(action, fields)).toEqual(no('An API key for some clients may not do this.'))
    expect([await rowOf('new@example.com'), (await rowOf('bob@example.com')).first_name]).toEqual([
      undefined,
      'Bob',
    ])
  })
})
