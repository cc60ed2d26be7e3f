import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import type { Actor } from '../src/domain/change.ts'
import { Refusal } from '../src/domain/refusal.ts'
import { passSecondStep } from '../src/domain/second-steps.ts'
import { moveClock } from '../src/platform/clock.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a thief of a password guesses codes', () => {
  let house: TestHouse
  let app: Awaited<ReturnType<typeof setUpTwoFactor>>

  beforeAll(async () => {
    house = await startHouse()
    app = await setUpTwoFactor(await house.user('alice', 'Acme Hosting'))
    moveClock(1)
  })

  const enterPassword = async () => {
    const thief = house.visitor()
    await thief.visit('/login')
    return thief.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
  }

  test('H23 a try that comes as the fifth one fails takes back none of those that were counted', async () => {
    const thief = await enterPassword()
    const id = String(thief.cookie('second_step'))
    await house.db('second_steps').update({ tries: 5 })
    const by: Actor = { kind: 'visitor', id: null, name: '', ip: '', requestId: 'r', entries: { next: 0 } }
    const tried = passSecondStep(house.db, by, 'user', id, { code: '000000', passkey: '' })
    await expect(tried, 'what is not thrown would be taken for a login').rejects.toBeInstanceOf(Refusal)
  })

  test('a second step of a user is none in the Admin Area', async () => {
    const thief = await enterPassword()
    const Cookie = `admin_second_step=${thief.cookie('second_step')}`
    const answer = await house.visitor().post('/admin/login/second-step', { code: app.next() }, { Cookie })
    expect([answer.status, answer.title, answer.cookie('session')]).toEqual([
      422,
      'Log in to the Admin Area',
      undefined,
    ])
  })

  test.each([
    [
      'the password is changed',
      async (owner: Visitor) => {
        await owner.visit('/user/password')
        await owner.press('Change password', {
          'Current password': PASSWORD,
          'New password': 'a long sentence of mine',
        })
        const { password_hash } = await house.db('users').where({ email: 'bob@example.com' }).first()
        await house.db('users').where({ email: 'alice@example.com' }).update({ password_hash })
      },
    ],
    [
      'the owner ends all other sessions',
      (owner: Visitor) => owner.post('/user/security/sessions/end-others'),
    ],
    [
      'an admin ends the sessions',
      async () => {
        const { id } = await house.db('users').where({ email: 'alice@example.com' }).first()
        await (await house.admin()).post(`/admin/users/${id}/end-sessions`)
      },
    ],
  ])('H19 a login that waits for its code ends when %s', async (_, end) => {
    const owner = await enterPassword()
    await owner.press('Log in', { Code: app.next() })
    const thief = await enterPassword()
    await end(owner)
    await thief.press('Log in', { Code: app.next() })
    expect([thief.status, thief.title, thief.cookie('session')]).toEqual([422, 'Log in', undefined])
  })
})
