import { beforeAll, beforeEach, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { codeOf, setUpTwoFactor } from '../support/factors.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let app: Awaited<ReturnType<typeof setUpTwoFactor>>

beforeAll(async () => {
  house = await startHouse()
  app = await setUpTwoFactor(await house.user('alice'))
})

// Wrong codes of one story count for the account, and would hold back the tries of the next.
beforeEach(() => house.db('limits').delete())

const waiting = async () => {
  const visitor = house.visitor()
  await visitor.visit('/login')
  return visitor.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
}
const sessions = async () => (await house.db('sessions')).length

test('H19 five logins at once with one code of the app: one session', async () => {
  const before = await sessions()
  const visitors = await Promise.all(Array.from({ length: 5 }, waiting))
  const code = app.next()
  await Promise.all(visitors.map((visitor) => visitor.press('Log in', { Code: code })))
  expect(visitors.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422])
  expect(await sessions()).toBe(before + 1)
})

test('H19 five logins at once with one recovery code: one session', async () => {
  const before = await sessions()
  const visitors = await Promise.all(Array.from({ length: 5 }, waiting))
  await Promise.all(visitors.map((visitor) => visitor.press('Log in', { Code: app.recovery[0] ?? '' })))
  expect(visitors.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422])
  expect(await sessions()).toBe(before + 1)
})

test('H19 one second step, five recovery codes at once: one session, one code used', async () => {
  const before = await sessions()
  const visitor = await waiting()
  const cookie = { Cookie: `second_step=${visitor.cookie('second_step')}` }
  const codes = app.recovery.slice(1, 6)
  await Promise.all(codes.map((code) => house.visitor().post('/login/second-step', { code }, cookie)))
  expect(await sessions()).toBe(before + 1)
  const used = await house.db('recovery_codes').whereNotNull('used_at')
  expect(used).toHaveLength(2)
})

test('H19 twenty wrong codes at once are no more than five tries', async () => {
  const visitor = await waiting()
  const cookie = { Cookie: `second_step=${visitor.cookie('second_step')}` }
  const wrong = Array.from({ length: 20 }, (_, nth) => `wrong ${nth}`)
  await Promise.all(wrong.map((code) => house.visitor().post('/login/second-step', { code }, cookie)))
  const [step] = await house.db('second_steps').where({ used_at: null }).orderBy('tries', 'desc')
  expect(step.tries).toBe(5)
  await visitor.press('Log in', { Code: app.next() })
  expect([visitor.status, visitor.cookie('session')]).toEqual([422, undefined])
})

test('setting up an app and turning it on with many clicks at once: one app, ten codes, nothing breaks', async () => {
  const bob = await house.user('bob')
  const press = async (url: string, form: Record<string, string>) => {
    await house.db('limits').delete()
    const clicks = Array.from({ length: 4 }, () => bob.newTab())
    await Promise.all(clicks.map((tab) => tab.post(url, form)))
    expect(clicks.map(({ status }) => status).filter((status) => status >= 500)).toEqual([])
  }
  for (let times = 0; times < 3; times++) await press('/user/security/totp', { password: PASSWORD })
  await bob.visit('/user/security/totp/confirm')
  const key = bob.$('code').first().text().replaceAll(' ', '')
  await press('/user/security/totp/confirm', { code: codeOf(key) })
  const { id, factors } = await house.db('users').where({ email: 'bob@example.com' }).first()
  const codes = await house.db('recovery_codes').where({ person_id: id, person_kind: 'user' })
  expect([factors, codes.length]).toEqual([1, 10])
})
