import { beforeAll, expect, test } from 'vitest'
import { claimEmails, type Message } from '../../src/domain/emails.ts'
import { claimHooks } from '../../src/domain/hook-fan-out.ts'
import type { Hooks } from '../../src/domain/hook-functions.ts'
import { registerHooks } from '../../src/domain/hook-registry.ts'
import { expireInvitations } from '../../src/domain/invitations.ts'
import { endWorker, startWorker } from '../../src/domain/workers.ts'
import { moveClock } from '../../src/platform/clock.ts'
import { type Db, openDatabase } from '../../src/platform/database.ts'
import { atOnce, crowd, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import type { Visitor } from '../support/visitor.ts'

let house: TestHouse
let alice: Visitor
let admins: Visitor[]
let acme: { id: number }

beforeAll(async () => {
  house = await startHouse()
  alice = await house.user('alice')
  admins = [await house.admin(), await house.admin()]
  acme = await house.clientNamed('Acme Hosting')
})

const system = () => ({
  kind: 'system' as const,
  id: null,
  name: 'test',
  ip: '',
  requestId: Math.random().toString(36),
  entries: { next: 0 },
})

// Fails when takeClient is left out of makeOwner and `owner_id: former.id` out of its update: then a former
// owner's row is not whole, or one of the two is told a lie.
test('two Make Owner of different users at once: always one owner, whose association is whole', async () => {
  const [carol, bob] = [3, 2]
  await house.db('associations').insert({
    client_id: acme.id,
    user_id: carol,
    permissions: 'tickets',
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
  })
  for (let round = 0; round < 10; round++) {
    const answers = await atOnce(
      [carol, bob].map((user, nth) => async () => {
        const answer = await admins[nth]?.post(`/admin/clients/${acme.id}/users/${user}`, { make_owner: '1' })
        return answer?.status ?? 0
      }),
    )
    expect(answers.every((status) => status === 200 || status === 422)).toBe(true)
    const { owner_id } = await house.db('clients').where({ id: acme.id }).first()
    const rows = await house.db('associations').where({ client_id: acme.id })
    expect(rows.map(({ user_id }) => user_id)).toContain(owner_id)
    expect(rows).toHaveLength(3)
    await admins[0]?.post(`/admin/clients/${acme.id}/users/1`, { make_owner: '1' })
    expect((await house.clientNamed('Acme Hosting')).owner_id).toBe(1)
  }
  const changed = await house
    .db('activity')
    .where({ action: 'owner.changed', client_id: acme.id })
    .orderBy('id')
  const chain = changed.map(({ detail }) => JSON.parse(detail) as { before: string; after: string })
  for (const [nth, { before }] of chain.entries())
    expect(before, 'each change begins where the last one ended').toBe(
      nth === 0 ? 'alice@example.com' : chain[nth - 1]?.after,
    )
})

// Fails without the unique key of open_email, or when replacePending and takeClient are both left out.
test('the same address invited 20 times at once: one pending row, and only its latest link works', async () => {
  const email = 'often@example.com'
  const tabs = await atOnce(Array.from({ length: 4 }, () => () => house.user('alice')))
  const answers = await atOnce(
    Array.from({ length: 20 }, (_, nth) => async () => {
      const tab = tabs[nth % 4] as Visitor
      return (
        await tab.agent
          .post('/account/users/invite')
          .set({ Origin: house.appUrl })
          .type('form')
          .send({ email })
      ).status
    }),
  )
  expect(tally(answers)).toEqual({ 303: 20 })
  const rows = await house.db('invitations').where({ email })
  expect(rows.map(({ status, send_count }) => [status, send_count])).toEqual([['pending', 20]])
  const stranger = house.visitor()
  expect((await stranger.visit(await house.linkTo(email))).status).toBe(200)
  const sent = await house.db('emails').where({ to_address: email }).select('status', 'send_count')
  expect(sent.filter(({ send_count }) => send_count === 20)).toEqual([{ status: 'sent', send_count: 20 }])
})

test('permissions set against access removed: never a permission without access, never a 500', async () => {
  const guests = await crowd(house, 8, 'edited')
  expect(guests).toHaveLength(8)
  for (let round = 0; round < 8; round++) {
    const user = await house
      .db('users')
      .where({ email: `edited${round}@example.com` })
      .first()
    const at = '2026-01-01T00:00:00.000Z'
    const row = {
      client_id: acme.id,
      user_id: user.id,
      permissions: 'tickets',
      created_at: at,
      updated_at: at,
    }
    await house.db('associations').insert(row)
    const url = `/admin/clients/${acme.id}/users/${user.id}`
    const answers = await atOnce([
      async () => (await admins[0]?.post(url, { permissions: 'invoices' }))?.status ?? 0,
      async () => (await admins[1]?.post(`${url}/remove`))?.status ?? 0,
    ])
    expect(answers[1]).toBe(200)
    expect([200, 404]).toContain(answers[0])
    expect(await house.db('associations').where({ user_id: user.id })).toEqual([])
  }
})

test('the job run three times at once, against accepting: one InviteExpired for each that ran out', async () => {
  for (let nth = 0; nth < 15; nth++)
    await alice.post('/account/users/invite', { email: `late${nth}@example.com` })
  const link = await house.linkTo('late0@example.com')
  moveClock(7 * 24 * 60 + 1)
  const [guest] = await crowd(house, 1, 'late-guest')
  const other = openDatabase(house.config.databaseUrl)
  const before = (await house.db('hook_events').where({ name: 'InviteExpired' })).length
  const pending = await house.db('invitations').where({ status: 'pending' })
  const [a, b, c, accepted] = await Promise.all([
    expireInvitations(house.db, system),
    expireInvitations(other, system),
    expireInvitations(other, system),
    guest?.post(`${link}/accept`),
  ])
  await other.destroy()
  expect(Number(a) + Number(b) + Number(c)).toBe(pending.length)
  const after = (await house.db('hook_events').where({ name: 'InviteExpired' })).length
  expect(after - before).toBe(pending.length)
  expect(accepted?.status).toBe(404)
  expect(await house.db('invitations').where({ status: 'pending' })).toEqual([])
})

// Fails when `claim_token: null` is left out of the claim, or when fanning out does not ask for `waiting`.
test('two workers deliver at once: each e-mail is sent once and each hook runs once', async () => {
  await house.delivery.settled()
  await house.delivery.stop()
  for (let nth = 0; nth < 12; nth++)
    await alice.post('/account/users/invite', { email: `once${nth}@example.com` })
  const other = openDatabase(house.config.databaseUrl)
  const sent: string[] = []
  const send = async ({ messageId }: Message) => {
    sent.push(messageId)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const runs: string[] = []
  const key = 'a.ts#InviteSent'
  const hooks: Hooks = {
    ...house.hooks,
    limit: () => 10,
    loaded: [{ key, file: 'a.ts', name: 'InviteSent', priority: 1, onFailure: 'allow' }],
    run: async (_key, { id }) => void runs.push(id),
  }
  await registerHooks(house.db, hooks)
  const work = async (db: Db) => {
    const worker = await startWorker(db)
    for (;;) {
      const mails = await claimEmails(db, worker, send, 3)
      const events = await claimHooks(db, worker, hooks, 5)
      if (mails.length + events.length === 0) break
      await Promise.all([...mails, ...events].map((task) => task()))
    }
    await endWorker(db, worker)
  }
  await Promise.all([work(house.db), work(other), work(other)])
  // A round may have lost every claim to the others; what is left is for the next.
  await work(house.db)
  await other.destroy()
  expect(sent).toHaveLength(12)
  expect(new Set(sent).size).toBe(12)
  expect(runs.length).toBeGreaterThanOrEqual(12)
  expect(new Set(runs).size).toBe(runs.length)
  expect(await house.db('emails').where({ status: 'waiting' })).toEqual([])
})
