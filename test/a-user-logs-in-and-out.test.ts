import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('a user logs in and out', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const tryLogin = async (email: string, password: string) => {
    const visitor = house.visitor()
    await visitor.visit('/login')
    return visitor.press('Log in', { 'Email address': email, Password: password })
  }
  const sessions = () => house.db('sessions').select('id_hash')

  test('with address and password one is in the account used last', async () => {
    const bob = await tryLogin('Bob@Example.com ', PASSWORD)
    expect([bob.status, bob.path, bob.title]).toEqual([200, '/clientarea', 'Brown Bakery'])
    expect(bob.text).toContain('Hello, Bob!')
    await bob.visit('/user/accounts')
    await bob.press('Switch to Acme Hosting')
    expect((await tryLogin('bob@example.com', PASSWORD)).title).toBe('Acme Hosting')
    await bob.visit('/login')
    expect(bob.path, 'nobody logs in twice').toBe('/clientarea')
  })

  test('a wrong password, and an unknown, disabled or passwordless login get the same page', async () => {
    const users = house.db('users')
    const { id, ...carol } = await users.clone().where({ email: 'carol@example.com' }).first()
    await users.clone().insert({ ...carol, email: 'disabled@example.com', status: 'disabled' })
    await users.clone().insert({ ...carol, email: 'no-password@example.com', password_hash: null })
    const before = await sessions()
    const pages = new Set<string>()
    for (const [email, password] of [
      ['carol@example.com', 'not her password'],
      ['carol@example.com', 'x'.repeat(900)],
      ['nobody@example.com', PASSWORD],
      ['disabled@example.com', PASSWORD],
      ['no-password@example.com', PASSWORD],
    ] as const) {
      const visitor = await tryLogin(email, password)
      expect([visitor.status, visitor.told]).toEqual([422, 'Email address or password is not right.'])
      expect([visitor.value('Email address'), visitor.value('Password')]).toEqual([email, ''])
      expect(visitor.cookie('session')).toBeUndefined()
      pages.add(visitor.html.replaceAll(email, 'ADDRESS'))
    }
    expect(pages.size).toBe(1)
    expect(await sessions()).toEqual(before)
  })

  test('what is missing or malformed is said beside its field', async () => {
    const visitor = await tryLogin('', '')
    expect(visitor.status).toBe(422)
    for (const sentence of ['Enter an email address.', 'Enter a password.'])
      expect(visitor.told).toContain(sentence)
    expect(visitor.$('[aria-invalid="true"]').length).toBe(2)
    await visitor.press('Log in', { 'Email address': 'carol', Password: 'x' })
    expect(visitor.told).toContain('That email address is not complete')
  })

  test('only the hash of a session is kept, and each login has a session of its own', async () => {
    const carol = await tryLogin('carol@example.com', PASSWORD)
    const id = String(carol.cookie('session'))
    const hashes = (await sessions()).map(({ id_hash }) => id_hash)
    expect(hashes).toContain(createHash('sha256').update(id).digest('hex'))
    expect(JSON.stringify(await house.db('sessions').select('*'))).not.toContain(id)
    expect(house.logged.join()).not.toContain(id)

    const elsewhere = await tryLogin('carol@example.com', PASSWORD)
    expect(elsewhere.cookie('session')).not.toBe(id)
    await elsewhere.press('Logout')
    expect((await carol.visit('/clientarea')).title, 'the other one stays').toBe('Chen Labs')
  })

  test('after logging out neither the browser nor a copy of its cookie is logged in', async () => {
    const carol = await tryLogin('carol@example.com', PASSWORD)
    const id = carol.cookie('session')
    await carol.visit('/logout')
    expect([carol.title, carol.text.includes('You are logged in as Carol Chen.')]).toEqual(['Log out?', true])
    expect((await carol.visit('/clientarea')).title, 'looking at it does nothing').toBe('Chen Labs')
    await carol.press('Logout')
    expect([carol.path, carol.told]).toEqual(['/login', 'You are logged out.'])
    expect(carol.cookie('session')).toBeUndefined()

    const thief = house.visitor()
    await thief.visit('/clientarea', { Cookie: `session=${id}` })
    expect([thief.path, thief.title]).toEqual(['/login?returnTo=%2Fclientarea', 'Log in'])
    await carol.visit('/logout')
    expect(carol.path, 'there is nobody to log out').toBe('/login')
    await carol.post('/logout')
    expect(carol.status, 'and a second click does no harm').toBe(200)
  })

  test('a disabled user is out at the next click', async () => {
    const carol = await tryLogin('carol@example.com', PASSWORD)
    await house.db('users').where({ email: 'carol@example.com' }).update({ status: 'disabled' })
    await carol.follow('Switch Account')
    expect(carol.title).toBe('Log in')
    await carol.press('Log in', { 'Email address': 'carol@example.com', Password: PASSWORD })
    expect(carol.told).toBe('Email address or password is not right.')
    await house.db('users').where({ email: 'carol@example.com' }).update({ status: 'active' })
  })

  test('H29 what is no session is nobody, and no session lasts more than ninety days', async () => {
    const stranger = house.visitor()
    for (const cookie of ['session=', 'session=%E0%A4%A', "session=' OR 1=1 --", 'session=a; session=b'])
      expect((await stranger.visit('/clientarea', { Cookie: cookie })).title).toBe('Log in')
    const carol = await tryLogin('carol@example.com', PASSWORD)
    moveClock(90 * 24 * 60 + 1)
    await carol.visit('/clientarea')
    expect(carol.title).toBe('Log in')
  })
})
