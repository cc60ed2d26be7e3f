import { beforeAll, expect, test } from 'vitest'
import { timestamp } from '../../src/platform/clock.ts'
import { caller, keyOf, tokenOf } from '../support/api.ts'
import { atOnce, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { letIn } from '../support/transfers.ts'

const ROUNDS = 10

let house: TestHouse
let robot: ReturnType<typeof caller>
let other: ReturnType<typeof caller>
let alice: ReturnType<typeof caller>
let acme: number

beforeAll(async () => {
  house = await startHouse()
  robot = caller(house, await keyOf(house))
  other = caller(house, await keyOf(house, { name: 'Other' }))
  alice = caller(house, await tokenOf(house, 'alice@example.com'))
  acme = (await house.clientNamed('Acme Hosting')).id
  await letIn(house, 'Acme Hosting', 'carol')
  await house.db('users').update({ last_login_at: timestamp() })
})

const offer = (call: typeof robot, user_id: number) => call('POST', `/clients/${acme}/transfers`, { user_id })
const cancel = (call: typeof robot, id: number) => call('POST', `/clients/${acme}/transfers/${id}/cancel`)
const make = (call: typeof robot, user_id: number) => call('POST', `/clients/${acme}/ownership`, { user_id })
const pending = () => house.db('ownership_transfers').where({ status: 'pending' })
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort()

test('two keys offer one client at once: one offer; the owner’s token and a key cancel it at once: one end', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const offers = await atOnce([() => offer(robot, 2), () => offer(other, 3)])
    expect(statuses(offers)).toEqual([201, 409])
    const [open] = await pending()
    const ends = await atOnce([() => cancel(alice, open.id), () => cancel(robot, open.id)])
    expect(statuses(ends)).toEqual([200, 409])
    expect(await pending()).toEqual([])
  }
  const told = await house.db('activity').where({ client_id: acme }).pluck('action')
  expect(tally(told)).toMatchObject({ 'transfer.requested': ROUNDS, 'transfer.cancelled': ROUNDS })
})

test('H10 a key makes an owner while another offers: no offer is left of somebody who owns it no more', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const next = round % 2 === 0 ? 2 : 1
    const [made, offered] = await atOnce([() => make(robot, next), () => offer(other, 3)])
    expect([made?.status, offered?.status]).toEqual([200, 201])
    const { owner_id } = await house.db('clients').where({ id: acme }).first()
    expect(owner_id).toBe(next)
    for (const { id, from_user_id } of await pending()) {
      expect(from_user_id).toBe(next)
      expect((await cancel(robot, id)).status).toBe(200)
    }
  }
})

test('two keys make different users the owner, and one twice: there is one owner, and each change is in the log', async () => {
  await make(robot, 1)
  for (let round = 0; round < ROUNDS; round++) {
    const before = await house.db('activity').where({ action: 'owner.changed' })
    const answers = await atOnce([() => make(robot, 2), () => make(other, 2), () => make(other, 3)])
    const done = answers.filter(({ status }) => status === 200).length
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
    const after = await house.db('activity').where({ action: 'owner.changed' }).orderBy('id')
    expect(after.length - before.length).toBe(done)
    const { owner_id } = await house.db('clients').where({ id: acme }).first()
    expect(after.at(-1)?.user_id).toBe(owner_id)
    expect((await make(robot, 1)).status).toBe(200)
  }
})
