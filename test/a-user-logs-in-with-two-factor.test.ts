import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { codeOf, setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const WRONG = 'That code is not right, or it was used already. Wait for the next one in your app.'
const OVER = 'That took too long, or there were too many tries. Please log in again.'

describe('a user logs in with two-factor', () => {
  let house: TestHouse
  let app: Awaited<ReturnType<typeof setUpTwoFactor>>

  beforeAll(async () => {
    house = await startHouse()
    app = await setUpTwoFactor(await house.user('alice', 'Acme Hosting'))
  })

  const enterPassword = async (returnTo = '/clientarea', name = 'alice') => {
    const visitor = house.visitor()
    await visitor.visit(`/login?returnTo=${encodeURIComponent(returnTo)}`)
    return visitor.press('Log in', { 'Email address': `${name}@example.com`, Password: PASSWORD })
  }
  const logins = async () => {
    const entries = await house.db('activity').where({ action: 'user.loggedIn', actor_name: 'Alice Ames' })
    const events = await house.db('hook_events').where({ name: 'UserLogin' })
    return [entries.length, events.length]
  }

  beforeEach(() => moveClock(1))

  test('setting it up tells ten codes once, counts one factor, and is told by e-mail', async () => {
    expect(app.recovery).toHaveLength(10)
    for (const code of app.recovery) expect(code).toMatch(/^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/)
    const alice = await house.db('users').where({ email: 'alice@example.com' }).first()
    expect(alice.factors).toBe(1)
    const subjects = (await house.mailTo('alice@example.com')).map(({ subject }) => subject)
    expect(subjects).toContain('Two-factor is on for your login')
  })

  test('neither the key nor a recovery code is in a table or the log as it is', async () => {
    const plain = [app.key, ...app.recovery]
    for (const table of ['totp_factors', 'recovery_codes', 'activity', 'emails', 'hook_events']) {
      const rows = JSON.stringify(await house.db(table).select())
      for (const one of plain) expect(rows).not.toContain(one)
    }
    for (const one of plain) expect(house.logged.join()).not.toContain(one)
  })

  test('H19 the password alone makes no session and no entry of a login', async () => {
    const before = await logins()
    const alice = await enterPassword()
    expect([alice.title, alice.path.split('?')[0]]).toEqual(['One more step', '/login/second-step'])
    expect(alice.cookie('session')).toBeUndefined()
    expect(await logins()).toEqual(before)
    expect((await alice.newTab().visit('/clientarea')).title).toBe('Log in')
    await alice.press('Log in', { Code: app.next() })
    expect([alice.path, alice.title]).toEqual(['/clientarea', 'Acme Hosting'])
    expect(await logins()).toEqual([(before[0] ?? 0) + 1, (before[1] ?? 0) + 1])
  })

  test('H19 a code works once, also in another login, and so does a second step', async () => {
    const [first, second] = [await enterPassword(), await enterPassword()]
    const code = app.next()
    const cookie = { Cookie: `second_step=${first.cookie('second_step')}` }
    const tab = await first.newTab().visit('/login/second-step')
    await first.press('Log in', { Code: code })
    expect(first.path).toBe('/clientarea')
    await second.press('Log in', { Code: code })
    expect([second.status, second.told, second.value('Code')]).toEqual([422, WRONG, code])
    await tab.press('Log in', { Code: app.next() })
    expect([tab.path, tab.title], 'logged in by now').toEqual(['/clientarea', 'Acme Hosting'])
    const replay = await house.visitor().post('/login/second-step', { code: app.next() }, cookie)
    expect([replay.status, replay.title, replay.cookie('session')]).toEqual([422, 'Log in', undefined])
    expect(replay.told).toContain(OVER)
  })

  test('one step early and late is taken, two are not', async () => {
    for (const [steps, status] of [
      [-2, 422],
      [2, 422],
      [-1, 200],
      [1, 200],
    ] as const) {
      moveClock(2)
      const alice = await enterPassword()
      await alice.press('Log in', { Code: codeOf(app.key, steps) })
      expect(alice.status, `${steps}`).toBe(status)
    }
  })

  test('the fifth wrong code ends it: the right one comes too late', async () => {
    const alice = await enterPassword()
    await alice.press('Log in', { Code: '' })
    expect(alice.told).toBe('Enter a code.')
    for (let nth = 1; nth <= 4; nth++) {
      await alice.press('Log in', { Code: '12345' })
      expect([alice.status, alice.told], `${nth}`).toEqual([422, WRONG])
    }
    const tab = await alice.newTab().visit('/login/second-step')
    await alice.press('Log in', { Code: 'nothing' })
    expect([alice.title, alice.status]).toEqual(['Log in', 422])
    await tab.press('Log in', { Code: app.next() })
    expect([tab.title, tab.status, tab.cookie('session')]).toEqual(['Log in', 422, undefined])
    expect((await enterPassword()).title, 'and it starts over').toBe('One more step')
  })

  test('after ten minutes it is over, and without a right password it never began', async () => {
    const alice = await enterPassword()
    moveClock(11)
    await alice.press('Log in', { Code: app.next() })
    expect([alice.title, alice.cookie('session')]).toEqual(['Log in', undefined])
    const stranger = await house.visitor().visit('/login/second-step')
    expect([stranger.title, stranger.told]).toEqual(['Log in', OVER])
    await stranger.post('/login/second-step', { code: app.next() })
    expect([stranger.status, stranger.cookie('session')]).toEqual([422, undefined])
  })

  test('a code or recovery code of somebody else opens nothing', async () => {
    const bobs = await setUpTwoFactor(await house.user('bob'))
    const alice = await enterPassword()
    for (const code of [() => bobs.next(), () => bobs.recovery[0] ?? '']) {
      // Guessing gets slower: a minute later the next try is taken.
      moveClock(1)
      await alice.press('Log in', { Code: code() })
      expect([alice.status, alice.told]).toEqual([422, WRONG])
    }
    const row = await house
      .db('totp_factors')
      .where({ person_kind: 'user' })
      .orderBy('created_at', 'desc')
      .first()
    const alices = await house.db('users').where({ email: 'alice@example.com' }).first()
    const own = { person_kind: 'user', person_id: alices.id }
    const { secret } = await house.db('totp_factors').where(own).first()
    await house.db('totp_factors').where(own).update({ secret: row.secret })
    moveClock(1)
    await alice.press('Log in', { Code: bobs.next() })
    expect(alice.status, 'a secret moved to another row').toBe(422)
    await house.db('totp_factors').where(own).update({ secret })
  })

  test('a recovery code works once, however it is typed, and its owner is told', async () => {
    const code = app.recovery[0] ?? ''
    const alice = await enterPassword()
    await alice.press('Log in', { Code: ` ${code.toUpperCase().replaceAll('-', ' ')} ` })
    expect(alice.path).toBe('/clientarea')
    const mails = await house.mailTo('alice@example.com')
    const mail = mails.find(({ subject }) => subject === 'A recovery code was used')
    expect(mail?.text).toContain('Recovery codes left: 9.')
    const again = await enterPassword()
    await again.press('Log in', { Code: code })
    expect([again.status, again.told]).toEqual([422, WRONG])
    expect((await alice.visit('/user/security')).text).toContain('Recovery codes left: 9')
  })

  test('it leads to where one was going, and a form that was kept comes back', async () => {
    const alice = await enterPassword('/account/users')
    await alice.press('Log in', { Code: app.next() })
    expect(alice.path).toBe('/account/users')
    const visitor = house.visitor()
    await visitor.post('/account/users/invite', { email: 'kept@example.com', which: 'all' })
    await visitor.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
    await visitor.press('Log in', { Code: 'wrong' })
    await visitor.press('Log in', { Code: app.next() })
    expect([visitor.title, visitor.text.includes('kept@example.com')]).toEqual(['Welcome back', true])
    await visitor.press('Send it now')
    expect(visitor.told).toContain('kept@example.com')
    const away = await enterPassword('https://evil.example/')
    await away.press('Log in', { Code: app.next() })
    expect(away.path).toBe('/clientarea')
  })

  test('somebody else who is logged in here stays so until the code is given', async () => {
    const carol = await house.user('carol')
    await carol.post('/login', { email: 'alice@example.com', password: PASSWORD })
    expect([carol.title, (await carol.newTab().visit('/user/accounts')).text.includes('Carol')]).toEqual([
      'One more step',
      true,
    ])
    await carol.press('Log in', { Code: app.next() })
    expect(carol.text).toContain('Alice')
  })

  test('H19 a new password neither logs in nor removes the factor', async () => {
    const alice = house.visitor()
    await alice.visit('/password/reset')
    await alice.press('Send link', { 'Email address': 'alice@example.com' })
    await alice.visit(await house.linkTo('alice@example.com'))
    await alice.press('Set password', { 'New password': 'another long sentence' })
    expect([alice.title, alice.cookie('session')]).toEqual(['Log in', undefined])
    await alice.press('Log in', { 'Email address': 'alice@example.com', Password: 'another long sentence' })
    expect([alice.title, alice.cookie('session')]).toEqual(['One more step', undefined])
    await alice.press('Log in', { Code: app.next() })
    expect(alice.path).toBe('/clientarea')
  })
})
