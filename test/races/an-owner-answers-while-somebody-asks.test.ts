import { beforeAll, expect, test } from 'vitest'
import { atOnce, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { associate, idsOf } from '../support/merging.ts'
import type { Visitor } from '../support/visitor.ts'
import { setLimit } from '../support/wide-limits.ts'

const ROUNDS = 6

let house: TestHouse
let alice: Visitor
let carol: Visitor
let ids: Awaited<ReturnType<typeof idsOf>>

beforeAll(async () => {
  house = await startHouse()
  await setLimit(house.db, 'requestsOfUser', 1_000)
  alice = await house.user('alice', 'Acme Hosting')
  carol = await house.user('carol')
  ids = await idsOf(house)
})

const ask = () => carol.newTab().post('/user/accounts/request', { email: 'alice@example.com', word: 'Me' })
const status = (act: () => Promise<Visitor>) => async () => (await act()).status

test('asking several times at once is one request', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await house.db('access_requests').delete()
    expect(tally(await atOnce([ask, ask, ask, ask].map(status)))).toEqual({ 200: 4 })
    expect(await house.db('access_requests')).toHaveLength(1)
  }
})

test('ignoring and inviting at once: the request ends once, and nobody meets an error', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await house.db('access_requests').delete()
    await house
      .db('invitations')
      .delete()
      .catch(() => {})
    await ask()
    const { id } = await house.db('access_requests').first('id')
    const ignore = () => alice.newTab().post(`/account/users/requests/${id}/ignore`)
    const invite = () =>
      alice.newTab().post('/account/users/invite', { email: 'carol@example.com', which: 'all' })
    const answers = await atOnce([status(ignore), status(ignore), status(invite), status(ask)])
    expect(answers.filter((one) => ![200, 404].includes(one))).toEqual([])
    const rows = await house.db('access_requests').whereNot({ status: 'open' })
    expect(rows).toHaveLength(1)
    expect(rows[0]?.ended_at).toBeTruthy()
  }
})

test('the same people removed by two pages at once: each once', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const before = await house.db('activity').where({ action: 'user.disassociated' })
    await associate(house, ids.carol, ids.acme, 'invoices')
    const who = [`${ids.acme}-${ids.carol}`, `${ids.acme}-${ids.bob}`]
    const had = await house.db('associations').where({ client_id: ids.acme }).whereNot({ user_id: ids.alice })
    const remove = () => alice.newTab().post('/user/access-review/remove', { who })
    const leave = () => alice.newTab().post(`/account/users/${ids.carol}/remove`)
    const answers = await atOnce([status(remove), status(remove), status(leave)])
    expect(answers.filter((one) => ![200, 404].includes(one))).toEqual([])
    const after = await house.db('activity').where({ action: 'user.disassociated' })
    expect(after.length - before.length).toBe(had.length)
    expect(await house.db('associations').where({ client_id: ids.acme })).toHaveLength(1)
  }
})
