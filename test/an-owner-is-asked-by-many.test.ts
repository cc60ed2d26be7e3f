import { beforeAll, describe, expect, test } from 'vitest'
import { inDays } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const MANY = 60
const AT = '2026-01-01T00:00:00.000Z'
const DATES = { created_at: AT, updated_at: AT }
const nameOf = (nth: number) => `Una N${String(nth).padStart(2, '0')}`

describe('requests for access of more than a page have pages', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    const { db } = house
    const person = (nth: number) => ({
      ...{ first_name: 'Una', last_name: nameOf(nth).slice(4), email: `u${nth}@many.test`, ...DATES },
      ...{ search_text: 'una', email_verified_at: AT },
    })
    await db.batchInsert(
      'users',
      Array.from({ length: MANY }, (_, nth) => person(nth)),
      20,
    )
    const ids: number[] = await db('users').where('email', 'like', '%@many.test').orderBy('id').pluck('id')
    const row = {
      owner_email: 'alice@example.com',
      status: 'open',
      word: '',
      expires_at: inDays(20),
      ...DATES,
    }
    await db.batchInsert(
      'access_requests',
      ids.map((user_id) => ({ ...row, user_id, held_by_user_id: user_id })),
      20,
    )
    alice = await house.user('alice', 'Acme Hosting')
  })

  const asking = () =>
    alice
      .$('section[aria-labelledby=requests] .person-name')
      .toArray()
      .map((one) => alice.$(one).text().trim())
  const next = () => alice.$('section[aria-labelledby=requests] a[rel=next]').attr('href')?.split('#')[0]

  test('the latest first, each once, and how many there are', async () => {
    const seen: string[] = []
    for (let url: string | undefined = '/account/users'; url; url = next()) {
      await alice.visit(url)
      expect(asking().length).toBeLessThanOrEqual(25)
      expect(alice.$('#requests .count').text()).toBe(String(MANY))
      seen.push(...asking())
    }
    expect(seen).toEqual(Array.from({ length: MANY }, (_, nth) => nameOf(MANY - 1 - nth)))
  })

  test('one of the last page can be answered and ignored', async () => {
    await alice.visit('/account/users')
    for (let url = next(); url; url = next()) await alice.visit(url)
    await alice.follow(`Invite: ${nameOf(0)}`)
    expect(alice.value('Email address')).toBe('u0@many.test')
    await alice.visit('/account/users')
    for (let url = next(); url; url = next()) await alice.visit(url)
    await alice.follow(`Ignore: ${nameOf(1)}`)
    await alice.press('Ignore')
    await alice.visit('/clientarea')
    expect(alice.text).toContain(String(MANY - 1))
  })

  test('a place that is none begins at the beginning', async () => {
    for (const place of ['x', '-1', '0', '1e9']) {
      await alice.visit(`/account/users?requests=${place}`)
      expect([place, alice.status, asking().length]).toEqual([place, 200, 25])
    }
  })
})
