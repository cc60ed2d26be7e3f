import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { proof } from './support/admins.ts'
import { type Authenticator, addPasskey, askOptions, sendPasskey } from './support/authenticator.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const WRONG = 'That passkey does not work here, or it took too long. Please try again.'

describe('after the password a passkey completes the login', () => {
  let house: TestHouse
  let phone: Authenticator
  let recovery: string[]
  let visitor: Visitor

  beforeAll(async () => {
    house = await startHouse()
    const added = await addPasskey(await house.user('alice'))
    phone = added.authenticator
    recovery = added.recovery
  })

  const waiting = async (name = 'alice') => {
    const visitor = await house.visitor().visit('/login?returnTo=/user/profile')
    return visitor.press('Log in', { 'Email address': `${name}@example.com`, Password: PASSWORD })
  }

  beforeEach(async () => {
    visitor = await waiting()
  })

  const refused = () => [visitor.status, visitor.told, visitor.cookie('session')]
  const REFUSED = [422, expect.stringContaining(WRONG), undefined]

  test('H19 the password alone is no login; with the passkey it is, and leads where she was going', async () => {
    expect([visitor.title, visitor.cookie('session')]).toEqual(['One more step', undefined])
    expect(visitor.text).toContain('One of your recovery codes.')
    expect(visitor.text).not.toContain('authenticator app')
    await sendPasskey(visitor, phone.use(await askOptions(visitor)))
    expect([visitor.status, visitor.path]).toEqual([200, '/user/profile'])
    expect(visitor.cookie('second_step')).toBeUndefined()
  })

  test('whoever has nothing but passkeys gets in with a recovery code', async () => {
    await visitor.press('Log in', { Code: recovery[0] ?? '' })
    expect([visitor.status, visitor.path]).toEqual([200, '/user/profile'])
  })

  test('neither code nor passkey is a missing code', async () => {
    await visitor.press('Log in', { Code: ' ' })
    expect([visitor.status, visitor.told]).toEqual([422, 'Enter a code.'])
  })

  test('H19 an answer that completed a login completes no other', async () => {
    const answer = phone.use(await askOptions(visitor))
    const other = await waiting()
    await sendPasskey(visitor, answer)
    expect(visitor.cookie('session')).toBeDefined()
    visitor = other
    await sendPasskey(visitor, answer)
    expect(refused()).toEqual(REFUSED)
  })

  test('an answer to the login page, or an old one, is none to this', async () => {
    await sendPasskey(visitor, phone.use(await askOptions(await house.visitor().visit('/login'))))
    expect(refused()).toEqual(REFUSED)
    const options = await askOptions(visitor)
    moveClock(5)
    await sendPasskey(visitor, phone.use(options))
    expect(refused()).toEqual(REFUSED)
  })

  test('somebody else’s passkey is not hers', async () => {
    const { authenticator } = await addPasskey(await house.user('carol'))
    await sendPasskey(visitor, authenticator.use(await askOptions(visitor)))
    expect(refused()).toEqual(REFUSED)
    await sendPasskey(visitor, phone.use(await askOptions(await waiting('carol'))))
    expect(refused()).toEqual(REFUSED)
  })

  test('what it is asked names her passkeys alone', async () => {
    const { allowCredentials } = await askOptions(visitor)
    expect(allowCredentials.map(({ id }: { id: string }) => id)).toEqual([phone.id.toString('base64url')])
  })

  test('five wrong ones end it, like codes', async () => {
    moveClock(1)
    await sendPasskey(visitor, phone.use(await askOptions(visitor)))
    visitor = await waiting()
    for (let times = 1; times < 5; times++) {
      await sendPasskey(visitor, 'no passkey')
      expect(refused(), `time ${times}`).toEqual(REFUSED)
    }
    await sendPasskey(visitor, 'no passkey')
    expect([visitor.title, visitor.cookie('session')]).toEqual(['Log in', undefined])
    moveClock(20)
  })

  test('without a login that waits there is nothing to ask for', async () => {
    const stranger = house.visitor()
    await stranger.post('/login/second-step/passkey')
    expect([stranger.status, stranger.text]).toEqual([422, expect.stringContaining('took too long')])
  })

  test('once disabled, it is too late', async () => {
    const options = await askOptions(visitor)
    await house.db('users').where({ email: 'alice@example.com' }).update({ status: 'disabled' })
    await sendPasskey(visitor, phone.use(options))
    expect([visitor.status, visitor.cookie('session')]).toEqual([422, undefined])
    await house.db('users').where({ email: 'alice@example.com' }).update({ status: 'active' })
  })

  test('app and recovery codes go on working beside it', async () => {
    const alice = await house.user('bob')
    const app = await setUpTwoFactor(alice)
    await addPasskey(alice)
    visitor = await waiting('bob')
    expect(visitor.text).toContain('Six digits from your authenticator app')
    await visitor.press('Log in', { Code: app.next() })
    expect(visitor.path).toBe('/user/profile')
  })

  test('it is enough where the account requires two-factor', async () => {
    await sendPasskey(visitor, phone.use(await askOptions(visitor)))
    const { id } = await house.clientNamed('Acme Hosting')
    await house.db('clients').where({ id }).update({ require_factor: 1 })
    await visitor.visit('/account/users')
    expect([visitor.status, visitor.title]).toEqual([200, 'User Management'])
  })

  test('an admin has it, too', async () => {
    const { authenticator } = await addPasskey(await house.admin(), '/admin', 'Key')
    visitor = await house.admin()
    expect([visitor.title, visitor.cookie('admin_session')]).toEqual(['One more step', undefined])
    await sendPasskey(visitor, authenticator.use(await askOptions(visitor)))
    expect([visitor.path, visitor.cookie('admin_session')]).toEqual(['/admin', expect.any(String)])
  })

  test('an admin who removes her second factor removes it with the rest', async () => {
    const { id } = await house.db('users').where({ email: 'carol@example.com' }).first()
    const ada = house.visitor()
    const key = await house.db('passkeys').where({ person_kind: 'admin' }).delete()
    await house.db('admins').update({ factors: 0 })
    expect(key).toBe(1)
    await ada.visit('/admin/login')
    await ada.press('Log in', { 'Email address': 'ada@latchkey.test', Password: PASSWORD })
    await ada.post(`/admin/users/${id}/remove-factor`, proof)
    expect(await house.db('passkeys').where({ person_kind: 'user', person_id: id })).toEqual([])
    expect((await waiting('carol')).path).toBe('/user/profile')
  })
})
