import { beforeAll, describe, expect, test } from 'vitest'
import { keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { type Fields, whmcsCaller } from './support/whmcs.ts'

/** So many entries are looked at for what no index finds: without an end ten such calls would hold every connection. */
const LOOKED_AT = 60_000
const FIRST = 1_000
const ROWS = 400

describe('of a long log a program of WHMCS is shown what stands among the newest 60,000 entries', () => {
  let house: TestHouse
  let call: ReturnType<typeof whmcsCaller>

  beforeAll(async () => {
    house = await startHouse()
    call = whmcsCaller(house, await keyOf(house))
    const at = '2026-01-01T00:00:00.000Z'
    const entry = (id: number, more: object = {}) => ({
      ...{ id, request_id: `planted-${id}`, ordinal: 0, at, action: 'user.loggedIn', detail: '{}', ip: '' },
      ...{ actor_kind: 'user', actor_id: 1, actor_name: 'Alice Ames', ...more },
    })
    for (let id = FIRST; id < FIRST + LOOKED_AT; id += ROWS)
      await house.db('activity').insert(Array.from({ length: ROWS }, (_, nth) => entry(id + nth)))
    const rare = { actor_name: 'Rare', ip: '203.0.113.9', detail: '{"note":"needle"}' }
    await house.db('activity').insert([entry(FIRST - 1, rare)])
    await house.db('activity').where({ id: FIRST }).update(rare)
  }, 120_000)

  test.each<Fields>([{ user: 'Rare' }, { ipaddress: '203.0.113.9' }, { description: 'needle' }])(
    '%o: the last of those is found, the one behind it is not',
    async (asked) => {
      const { totalresults, activity } = await call('GetActivityLog', asked)
      expect([totalresults, activity.entry.map(({ id }: { id: number }) => id)]).toEqual([1, [FIRST]])
    },
  )

  test('what an index finds has no such end', async () => {
    const { activity } = await call('GetActivityLog', { limitstart: 9_999, limitnum: 1 })
    expect(activity.entry[0].id).toBe(FIRST + LOOKED_AT - 10_000)
  })
})
