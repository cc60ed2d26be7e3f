import { beforeAll, describe, expect, test } from 'vitest'
import { type Reviewed, reviewInSteps } from '../src/domain/access-review.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { keepWordsOf } from './support/load.ts'

const MANY = 1_100

describe('the file of an access review is written in steps', () => {
  let house: TestHouse
  let alice: number
  let acme: number

  beforeAll(async () => {
    house = await startHouse()
    const owner = await house.db('users').where({ email: 'alice@example.com' }).first()
    const { id: _, ...row } = owner
    alice = owner.id
    acme = (await house.clientNamed('Acme Hosting')).id
    const people = Array.from({ length: MANY }, (_, nth) => ({
      ...row,
      email: `many${nth}@example.com`,
      search_text: `many${nth}@example.com`,
      first_name: `Zoe ${MANY - nth}`,
    }))
    for (let at = 0; at < MANY; at += 50) await house.db('users').insert(people.slice(at, at + 50))
    const ids = await keepWordsOf(
      house.db,
      people.map(({ email }) => email),
    )
    const dates = { created_at: row.created_at, updated_at: row.created_at }
    const pairs = ids.map((user_id) => ({ client_id: acme, user_id, permissions: 'domains', ...dates }))
    for (let at = 0; at < MANY; at += 100) await house.db('associations').insert(pairs.slice(at, at + 100))
  })

  test('all are in it, each once, behind one line of names', async () => {
    const visitor = await house.user('alice')
    await visitor.visit(`/user/access-review.csv?client=${acme}&text=many`)
    expect(visitor.headers['content-disposition']).toMatch(/access-review-\d{4}-\d\d-\d\d\.csv/)
    expect([visitor.headers['cache-control'], visitor.headers['content-type']]).toEqual([
      'no-store',
      'text/csv; charset=utf-8',
    ])
    const lines = visitor.html.trim().split('\r\n')
    expect([lines.length, new Set(lines).size]).toEqual([MANY + 1, MANY + 1])
    await visitor.visit('/user/access-review.csv?text=nobody-is-called-so')
    expect(visitor.html.trim().split('\r\n')).toHaveLength(1)
  })

  test('whoever is removed meanwhile hides nobody else; an account that is handed over is in it no more', async () => {
    const owner = await house.db('users').where({ id: alice }).first()
    const seen: Reviewed[] = []
    for await (const step of reviewInSteps(house.db, { owner, acting: false }, { text: 'many' })) {
      seen.push(...step)
      if (seen.length === 500)
        await house
          .db('associations')
          .whereIn(
            'user_id',
            seen.slice(0, 40).map(({ id }) => id),
          )
          .delete()
      if (seen.length === 1_000)
        await house.db('clients').where({ id: acme }).update({ owner_id: seen[999]?.id })
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(1_000)
    await house.db('clients').where({ id: acme }).update({ owner_id: alice })
  })
})
