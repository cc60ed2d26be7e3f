// Folded for being found, a name may be many times as long as it was typed, or fall apart into very many words. No
// column is too short for that, and its owner is found all the same.

import { beforeAll, expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { whmcsCaller } from './support/whmcs.ts'

let house: TestHouse
let key: string

beforeAll(async () => {
  house = await startHouse()
  key = await keyOf(house)
})

test.each([
  ['a sign that stands for eighteen letters', 'ﷺ'.repeat(100), 'صلى'],
  ['syllables that are three letters each', '각'.repeat(100), '각각'],
])('%s, as often as a name takes it', async (_, name, begins) => {
  const call = caller(house, key)
  const email = `${begins.length}@long.example`
  const user = await call('POST', '/users', { first_name: name, last_name: name, email })
  expect(user.status).toBe(201)
  const profile = { company_name: name, first_name: name, last_name: name, email }
  const client = await call('POST', '/clients', { ...profile, owner_id: user.body.id })
  expect(client.status).toBe(201)
  for (const typed of [begins, email])
    for (const [list, { id }] of [
      ['users', user.body],
      ['clients', client.body],
    ] as const) {
      const found = await call('GET', `/${list}?search=${encodeURIComponent(typed)}`)
      expect(found.body.items.map((one) => one.id)).toContain(id)
    }
})

test('whoever has a name of very many words is found by the address', async () => {
  const call = caller(house, key)
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123']
  const [first_name, last_name] = [letters.join(' '), letters.map((one) => one + one).join(' ')]
  const email = 'crowd@many.example'
  const user = await call('POST', '/users', { first_name, last_name, email })
  const found = await call('GET', '/users?search=crowd@many.example')
  expect(found.body.items.map(({ id }) => id)).toEqual([user.body.id])

  const profile = { company_name: '', first_name, last_name, email }
  const client = await call('POST', '/clients', { ...profile, owner_id: user.body.id })
  const whmcs = whmcsCaller(house, key)
  expect(await whmcs('GetClientsDetails', { email })).toMatchObject({ client_id: client.body.id })
})
