import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const WRONG = 'not the password of anybody'

describe('H23 a stolen session is no way to guess the password', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const NEW = 'a long sentence of mine'
  const code = '000000'

  /** After a dozen failures the wait is long enough for slow machines. */
  async function expectDelay(guess: () => Promise<Visitor>) {
    expect((await guess()).status).toBe(422)
    await house.db('limits').where('key', 'like', 'failures:%').update({ points: 12 })
    expect((await guess()).status).toBe(422)
    expect((await guess()).status, 'too soon').toBe(429)
  }

  test.each([
    ['alice', '/user/password', { current_password: WRONG, password: NEW }],
    ['bob', '/user/email', { current_password: WRONG, new_email: 'b@example.net' }],
    ['carol', '/user/security/totp', { password: WRONG }],
    ['alice', '/user/security/totp/remove', { password: WRONG, code }],
    ['bob', '/user/security/recovery-codes', { password: WRONG, code }],
    ['an admin', '/admin/password', { current_password: WRONG, password: NEW }],
    ['an admin', '/admin/security/totp', { password: WRONG }],
  ])('%s at %s', async (name, url, form) => {
    await house.db('limits').delete()
    const thief = await (name === 'an admin' ? house.admin() : house.user(name))
    await expectDelay(() => thief.post(url, form))
    const owner = await (name === 'an admin' ? house.admin() : house.user(name))
    expect(owner.title, 'the owner logs in meanwhile').not.toContain('Log in')
  })

  test.each(['totp/remove', 'recovery-codes'])('with the password it guesses no codes: %s', async (page) => {
    await house.db('limits').delete()
    await house.db('users').update({ factors: 0 })
    await house.db('totp_factors').delete()
    const thief = await house.user('alice')
    await setUpTwoFactor(thief)
    await expectDelay(() => thief.post(`/user/security/${page}`, { password: PASSWORD, code }))
  })
})
