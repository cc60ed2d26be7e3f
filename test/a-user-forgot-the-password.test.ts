import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const NEW_PASSWORD = 'another long sentence'

describe('a user forgot the password', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const ask = async (email: string) => {
    const visitor = house.visitor()
    await visitor.visit('/login')
    await visitor.follow('Forgot password?')
    return visitor.press('Send link', { 'Email address': email })
  }
  const logIn = async (email: string, password: string) => {
    const visitor = house.visitor()
    await visitor.visit('/login')
    return visitor.press('Log in', { 'Email address': email, Password: password })
  }
  const expectDead = (visitor: Visitor) => {
    expect(visitor.status).toBe(404)
    expect(visitor.text).toContain('This link does not work any more.')
  }

  test('a known, an unknown and a disabled login get the same page; mail goes to the known one alone', async () => {
    const { id, ...carol } = await house.db('users').where({ email: 'carol@example.com' }).first()
    await house.db('users').insert({ ...carol, email: 'disabled@example.com', status: 'disabled' })
    const pages = new Set<string>()
    for (const email of ['carol@example.com', 'nobody@example.com', 'disabled@example.com']) {
      const visitor = await ask(email)
      expect([visitor.status, visitor.title]).toEqual([200, 'Check your mail'])
      pages.add(visitor.html.replaceAll(email, 'ADDRESS'))
    }
    expect(pages.size).toBe(1)
    expect(await house.mailTo('nobody@example.com')).toEqual([])
    expect(await house.mailTo('disabled@example.com')).toEqual([])
    const [mail] = await house.mailTo('carol@example.com')
    expect(mail?.subject).toBe('Set a new password')
    expect(mail?.text).toContain('Hello Carol,')
  })

  test('an address that is none is told, and kept', async () => {
    const visitor = await ask('carol@')
    expect([visitor.status, visitor.value('Email address')]).toEqual([422, 'carol@'])
    expect(visitor.told).toBe('That email address is not complete: something like name@example.com.')
    await visitor.press('Send link', { 'Email address': '' })
    expect(visitor.told).toBe('Enter an email address.')
  })

  test('looking at the link changes nothing; a password that will not do is refused, and the page stays', async () => {
    await ask('alice@example.com')
    const alice = house.visitor()
    await alice.visit(await house.linkTo('alice@example.com'))
    expect(alice.text).toContain('For alice@example.com. All devices that are logged in will be logged out.')
    for (const [typed, sentence] of [
      ['', 'Enter a password.'],
      ['nine char', 'A password has at least 10 characters.'],
      ['x'.repeat(129), 'A password has at most 128 characters.'],
    ] as const) {
      await alice.press('Set password', { 'New password': typed })
      expect([alice.status, alice.told, alice.value('New password')]).toEqual([422, sentence, ''])
    }
    expect((await logIn('alice@example.com', PASSWORD)).path, 'the old one holds').toBe('/clientarea')
  })

  test('the new password holds; every session ends, and every other link of the login dies', async () => {
    const [laptop, phone] = [await house.user('alice'), await house.user('alice')]
    const earlier = await house.linkTo('alice@example.com')
    await ask('alice@example.com')
    const link = await house.linkTo('alice@example.com')
    expect(link).not.toBe(earlier)

    await laptop.visit(link)
    const otherTab = await laptop.newTab().visit(link)
    await laptop.press('Set password', { 'New password': NEW_PASSWORD })
    expect([laptop.title, laptop.told]).toEqual(['Log in', 'Your new password is set. Log in with it.'])
    expect((await phone.visit('/clientarea')).title).toBe('Log in')
    expect((await logIn('alice@example.com', PASSWORD)).status).toBe(422)
    expect((await logIn('alice@example.com', NEW_PASSWORD)).path).toBe('/clientarea')

    await otherTab.press('Set password', { 'New password': 'the second click of it' })
    expectDead(otherTab)
    await otherTab.follow('Get a new link')
    expect(otherTab.title, 'the way on').toBe('Forgot password')
    expectDead(await house.visitor().visit(link))
    expectDead(await house.visitor().visit(earlier))
    expect((await logIn('alice@example.com', NEW_PASSWORD)).status).toBe(200)
  })

  test('a link is dead after sixty minutes, and the moment its login is disabled', async () => {
    await ask('bob@example.com')
    const bob = house.visitor()
    const link = await house.linkTo('bob@example.com')
    await bob.visit(link)
    await house.db('users').where({ email: 'bob@example.com' }).update({ status: 'disabled' })
    await bob.press('Set password', { 'New password': NEW_PASSWORD })
    expectDead(bob)
    await house.db('users').where({ email: 'bob@example.com' }).update({ status: 'active' })

    moveClock(59)
    expect((await bob.visit(link)).status, 'that was no use of it').toBe(200)
    moveClock(2)
    await bob.press('Set password', { 'New password': NEW_PASSWORD })
    expectDead(bob)
    expect((await logIn('bob@example.com', PASSWORD)).status).toBe(200)
  })

  test('a user whom an admin made sets the first one so, and has proven the address', async () => {
    const { id, password_hash, ...carol } = await house
      .db('users')
      .where({ email: 'carol@example.com' })
      .first()
    const fresh = { email: 'fresh@example.com', password_hash: null, email_verified_at: null }
    await house.db('users').insert({ ...carol, ...fresh })
    await ask('fresh@example.com')
    const visitor = house.visitor()
    await visitor.visit(await house.linkTo('fresh@example.com'))
    await visitor.press('Set password', { 'New password': NEW_PASSWORD })
    await visitor.press('Log in', { 'Email address': 'fresh@example.com', Password: NEW_PASSWORD })
    expect([visitor.path, visitor.text.includes('You have no account yet.')]).toEqual([
      '/user/accounts',
      true,
    ])
    const user = await house.db('users').where({ email: 'fresh@example.com' }).first()
    expect(user.email_verified_at).not.toBeNull()
  })

  test('the link is found in no table and no log', async () => {
    await ask('carol@example.com')
    const token = String((await house.linkTo('carol@example.com')).split('-').slice(1).join('-'))
    for (const table of ['emails', 'password_resets', 'activity', 'hook_events'])
      expect(JSON.stringify(await house.db(table).select('*'))).not.toContain(token)
    expect(house.logged.join()).not.toContain(token)
  })
})
