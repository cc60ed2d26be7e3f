import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { keepWordsOf } from './support/load.ts'
import type { Visitor } from './support/visitor.ts'

const MANY = 60
const AT = '2026-01-01T00:00:00.000Z'
const DATES = { created_at: AT, updated_at: AT }

describe('an account with many users is offered to one of them', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    const { db } = house
    const { id: client_id } = await house.clientNamed('Acme Hosting')
    const numbers = Array.from({ length: MANY }, (_, nth) => nth)
    const emailOf = (nth: number) => `u${nth}@many.test`
    const person = (nth: number) => ({
      ...{
        first_name: `Una ${String(nth).padStart(2, '0')}`,
        last_name: 'Many',
        email: emailOf(nth),
        ...DATES,
      },
      ...{ search_text: `una ${nth} many`, email_verified_at: AT, last_login_at: new Date().toISOString() },
    })
    await db.batchInsert('users', numbers.map(person), 20)
    await keepWordsOf(db, numbers.map(emailOf))
    const ids: number[] = await db('users').where('email', 'like', '%@many.test').pluck('id')
    const access = { client_id, permissions: 'tickets', ...DATES }
    await db.batchInsert(
      'associations',
      ids.map((user_id) => ({ ...access, user_id })),
      20,
    )
    alice = await house.user('alice', 'Acme Hosting')
  })

  const names = () =>
    alice
      .$('input[name=user_id]')
      .toArray()
      .map((one) => alice.$(`label[for="${alice.$(one).attr('id')}"]`).text())

  test('they stand on pages, each once, and the owner is none of them', async () => {
    const seen: string[] = []
    for (let next: string | undefined = '/account/ownership'; next; ) {
      await alice.visit(next)
      expect(alice.text).toContain(`${MANY + 2} in all`)
      seen.push(...names())
      next = alice.$('.pager a[rel=next]').attr('href')
    }
    expect(seen).toHaveLength(MANY + 1)
    expect(new Set(seen).size).toBe(MANY + 1)
    expect(seen).not.toContain('Alice Ames')
  })

  test('one on a later page is found by name; a wrong password keeps what was found', async () => {
    await alice.visit('/account/ownership')
    await alice.visit('/account/ownership?search=una+57')
    expect(names()).toEqual(['Una 57 Many'])
    await alice.press('Offer ownership', { 'Una 57 Many': true, 'Current password': 'wrong' })
    expect([alice.status, names()]).toEqual([422, ['Una 57 Many']])
    await alice.press('Offer ownership', { 'Una 57 Many': true, 'Current password': PASSWORD })
    expect(alice.told).toContain('Una 57 Many')
    await alice.press('Cancel transfer')
  })

  test('nobody of that name: a sentence, and no form', async () => {
    for (const search of ['nobody', 'alice', '%25_', 'a'.repeat(200)]) {
      await alice.visit(`/account/ownership?search=${search}`)
      expect([alice.status, names()]).toEqual([200, []])
      expect(alice.text).toContain('No user found.')
      expect(alice.$('input[name=current_password]')).toHaveLength(0)
    }
  })
})
