import { beforeAll, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { asPerson } from '../../src/domain/people.ts'
import { startSecondStep } from '../../src/domain/second-steps.ts'
import { startUserSession } from '../../src/domain/sessions.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
const NEW = 'a long sentence of mine'

beforeAll(async () => {
  house = await startHouse()
})

const rowOf = (email: string) => house.db('users').where({ email }).first()
const here = { ip: '10.0.0.1', userAgent: '' }

test('H19 a login that began with the old password starts no session once it is changed', async () => {
  const before = await rowOf('bob@example.com')
  const bob = await house.user('bob')
  await bob.visit('/user/password')
  await bob.press('Change password', { 'Current password': PASSWORD, 'New password': NEW })
  const late = startUserSession(house.db, before, here, null)
  await expect(late).rejects.toMatchObject({ key: 'login.wrong' })
  await startUserSession(house.db, await rowOf('bob@example.com'), here, null)
})

test('H19 nor does it come to the second step', async () => {
  const before = await rowOf('alice@example.com')
  const alice = await house.user('alice')
  await alice.visit('/user/password')
  await alice.press('Change password', { 'Current password': PASSWORD, 'New password': NEW })
  const late = startSecondStep(house.db, asPerson(before), { remember: false })
  await expect(late).rejects.toMatchObject({ key: 'login.wrong' })
  expect(await house.db('second_steps')).toEqual([])
  await startSecondStep(house.db, asPerson(await rowOf('alice@example.com')), { remember: false })
})

test('H19 logins without a pause while the password is changed: none of them outlives it', async () => {
  const owner = await house.user('carol')
  await owner.visit('/user/password')
  const thieves = Array.from({ length: 4 }, () => house.visitor())
  const form = { email: 'carol@example.com', password: PASSWORD }
  const logins = thieves.map((thief) => thief.post('/login', form))
  await owner.press('Change password', { 'Current password': PASSWORD, 'New password': NEW })
  expect(owner.told).toBe('Your new password is set. All other devices are logged out.')
  await Promise.all(logins)
  for (const thief of thieves) expect((await thief.visit('/user/profile')).title).toBe('Log in')
})
