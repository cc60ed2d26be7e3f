import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { plantCrowd } from './support/crowded-words.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { whmcsCaller } from './support/whmcs.ts'

/** So many rows of the rarest word are looked at for one call of a program of WHMCS. */
const LOOKED_AT = 30_000
const FIRST = 100_000
const COMMON = 1_300

describe('of words that very many have, a program of WHMCS is shown those among the first 30,000', () => {
  let house: TestHouse
  const [within, beyond] = [FIRST + LOOKED_AT - 1, FIRST + LOOKED_AT]

  beforeAll(async () => {
    house = await startHouse()
    await plantCrowd(house.db, { first: FIRST, count: LOOKED_AT + 5, word: 'crowd' })
    await plantCrowd(house.db, { first: 2 * FIRST, count: COMMON, word: 'thing' })
    for (const user_id of [within, beyond]) await house.db('user_words').insert({ word: 'thing', user_id })
  }, 60_000)

  test('the last of those is found, the one behind it is not', async () => {
    const call = whmcsCaller(house, await keyOf(house))
    const { totalresults, users } = await call('GetUsers', { search: 'crowd thing' })
    expect([totalresults, users.map(({ id }: { id: number }) => id)]).toEqual([1, [within]])
  }, 30_000)

  test('a word alone is no such search: from number to number', async () => {
    const call = whmcsCaller(house, await keyOf(house))
    const page = await call('GetUsers', { search: 'crowd', limitstart: 9_999, limitnum: 2 })
    expect(page.users.map(({ id }: { id: number }) => id)).toEqual([FIRST + 9_999, FIRST + 10_000])
  }, 30_000)

  test('/api/v1 goes on where it stopped, and finds both', async () => {
    const call = caller(house, await keyOf(house))
    const found: number[] = []
    let after = ''
    let calls = 0
    do {
      const { body } = await call('GET', `/users?search=crowd+thing${after && `&after=${after}`}`)
      found.push(...body.items.map(({ id }) => id))
      after = body.next ?? ''
    } while (after && ++calls < 50)
    expect(found).toEqual([within, beyond])
  }, 60_000)
})
