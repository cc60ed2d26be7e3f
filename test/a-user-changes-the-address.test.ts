import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const DEAD = 'This link does not work any more.'

describe('a user edits the profile, proves the address and changes it', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const rowOf = (email: string) => house.db('users').where({ email }).first()
  const ask = async (visitor: Visitor, email: string, password = PASSWORD) => {
    await visitor.visit('/user/profile')
    return visitor.press('Change address', { 'New email address': email, 'Current password': password })
  }
  const expectDead = (visitor: Visitor) => {
    expect([visitor.status, visitor.text.includes(DEAD)]).toEqual([404, true])
  }
  const fresh = async (email: string, more: object = {}) => {
    const { id, ...carol } = await rowOf('carol@example.com')
    await house.db('users').insert({ ...carol, email, ...more })
    return house.user(email)
  }

  test('name and language; found by search, told to hooks, in the log', async () => {
    const bob = await house.user('bob')
    await bob.follow('Your Profile')
    await bob.press('Save', { 'First name': '', 'Last name': 'Baker' })
    expect([bob.status, bob.told, bob.value('Last name')]).toEqual([422, 'Enter a first name.', 'Baker'])
    await bob.press('Save', { 'First name': 'Rob' })
    expect(bob.told).toBe('Your profile is saved.')
    expect((await rowOf('bob@example.com')).search_text).toBe('rob baker bob@example.com')
    const event = await house.db('hook_events').where({ name: 'UserEdit' }).first()
    const is = { first_name: 'Rob', last_name: 'Baker' }
    expect(JSON.parse(event.payload)).toMatchObject({
      after: is,
      before: { first_name: 'Bob', last_name: 'Brown' },
    })
    await bob.post('/user/profile', { ...is, language: 'klingon', email: 'x@example.com', factors: '7' })
    expect([bob.status, await rowOf('x@example.com')]).toEqual([422, undefined])
  })

  test('an address is proven once, by who is logged in as that user', async () => {
    const dora = await fresh('dora@example.com', { email_verified_at: null })
    await dora.visit('/user/profile')
    expect(dora.text).toContain('Address not verified')
    await dora.press('Send again')
    const older = await house.linkTo('dora@example.com')
    await dora.visit('/user/profile')
    await dora.press('Send again')
    const link = await house.linkTo('dora@example.com')
    expectDead(await dora.visit(older))

    const bob = await house.user('bob')
    await bob.visit(link)
    expect(bob.text).toContain('this link is for another login')
    await bob.post(link)
    expect([bob.status, bob.told.includes('This link is for the login dora@example.com')]).toEqual([
      422,
      true,
    ])
    const stranger = house.visitor()
    await stranger.visit(link)
    await stranger.post(link)
    expect([stranger.status, stranger.title]).toEqual([401, 'Log in'])
    await dora.visit(link)
    expect((await rowOf('dora@example.com')).email_verified_at, 'looking proves nothing').toBeNull()

    const phone = await house.user('dora@example.com')
    const before = dora.cookie('session')
    await dora.press('Verify')
    expect(dora.told).toBe('Thank you: this address is yours.')
    expect(dora.cookie('session')).not.toBe(before)
    expect((await phone.visit('/user/profile')).title, 'H6').toBe('Log in')
    expectDead(await dora.visit(link))
    await dora.post('/user/verify')
    expect([dora.status, dora.told.includes('This address is verified already.')]).toEqual([422, true])
  })

  test('a login that is made on the accept page is mailed the link at once', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'hal@example.com' })
    const hal = house.visitor()
    await hal.visit(await house.linkTo('hal@example.com'))
    const names = { 'First name': 'Hal', 'Last name': 'H', Password: 'a long sentence of mine' }
    await hal.press('Create account', { ...names, 'Email address': 'hal@example.net' })
    expect((await rowOf('hal@example.net')).email_verified_at).toBeNull()
    await hal.visit(await house.linkTo('hal@example.net'))
    await hal.press('Verify')
    expect(hal.told).toBe('Thank you: this address is yours.')
    expect((await rowOf('hal@example.net')).email_verified_at).not.toBeNull()
  })

  test('a link to prove an address is dead after sixty minutes; logging in leads back to it', async () => {
    const eve = await fresh('eve@example.com', { email_verified_at: null })
    await eve.visit('/user/profile')
    await eve.press('Send again')
    const link = await house.linkTo('eve@example.com')
    const other = house.visitor()
    await other.visit(link)
    await other.follow('Log in to go on')
    await other.press('Log in', { 'Email address': 'eve@example.com', Password: PASSWORD })
    expect(other.title).toBe('Verify your address')
    expect((await rowOf('eve@example.com')).email_verified_at).toBeNull()
    moveClock(61)
    await other.press('Verify')
    expectDead(other)
    moveClock(-61)
  })

  test('a new address needs the password, and the link mailed there; the old one is told', async () => {
    const alice = await house.user('alice')
    await ask(alice, 'alice@example.net', 'not my password')
    expect([alice.status, alice.told]).toEqual([422, 'That is not your current password.'])
    await ask(alice, 'Alice@Example.com')
    expect(alice.told).toBe('That is the address you have.')

    await ask(alice, 'bob@example.com')
    const [known, title] = [alice.html.replaceAll('bob@example.com', 'X'), alice.title]
    expect((await house.mailTo('bob@example.com'))[0]?.subject).toBe('This address has a login already')
    await ask(alice, 'alice@example.net')
    expect([title, alice.html.replaceAll('alice@example.net', 'X')], 'H17').toEqual([
      'Check your mail',
      known,
    ])

    const link = await house.linkTo('alice@example.net')
    const forgot = house.visitor()
    await forgot.visit('/password/reset')
    await forgot.press('Send link', { 'Email address': 'alice@example.com' })
    const reset = await house.linkTo('alice@example.com')
    const bob = await house.user('bob')
    await bob.post(link)
    expect(bob.status, 'a user of another login').toBe(422)
    await alice.visit(link)
    expect(await rowOf('alice@example.net'), 'looking changes nothing').toBeUndefined()
    const tab = await alice.newTab().visit(link)
    await alice.press('Confirm')
    expect(alice.told).toBe('Your email address is changed. Log in with the new one from now on.')
    expect((await rowOf('alice@example.net')).search_text).toBe('alice ames alice@example.net')
    expect(await rowOf('alice@example.com')).toBeUndefined()
    await tab.press('Confirm')
    expectDead(tab)
    expectDead(await forgot.visit(reset))
    expect((await house.mailTo('alice@example.com'))[0]?.subject).toBe('Your email address was changed')
  })

  test('H19 the way back restores the address, ends sessions, password and factors added since; once', async () => {
    const user = await rowOf('alice@example.net')
    const key = { person_kind: 'user', person_id: user.id }
    const thief = await house.user('alice@example.net')
    const passkey = { ...key, credential_id: 'c', public_key: 'p', name: 'n' }
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
    await house.db('passkeys').insert({ ...passkey, credential_hash: 'old', created_at: at(-60) })
    await house.db('passkeys').insert({ ...passkey, credential_hash: 'new', created_at: at(1) })
    await house.db('users').where({ id: user.id }).update({ factors: 2 })
    const link = await house.linkTo('alice@example.com')

    moveClock(72 * 60 + 1)
    expectDead(await house.visitor().visit(link))
    moveClock(-2)
    const alice = house.visitor()
    await alice.visit(link)
    moveClock(-72 * 60 + 1)
    expect(await rowOf('alice@example.com'), 'looking changes nothing').toBeUndefined()
    await alice.press('Take it back')
    expect([alice.path, alice.told.includes('Your old email address is back')]).toEqual([
      '/password/reset',
      true,
    ])
    expect(await rowOf('alice@example.com')).toMatchObject({ id: user.id, factors: 1, password_hash: null })
    expect((await thief.visit('/user/profile')).title).toBe('Log in')
    expect((await house.db('passkeys').where(key)).map((row) => row.credential_hash)).toEqual(['old'])
    for (const to of ['alice@example.com', 'alice@example.net'])
      expect((await house.mailTo(to))[0]?.subject).toBe('Your email address was changed back')
    expectDead(await alice.visit(link))
    await alice.post(link)
    expectDead(alice)
  })

  test('an address that is taken meanwhile, a disabled user, and a later request', async () => {
    const finn = await fresh('finn@example.com')
    await ask(finn, 'finn@example.net')
    const first = await house.linkTo('finn@example.net')
    await ask(finn, 'finn2@example.net')
    expectDead(await finn.visit(first))
    const link = await house.linkTo('finn2@example.net')
    await finn.visit(link)
    await fresh('finn2@example.net')
    await finn.press('Confirm')
    expect([finn.status, (await rowOf('finn@example.com')).status]).toEqual([422, 'active'])

    await ask(finn, 'finn3@example.net')
    const third = await house.linkTo('finn3@example.net')
    await finn.visit(third)
    await house.db('users').where({ email: 'finn@example.com' }).update({ status: 'disabled' })
    await finn.press('Confirm')
    expect(finn.title).toBe('Log in')
    expectDead(await house.visitor().visit(third))
    moveClock(61)
    await house.db('users').where({ email: 'finn@example.com' }).update({ status: 'active' })
    expectDead(await house.visitor().visit(third))
    moveClock(-61)
  })
})
