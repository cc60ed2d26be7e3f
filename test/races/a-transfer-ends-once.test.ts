import { beforeAll, beforeEach, expect, test } from 'vitest'
import { ALL_PERMISSIONS } from '../../src/domain/permissions.ts'
import { atOnce } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { latestTransfer, letIn, offerTo } from '../support/transfers.ts'
import type { Visitor } from '../support/visitor.ts'

const ROUNDS = 6
const PROOF = { current_password: 'open-sesame-42' }

let house: TestHouse
let ada: Visitor
let alice: Visitor
let bob: Visitor
let acme: { id: number }

beforeAll(async () => {
  house = await startHouse()
  bob = await house.user('bob')
  await house.user('carol')
  ada = await house.admin()
  alice = await house.user('alice', 'Acme Hosting')
  acme = await house.clientNamed('Acme Hosting')
  await letIn(house, 'Acme Hosting', 'carol')
})

const offered = async (): Promise<number> => {
  await house.db('ownership_transfers').delete()
  await house.db('clients').where({ id: acme.id }).update({ owner_id: 1 })
  await house
    .db('associations')
    .where({ client_id: acme.id, user_id: 1 })
    .update({ permissions: ALL_PERMISSIONS })
  await offerTo(alice, 'Bob Brown')
  return (await latestTransfer(house)).id
}
const statusOf = async (answer: Promise<Visitor>) => (await answer).status
const accepting =
  (id: number, as = bob) =>
  () =>
    statusOf(as.newTab().post(`/user/transfers/${id}/accept`, PROOF))
const events = async (name: string) => (await house.db('hook_events').where({ name })).length
const isWhole = async () => {
  const { owner_id } = await house.clientNamed('Acme Hosting')
  const row = await house.db('associations').where({ client_id: acme.id, user_id: owner_id }).first()
  expect(row?.permissions.split(',')).toHaveLength(14)
  return owner_id as number
}

let [endedBefore, changedBefore] = [0, 0]
beforeEach(async () => {
  ;[endedBefore, changedBefore] = [await events('OwnershipTransferEnded'), await events('OwnerChanged')]
})
const told = async () => [
  (await events('OwnershipTransferEnded')) - endedBefore,
  (await events('OwnerChanged')) - changedBefore,
]

test('H10 accepted against Make Owner of another: one owner, one end, whoever was first', async () => {
  let changes = 0
  for (let round = 0; round < ROUNDS; round++) {
    const id = await offered()
    const [accepted, made] = await atOnce([
      accepting(id),
      () => statusOf(ada.post(`/admin/clients/${acme.id}/users/3`, { make_owner: '1' })),
    ])
    // Accepted first: the admin's step comes after it, and holds.
    expect([200, 422]).toContain(accepted)
    expect(made).toBe(200)
    expect((await latestTransfer(house)).status).toBe(accepted === 200 ? 'accepted' : 'cancelled')
    expect(await isWhole()).toBe(3)
    changes += accepted === 200 ? 2 : 1
  }
  expect(await told()).toEqual([ROUNDS, changes])
})

// Fails when `status: 'pending'` is left out of endTransfer.
test('H10 accepted against cancelled by the owner: one of the two, never both', async () => {
  let accepts = 0
  for (let round = 0; round < ROUNDS; round++) {
    const id = await offered()
    const [accepted] = await atOnce([
      accepting(id),
      () => statusOf(alice.newTab().post('/account/ownership/cancel')),
    ])
    const { status } = await latestTransfer(house)
    expect(status).toBe(accepted === 200 ? 'accepted' : 'cancelled')
    expect(await isWhole()).toBe(accepted === 200 ? 2 : 1)
    accepts += Number(accepted === 200)
  }
  expect(await told()).toEqual([ROUNDS, accepts])
})

test('H10 accepted against his access removed: never an owner without access', async () => {
  let accepts = 0
  for (let round = 0; round < ROUNDS; round++) {
    const id = await offered()
    const [accepted, removed] = await atOnce([
      accepting(id),
      () => statusOf(ada.post(`/admin/clients/${acme.id}/users/2/remove`)),
    ])
    expect([accepted, removed].sort()).toEqual([200, 422])
    expect((await latestTransfer(house)).status).toBe(accepted === 200 ? 'accepted' : 'cancelled')
    expect(await isWhole()).toBe(accepted === 200 ? 2 : 1)
    if (accepted !== 200) await letIn(house, 'Acme Hosting', 'bob')
    accepts += Number(accepted === 200)
  }
  expect(await told()).toEqual([ROUNDS, accepts])
})

test('H10 accepted four times at once: once', async () => {
  const id = await offered()
  const again = await house.user('bob')
  const answers = await atOnce([accepting(id), accepting(id), accepting(id, again), accepting(id, again)])
  expect(answers.filter((status) => status === 200)).toHaveLength(1)
  expect(answers.filter((status) => status === 422)).toHaveLength(3)
  expect(await told()).toEqual([1, 1])
  expect(await isWhole()).toBe(2)
})

test('H10 offered four times at once: one is pending', async () => {
  await house.db('ownership_transfers').delete()
  await house.db('clients').where({ id: acme.id }).update({ owner_id: 1 })
  const answers = await atOnce(
    [2, 3, 2, 3].map(
      (user_id) => () => statusOf(alice.newTab().post('/account/ownership', { user_id, ...PROOF })),
    ),
  )
  expect(answers.filter((status) => status === 200)).toHaveLength(1)
  expect(await house.db('ownership_transfers').where({ status: 'pending' })).toHaveLength(1)
})
