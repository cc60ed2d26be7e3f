import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { codeOf, setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const WRONG = 'That code is not right, or it was used already. Wait for the next one in your app.'
const keyOn = (visitor: Visitor) => visitor.$('code').first().text().replaceAll(' ', '')

describe('a person sets up two-factor, and takes it away', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  beforeEach(() => moveClock(1))

  const rows = async (table: string, email: string) => {
    const { id } = await house.db('users').where({ email }).first()
    return house.db(table).where({ person_kind: 'user', person_id: id })
  }
  const factorsOf = async (email: string) => (await house.db('users').where({ email }).first()).factors

  test('not without the password: no key is made', async () => {
    const alice = await house.user('alice')
    await alice.follow('Security')
    for (const [password, sentence] of [
      ['not my password', 'That is not your current password.'],
      ['', 'Enter a password.'],
    ] as const) {
      await alice.press('Set up', { 'Current password': password })
      expect([alice.status, alice.told]).toEqual([422, sentence])
    }
    await alice.visit('/user/security/totp/confirm')
    expect([alice.path, alice.title]).toEqual(['/user/security', 'Security'])
    await alice.post('/user/security/totp/confirm', { code: '123456' })
    expect(await rows('totp_factors', 'alice@example.com')).toEqual([])
  })

  test('the picture is no style and no script, and the key can be typed; a wrong code turns nothing on', async () => {
    const alice = await house.user('alice')
    await alice.visit('/user/security')
    await alice.press('Set up', { 'Current password': PASSWORD })
    expect(alice.$('svg[width="232"][height="232"]').length).toBe(1)
    expect(alice.$('code').text()).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    expect(alice.$('a[href^="otpauth:"]').attr('href'), 'for an app on the same device').toContain(
      keyOn(alice),
    )
    for (const code of ['000', codeOf(keyOn(alice), 5)]) {
      await alice.press('Turn on', { Code: code })
      expect([alice.status, alice.told, await factorsOf('alice@example.com')]).toEqual([422, WRONG, 0])
    }
    const login = await house.user('alice')
    expect(login.path, 'it is not asked for yet').toBe('/clientarea')
    const old = keyOn(alice)
    await alice.visit('/user/security')
    await alice.press('Set up', { 'Current password': PASSWORD })
    expect(keyOn(alice)).not.toBe(old)
    await alice.press('Turn on', { Code: codeOf(old) })
    expect(alice.status, 'the key of before').toBe(422)
    const late = codeOf(keyOn(alice), 32)
    moveClock(16)
    await alice.press('Turn on', { Code: late })
    expect([alice.path, await factorsOf('alice@example.com')]).toEqual(['/user/security', 0])
  })

  test('it is set up once; the codes are not shown again', async () => {
    const alice = await house.user('alice')
    const session = alice.cookie('session')
    const app = await setUpTwoFactor(alice)
    expect(alice.cookie('session'), 'a new id').not.toBe(session)
    await alice.follow('I have kept them')
    expect(alice.text).toContain('Recovery codes left: 10')
    expect(alice.html).not.toContain(app.recovery[0])
    await alice.visit('/user/security/totp/confirm')
    expect(alice.path, 'nor the key').toBe('/user/security')
    await alice.post('/user/security/totp', { password: PASSWORD })
    expect([alice.status, alice.told.includes('Two-factor is on already.')]).toEqual([422, true])

    const code = app.next()
    for (const typed of [
      { 'Current password': 'not my password', Code: code },
      { 'Current password': PASSWORD, Code: '000000' },
    ]) {
      await alice.press('New recovery codes', typed)
      expect(alice.status).toBe(422)
      await alice.press('Turn off', typed)
      expect(alice.status).toBe(422)
    }
    expect(await factorsOf('alice@example.com')).toBe(1)

    await alice.press('New recovery codes', { 'Current password': PASSWORD, Code: code })
    expect(alice.$('li code').length).toBe(10)
    await alice.visit('/user/security')
    for (const old of [app.recovery[1] ?? '', code]) {
      await alice.press('Turn off', { 'Current password': PASSWORD, Code: old })
      expect([alice.status, alice.told], 'old codes are over').toEqual([422, WRONG])
    }
    await alice.press('Turn off', { 'Current password': PASSWORD, Code: app.next() })
    expect(alice.told).toBe('Two-factor is off.')
    expect(await factorsOf('alice@example.com')).toBe(0)
    expect(await rows('totp_factors', 'alice@example.com')).toEqual([])
    expect(await rows('recovery_codes', 'alice@example.com')).toEqual([])
    const subjects = (await house.mailTo('alice@example.com')).map(({ subject }) => subject)
    expect(subjects).toContain('Two-factor is off for your login')
    expect(subjects).toContain('You have new recovery codes')
    expect((await house.user('alice')).path).toBe('/clientarea')
  })

  test('an admin logs in with it, too, and the login is written down after the second step', async () => {
    const ada = await house.admin()
    await ada.follow('Security')
    const app = await setUpTwoFactor(ada, '/admin')
    const logins = async () => (await house.db('activity').where({ action: 'admin.loggedIn' })).length
    const before = await logins()
    const visitor = await house.admin()
    expect([visitor.title, visitor.cookie('admin_session'), await logins()]).toEqual([
      'One more step',
      undefined,
      before,
    ])
    expect((await visitor.newTab().visit('/admin')).path).toContain('/admin/login')
    await visitor.newTab().post('/login/second-step', { code: app.next() })
    expect(visitor.cookie('session'), 'it is no step of the Client Area').toBeUndefined()
    await visitor.press('Log in', { Code: app.next() })
    expect([visitor.path, await logins()]).toEqual(['/admin', before + 1])
    await visitor.visit('/admin/security')
    await visitor.press('Turn off', { 'Current password': PASSWORD, Code: app.recovery[0] ?? '' })
    expect(visitor.told).toBe('Two-factor is off.')
    expect((await house.admin()).path).toBe('/admin')
    const subjects = (await house.mailTo('ada@latchkey.test')).map(({ subject }) => subject)
    expect(subjects).toContain('Two-factor is off for your login')
  })

  test('a second click of Create account on an invitation does not walk around it', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    const [dora, twice] = [house.visitor(), house.visitor()]
    const link = await house.linkTo('dora@example.com')
    await dora.visit(link)
    await twice.visit(link)
    const person = {
      'First name': 'Dora',
      'Last name': 'D',
      'Email address': 'dora@example.com',
      Password: PASSWORD,
    }
    await dora.press('Create account', person)
    const app = await setUpTwoFactor(dora)
    await twice.press('Create account', person)
    expect([twice.title, twice.cookie('session')]).toEqual(['One more step', undefined])
    await twice.press('Log in', { Code: app.next() })
    expect([twice.path.startsWith('/invite/') || twice.path === '/clientarea', twice.status]).toEqual([
      true,
      200,
    ])
    expect(twice.cookie('session')).toBeDefined()
  })
})
