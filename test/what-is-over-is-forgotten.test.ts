import { beforeAll, describe, expect, test } from 'vitest'
import { jobs } from '../src/jobs.ts'
import { inMinutes, moveClock, timestamp } from '../src/platform/clock.ts'
import { keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const DAY = 24 * 60
const LINKS = ['registrations', 'password_resets', 'email_verifications', 'email_changes']
const AT_ONCE = ['second_steps', 'passkey_challenges', 'sign_ons', 'sessions', 'admin_sessions']

describe('what is over is forgotten', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const clean = () => jobs.find(({ name }) => name === 'forget-ended-sessions')?.run(house.db)
  const counts = async (tables: string[]) => {
    const all = await Promise.all(tables.map((table) => house.db(table).count({ n: '*' }).first()))
    return all.map((row) => Number(row?.n))
  }

  test('half logins, challenges and sessions at once; links after three months', async () => {
    const { db } = house
    const alice = await house.user('alice')
    await house.admin()
    const visitor = house.visitor()
    await visitor.visit('/register')
    const gus = { 'First name': 'Gus', 'Last name': 'G', Password: 'a long sentence of mine' }
    await visitor.press('Create account', { ...gus, 'Email address': 'gus@example.com' })
    await visitor.post('/password/reset', { email: 'bob@example.com' })
    const { id } = await db('users').where({ email: 'alice@example.com' }).first()
    const half = { person_kind: 'user', person_id: id, expires_at: inMinutes(10), created_at: timestamp() }
    await db('second_steps').insert({ ...half, id_hash: 'half' })
    await db('passkey_challenges').insert({
      challenge_hash: 'one',
      purpose: 'login',
      expires_at: inMinutes(5),
    })
    await keyOf(house)
    const { id: credential_id } = await db('api_credentials').first()
    const signOn = { token_hash: 'one', user_id: id, credential_id, path: '/', created_at: timestamp() }
    await db('sign_ons').insert({ ...signOn, expires_at: inMinutes(1) })
    const link = { user_id: id, nonce: 'x', expires_at: inMinutes(60), created_at: timestamp() }
    await db('email_verifications').insert({ ...link, email: 'alice@example.com' })
    const addresses = { old_email: 'alice@example.com', new_email: 'al@example.com', back_nonce: 'y' }
    await db('email_changes').insert({ ...link, ...addresses })

    await clean()
    expect(await counts([...LINKS, ...AT_ONCE]), 'nothing is over yet').toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1])
    moveClock(91)
    await clean()
    expect(await counts(LINKS), 'links can still be shown').toEqual([1, 1, 1, 1])
    expect(await counts(AT_ONCE), 'but who is logged in stays so').toEqual([0, 0, 0, 1, 1])
    await alice.visit('/clientarea')
    expect(alice.status).toBe(200)
    moveClock(90 * DAY)
    await clean()
    expect(await counts([...LINKS, ...AT_ONCE])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  test('a message whose link was forgotten is still in the list, with what is known of it', async () => {
    const ada = await house.admin()
    for (const to_address of ['gus@example.com', 'bob@example.com']) {
      const { id, subject } = await house.db('emails').where({ to_address }).first()
      await ada.visit(`/admin/emails/${id}`)
      expect([ada.status, ada.text]).toEqual([200, expect.stringContaining(subject)])
    }
  })
})
