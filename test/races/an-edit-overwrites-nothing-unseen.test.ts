import { beforeAll, expect, test } from 'vitest'
import { caller, keyOf } from '../support/api.ts'
import { atOnce } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

const ROUNDS = 12

let house: TestHouse
let keys: ReturnType<typeof caller>[]

beforeAll(async () => {
  house = await startHouse()
  keys = [caller(house, await keyOf(house)), caller(house, await keyOf(house, { name: 'Other' }))]
})

test('two keys edit a user as both have seen them: one is done, the other is told', async () => {
  const [call] = keys as [ReturnType<typeof caller>]
  const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
  for (let round = 0; round < ROUNDS; round++) {
    const seen = (await call('GET', `/users/${id}`)).headers.get('ETag') ?? ''
    const answers = await atOnce(
      keys.map((key, nth) => async () => {
        const { status } = await key(
          'PATCH',
          `/users/${id}`,
          { last_name: `B${round}-${nth}` },
          { 'If-Match': seen },
        )
        return status
      }),
    )
    expect([...answers].sort()).toEqual([200, 412])
    const row = await house.db('users').where({ id }).first()
    expect(row.last_name).toBe(`B${round}-${answers.indexOf(200)}`)
  }
})

test('two keys create a login with one address, disable one, delete one: each is done once', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const person = { first_name: 'Erin', last_name: 'Example', email: `erin${round}@example.com` }
    const made = await atOnce(keys.map((key) => () => key('POST', '/users', person)))
    expect(made.map(({ status }) => status).sort()).toEqual([201, 409])
    const id = made.find(({ status }) => status === 201)?.body.id
    for (const [method, path] of [
      ['POST', `/users/${id}/disable`],
      ['POST', `/users/${id}/enable`],
      ['DELETE', `/users/${id}`],
    ] as const) {
      const done = await atOnce(keys.map((key) => () => key(method, path)))
      expect(done.map(({ status }) => status).sort(), path).toEqual([200, 409])
    }
  }
})
