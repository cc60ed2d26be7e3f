import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { Authenticator, addPasskey, askOptions, logInBy, sendPasskey } from './support/authenticator.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const WRONG = 'That passkey does not work here, or it took too long. Please try again.'

describe('a passkey logs in without a password', () => {
  let house: TestHouse
  let phone: Authenticator
  let visitor: Visitor

  beforeAll(async () => {
    house = await startHouse()
    const { authenticator } = await addPasskey(await house.user('alice'))
    phone = authenticator
  })

  beforeEach(() => {
    visitor = house.visitor()
  })

  const refused = (by: Visitor = visitor) => [by.status, by.told, by.cookie('session')]
  const REFUSED = [422, expect.stringContaining(WRONG), undefined]
  const atLogin = async (path = '/login') => askOptions(await visitor.visit(path))

  test('one touch is both factors; the log says so, and where she was going she gets', async () => {
    await logInBy(visitor, phone, '/login?returnTo=/user/profile')
    expect([visitor.status, visitor.path]).toEqual([200, '/user/profile'])
    const entries = await house.db('activity').orderBy('id', 'desc').limit(3)
    const actions = entries.map(({ action }) => action)
    expect(actions).toEqual(['user.newDevice', 'user.loggedIn', 'passkey.used'])
    expect(entries.every(({ actor_name }) => actor_name === 'Alice Ames')).toBe(true)
    await visitor.visit('/user/activity')
    expect(visitor.text).toContain('used the passkey Phone')
  })

  test('“Keep me logged in” holds for it, too', async () => {
    for (const [more, kept] of [
      [{}, false],
      [{ remember: '1' }, true],
    ] as const) {
      visitor = house.visitor()
      const answer = phone.use(await atLogin())
      const sent = await visitor.agent
        .post('/login')
        .set({ Origin: house.appUrl })
        .type('form')
        .send({ passkey: answer, ...more })
      const cookie = [sent.headers['set-cookie']].flat().find((one) => one?.startsWith('session='))
      expect(/Max-Age|Expires/.test(String(cookie))).toBe(kept)
    }
  })

  test('a form that was kept comes back after it', async () => {
    await visitor.post('/user/profile', { first_name: 'Alicia', last_name: 'Ames', passkey: 'x' })
    expect(visitor.status).toBe(401)
    expect(visitor.$('[name="kept"]').val()).not.toContain('passkey')
    await sendPasskey(visitor, phone.use(await askOptions(visitor)))
    expect([visitor.status, visitor.text]).toEqual([200, expect.stringContaining('Alicia')])
  })

  test('another browser is told by e-mail', async () => {
    const before = (await house.mailTo('alice@example.com')).length
    await logInBy(visitor, phone)
    const mails = await house.mailTo('alice@example.com')
    expect([mails.length, mails[0]?.subject]).toEqual([before + 1, 'New login to your account'])
  })

  test('H19 an answer works once: sent again it is refused', async () => {
    const answer = phone.use(await atLogin())
    await sendPasskey(visitor, answer)
    expect(visitor.path).toBe('/clientarea')
    const thief = await house.visitor().visit('/login')
    await sendPasskey(thief, answer)
    expect(refused(thief)).toEqual(REFUSED)
    // The same answer is no sign of a second key.
    expect(await house.db('activity').where({ action: 'passkey.copied' })).toEqual([])
  })

  test('a challenge that was made up, or for another purpose, another area, is refused', async () => {
    await atLogin()
    await sendPasskey(visitor, phone.use({ challenge: Buffer.alloc(32, 7).toString('base64url') }))
    expect(refused()).toEqual(REFUSED)
    const ofAdmins = await askOptions(await house.visitor().visit('/admin/login'))
    await visitor.visit('/login')
    await sendPasskey(visitor, phone.use(ofAdmins))
    expect(refused()).toEqual(REFUSED)
    const waiting = await house.visitor().visit('/login')
    await waiting.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
    await sendPasskey(visitor, phone.use(await askOptions(waiting)))
    expect(refused()).toEqual(REFUSED)
  })

  test('after five minutes it is too late', async () => {
    const options = await atLogin()
    moveClock(5)
    await sendPasskey(visitor, phone.use(options))
    expect(refused()).toEqual(REFUSED)
  })

  test('signed for another site or domain, or without PIN, finger or face, it is refused', async () => {
    const lies = [{ origin: 'https://evil.example' }, { rpId: 'evil.example' }, { unverified: true }]
    for (const lie of lies) {
      await sendPasskey(visitor, phone.use(await atLogin(), lie))
      expect(refused(), Object.keys(lie).join()).toEqual(REFUSED)
    }
  })

  test('what nobody has added, and what is no answer at all, get the same sentence', async () => {
    const stranger = new Authenticator(house.appUrl)
    await sendPasskey(visitor, stranger.use(await atLogin()))
    expect(refused()).toEqual(REFUSED)
    for (const odd of [
      'x',
      'null',
      '[]',
      '{"id":{}}',
      '{"id":"__proto__"}',
      `{"id":"${phone.id.toString('base64url')}"}`,
    ]) {
      await visitor.visit('/login')
      await sendPasskey(visitor, odd)
      expect(refused(), odd).toEqual(REFUSED)
    }
    await sendPasskey(visitor, 'x'.repeat(30_000))
    expect(visitor.status).toBe(422)
  })

  test('the id of hers with the signature of another key is refused', async () => {
    const thief = new Authenticator(house.appUrl)
    const answer = JSON.parse(thief.use(await atLogin()))
    const id = phone.id.toString('base64url')
    await sendPasskey(visitor, JSON.stringify({ ...answer, id, rawId: id }))
    expect(refused()).toEqual(REFUSED)
  })

  test('a counter that does not go up is refused, and written down', async () => {
    await logInBy(visitor, phone)
    const copy = house.visitor()
    await copy.visit('/login')
    await sendPasskey(copy, phone.use(await askOptions(copy), { count: 1 }))
    expect(refused(copy)).toEqual(REFUSED)
    const [entry] = await house.db('activity').where({ action: 'passkey.copied' })
    expect([entry.actor_name, JSON.parse(entry.detail)]).toEqual(['Alice Ames', { name: 'Phone' }])
    await logInBy(house.visitor(), phone)
  })

  test('it opens nothing in the Admin Area', async () => {
    await logInBy(visitor, phone, '/admin/login')
    expect([visitor.status, visitor.told, visitor.cookie('admin_session')]).toEqual([
      422,
      expect.stringContaining(WRONG),
      undefined,
    ])
  })

  test('a disabled or merged login gets the same page', async () => {
    for (const status of ['disabled', 'merged', 'deleted']) {
      await house.db('users').where({ email: 'alice@example.com' }).update({ status })
      await logInBy(visitor, phone)
      expect(refused(), status).toEqual(REFUSED)
    }
    await house.db('users').where({ email: 'alice@example.com' }).update({ status: 'active' })
    await logInBy(visitor, phone)
    expect(visitor.path).toBe('/clientarea')
  })

  test('an admin logs in to the Admin Area', async () => {
    const ada = await house.admin()
    const { authenticator } = await addPasskey(ada, '/admin', 'Key')
    await logInBy(visitor, authenticator, '/admin/login')
    expect([visitor.status, visitor.path]).toEqual([200, '/admin'])
    await logInBy(house.visitor(), authenticator, '/login').then((other) =>
      expect(refused(other)).toEqual(REFUSED),
    )
  })

  test('nothing of it stands in the log', () => {
    expect(house.logged.join('\n')).not.toMatch(/clientDataJSON|attestationObject|authenticatorData/)
    expect(house.logged.join('\n')).not.toContain(phone.id.toString('base64url'))
  })
})
