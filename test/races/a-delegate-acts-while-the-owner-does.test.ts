import { beforeAll, expect, test } from 'vitest'
import { atOnce, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { associate } from '../support/merging.ts'
import type { Visitor } from '../support/visitor.ts'

const ROUNDS = 10
const [BOB, CAROL] = [2, 3]
const HELD = 'invoices,tickets,users'

let house: TestHouse
let alice: Visitor
let bob: Visitor
let acme: { id: number }

beforeAll(async () => {
  house = await startHouse()
  acme = await house.clientNamed('Acme Hosting')
  await associate(house, CAROL, acme.id, 'tickets')
  await give(BOB, HELD)
  alice = await house.user('alice', 'Acme Hosting')
  bob = await house.user('bob', 'Acme Hosting')
})

const rowOf = (user_id: number) => house.db('associations').where({ client_id: acme.id, user_id }).first()
const give = (user_id: number, permissions: string) =>
  house.db('associations').where({ client_id: acme.id, user_id }).update({ permissions })
const entryOf = async (action: string, user?: number) => {
  const where = { action, ...(user && { user_id: user }) }
  return Number((await house.db('activity').where(where).max({ id: 'id' }))[0]?.id ?? 0)
}

// These fail when takeClient takes nothing, or when mustManage is asked before it (src/domain/inviting.ts).
test('H16 the permission is taken away while its holder invites: before it, or not at all', async () => {
  const outcomes: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const email = `kim${round}@example.com`
    await atOnce([
      async () => (await bob.newTab().post('/account/users/invite', { email })).status,
      async () =>
        (await alice.newTab().post(`/account/users/${BOB}/permissions`, { permissions: 'tickets' })).status,
    ])
    const sent = await house.db('invitations').where({ email }).first()
    outcomes.push(sent ? 'sent' : 'refused')
    if (sent) expect(await entryOf('invite.sent')).toBeLessThan(await entryOf('permissions.changed', BOB))
    // What cannot be given any more is no longer offered.
    if (sent) expect(sent.permissions.split(',')).toContain('tickets')
    expect((await rowOf(BOB)).permissions).toBe('tickets')
    await give(BOB, HELD)
  }
  expect(tally(outcomes).sent ?? 0).toBeLessThanOrEqual(ROUNDS)
})

test('H16 the owner raises somebody while a delegate edits them: nobody loses what the delegate lacks', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await give(CAROL, 'tickets')
    const before = await entryOf('permissions.changed', CAROL)
    const edit = (by: Visitor, permissions: string[]) => async () =>
      (await by.newTab().post(`/account/users/${CAROL}/permissions`, { permissions })).status
    const [raised, edited] = await atOnce([edit(alice, ['tickets', 'domains']), edit(bob, ['invoices'])])
    expect(raised).toBe(200)
    // First the delegate, then the owner; or the owner first, and the delegate is refused.
    expect((await rowOf(CAROL)).permissions).toBe('domains,tickets')
    const changes = await house.db('activity').where({ action: 'permissions.changed', user_id: CAROL })
    expect(changes.filter(({ id }) => Number(id) > before).length).toBe(edited === 200 ? 2 : 1)
    expect([200, 422]).toContain(edited)
  }
})

test('H16 he is suspended while he removes: before it, or not at all', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    if (!(await rowOf(CAROL))) await associate(house, CAROL, acme.id, 'tickets')
    await give(CAROL, 'tickets')
    await atOnce([
      async () => (await bob.newTab().post(`/account/users/${CAROL}/remove`)).status,
      async () => (await alice.newTab().post(`/account/users/${BOB}/suspend`)).status,
    ])
    if (!(await rowOf(CAROL)))
      expect(await entryOf('user.disassociated', CAROL)).toBeLessThan(await entryOf('access.suspended', BOB))
    expect((await rowOf(BOB)).suspended_at).not.toBeNull()
    await alice.post(`/account/users/${BOB}/resume`)
    await bob.post('/user/accounts', { client_id: acme.id })
  }
})
