import { createHash } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { beginTry } from '../src/domain/login-tries.ts'
import { TooMany } from '../src/domain/refusal.ts'
import { moveClock, stopClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('H23 guessing gets slower, and locks nobody out', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  afterEach(() => stopClock(false))

  const guess = (visitor: Visitor, email: string, url = '/login', password = 'a wrong password') =>
    visitor.post(url, { email, password })

  /** So often that the next try waits long enough for slow machines. */
  async function guessOften(visitor: Visitor, email: string, url = '/login') {
    await guess(visitor, email, url)
    await house.db('limits').where('key', 'like', 'failures:%').update({ points: 40 })
    await guess(visitor, email, url)
  }

  test.each([
    ['a user', '/login', 'alice@example.com'],
    ['nobody', '/login', 'nobody@example.com'],
    ['an admin', '/admin/login', 'ada@latchkey.test'],
  ])('after five failures the next tries wait 1, 2, 4 … seconds: %s', async (_, url, email) => {
    const stranger = house.visitor()
    // A slow machine would let the first second pass.
    stopClock(true)
    for (let times = 0; times < 5; times++) expect((await guess(stranger, email, url)).status).toBe(422)
    for (const seconds of [1, 2, 4]) {
      const { status, headers } = await guess(stranger, email, url)
      expect([status, Number(headers['retry-after']) <= seconds]).toEqual([429, true])
      moveClock(seconds / 60)
      expect((await guess(stranger, email, url)).status, 'the time is over').toBe(422)
    }
  })

  test('the owner comes in from a known browser meanwhile, a stranger with the right password waits', async () => {
    const bob = await house.user('bob')
    await bob.press('Logout')
    const stranger = house.visitor()
    await guessOften(stranger, 'bob@example.com')
    expect((await guess(stranger, 'bob@example.com', '/login', PASSWORD)).status).toBe(429)
    expect((await guess(bob, 'bob@example.com', '/login', PASSWORD)).path).toBe('/clientarea')
    const carol = await house.user('carol')
    const device = `device=${carol.cookie('device')}`
    const borrowed = { email: 'bob@example.com', password: PASSWORD }
    const answer = await house.visitor().post('/login', borrowed, { Cookie: device })
    expect(answer.status, 'somebody else’s browser is no known one').toBe(429)
    moveClock(16)
    expect((await guess(stranger, 'bob@example.com', '/login', PASSWORD)).path).toBe('/clientarea')
    expect((await guess(house.visitor(), 'bob@example.com')).status, 'success resets').toBe(422)
  })

  test('from all networks together: after twenty failures, and never longer than a minute', async () => {
    const about = (nth: number) => ({ kind: 'user' as const, email: 'x@example.com', network: `net ${nth}` })
    const from = (nth: number) => beginTry(house.db, { ...about(nth), device: undefined })
    for (let nth = 0; nth < 20; nth++) await from(nth)
    for (let nth = 20; nth < 30; nth++) {
      const error = await from(nth).catch((failure) => failure)
      expect(error).toBeInstanceOf(TooMany)
      expect(error.seconds).toBeLessThanOrEqual(60)
      moveClock(1)
      await from(nth)
    }
  })

  test('H18 a failed login is answered no sooner than a quarter of a second', async () => {
    for (const email of ['carol@example.com', 'unknown@example.com']) {
      const started = performance.now()
      await guess(house.visitor(), email)
      expect(performance.now() - started).toBeGreaterThan(245)
    }
  })

  test('a login from a new device is told by e-mail; the first one and a known one are not', async () => {
    const about = async () =>
      (await house.mailTo('carol@example.com')).filter(
        ({ subject }) => subject === 'New login to your account',
      )
    const before = (await about()).length
    const carol = await house.user('carol')
    const [mail] = await about()
    expect(await about()).toHaveLength(before + 1)
    expect(mail?.text).toContain('Unknown browser, from the address')
    await carol.press('Logout')
    await guess(carol, 'carol@example.com', '/login', PASSWORD)
    expect(await about(), 'it is known now').toHaveLength(before + 1)
    const device = String(carol.cookie('device'))
    const hashes = (await house.db('known_devices').select('device_hash')).map((row) => row.device_hash)
    expect(hashes).toContain(createHash('sha256').update(device).digest('hex'))
    expect(JSON.stringify(await house.db('known_devices').select('*'))).not.toContain(device)
    expect(
      (await house.mailTo('alice@example.com')).filter(({ subject }) => subject.startsWith('New login')),
    ).toEqual([])
  })

  test('an admin is told as well; each mail leads to where passwords are set and devices are ended', async () => {
    moveClock(16)
    await house.admin()
    const people = [
      ['carol@example.com', '/user', await house.user('carol')],
      ['ada@latchkey.test', '/admin', await house.admin()],
    ] as const
    for (const [address, area, visitor] of people) {
      const mails = await house.mailTo(address)
      const mail = mails.find(({ subject }) => subject === 'New login to your account')
      expect(mail?.text).toContain('If not, set a new password at once')
      const link = mail?.text.match(/http\S+/)?.[0].slice(house.appUrl.length) ?? ''
      expect(link).toBe(`${area}/security`)
      for (const [name, path] of [
        ['Change password', `${area}/password`],
        ['Where you are logged in', `${area}/security/sessions`],
      ] as const) {
        await visitor.visit(link)
        await visitor.follow(name)
        expect([visitor.status, visitor.path]).toEqual([200, path])
      }
    }
  })

  test.each([
    ['', 'bob@example.com', '/clientarea'],
    ['/admin', 'ada@latchkey.test', '/admin'],
  ])(
    'who sets a new password by mail comes in from that browser, however hard strangers guess: %s',
    async (area, email, home) => {
      await house.db('known_devices').delete()
      const owner = house.visitor()
      await owner.post(`${area}/password/reset`, { email })
      await owner.visit(await house.linkTo(email))
      await guessOften(house.visitor(), email, `${area}/login`)
      expect((await guess(house.visitor(), email, `${area}/login`)).status).toBe(429)
      const fresh = 'a long sentence of mine'
      await owner.post(owner.path, { password: fresh })
      expect((await guess(owner, email, `${area}/login`, fresh)).path).toBe(home)
      const subjects = (await house.mailTo(email)).map(({ subject }) => subject)
      expect(subjects[0], 'the new password is told, the browser is not').not.toBe(
        'New login to your account',
      )
    },
  )
})
