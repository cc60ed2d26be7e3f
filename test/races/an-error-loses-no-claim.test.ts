import { beforeAll, expect, test } from 'vitest'
import { claimEmails } from '../../src/domain/emails.ts'
import { claimDue } from '../../src/domain/hook-deliveries.ts'
import { claimHooks } from '../../src/domain/hook-fan-out.ts'
import type { Hooks } from '../../src/domain/hook-functions.ts'
import { registerHooks } from '../../src/domain/hook-registry.ts'
import { beat, startWorker } from '../../src/domain/workers.ts'
import type { Db } from '../../src/platform/database.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import type { Visitor } from '../support/visitor.ts'

let house: TestHouse
let alice: Visitor
let hooks: Hooks
const runs: string[] = []

beforeAll(async () => {
  house = await startHouse()
  alice = await house.user('alice')
  await house.delivery.settled()
  await house.work?.stop()
  await house.work?.leave()
  const one = { file: 'a.ts', name: 'InviteSent' as const, priority: 1, onFailure: 'allow' as const }
  hooks = {
    ...house.hooks,
    loaded: [{ ...one, key: 'a.ts#InviteSent' }],
    limit: () => 10,
    run: async (_key, { id }) => void runs.push(id),
  }
  await registerHooks(house.db, hooks)
})

/** A row of this table that no statement can change, as if the server refused it. */
const refuse = (table: string, id: number) =>
  house.db.raw(
    `CREATE TRIGGER refuses BEFORE UPDATE ON ${table} FOR EACH ROW BEGIN IF NEW.id = ${id} THEN SIGNAL SQLSTATE '45000'; END IF; END`,
  )
const allow = () => house.db.raw('DROP TRIGGER refuses')
const invite = async (...names: string[]) => {
  for (const name of names) await alice.post('/account/users/invite', { email: `${name}@example.com` })
}
const held = (db: Db, table: string) => db(table).where({ status: 'waiting' }).whereNotNull('claim_token')

// Fails when claimEmails waits for all with Promise.all.
test('one e-mail that cannot be claimed: the others are sent, and nothing stays claimed', async () => {
  await invite('a1', 'a2', 'a3')
  const [, second] = await house.db('emails').where({ status: 'waiting' }).orderBy('id')
  await refuse('emails', second.id)
  const worker = await startWorker(house.db)
  const sent: string[] = []
  const send = async ({ to }: { to: string }) => void sent.push(to)
  const tasks = await claimEmails(house.db, worker, send, 3)
  await Promise.all(tasks.map((task) => task()))
  await allow()
  expect(sent.sort()).toEqual(['a1@example.com', 'a3@example.com'])
  expect(await held(house.db, 'emails')).toEqual([])
  expect(worker.claims.size).toBe(0)
})

// Fails when claimEvents gives up at the first event that fails.
test('one event that cannot be handed out: the others are told, and later that one as well', async () => {
  await invite('b1', 'b2', 'b3')
  const events = await house.db('hook_events').where({ status: 'waiting', name: 'InviteSent' }).orderBy('id')
  await refuse('hook_events', events[0].id)
  const worker = await startWorker(house.db)
  const work = async () => {
    for (;;) {
      const tasks = await claimHooks(house.db, worker, hooks, 32).catch(() => [])
      if (tasks.length === 0) return
      await Promise.all(tasks.map((task) => task()))
    }
  }
  runs.length = 0
  await work()
  expect(runs).toHaveLength(events.length - 1)
  await allow()
  await work()
  expect(new Set(runs).size).toBe(events.length)
  await beat(house.db, worker)
  expect(await held(house.db, 'hook_deliveries')).toEqual([])
  expect([worker.claims.size, worker.calls.get('a.ts')]).toEqual([0, 0])
})

test('no more is claimed than a file takes at once, and what rests is left alone', async () => {
  await house.db('hook_deliveries').update({ status: 'waiting' })
  const worker = await startWorker(house.db)
  const busy = { ...hooks, limit: () => 2 }
  const tasks = await claimDue(house.db, worker, busy, 32)
  expect(tasks).toHaveLength(2)
  expect(await claimDue(house.db, worker, busy, 32)).toEqual([])
  await Promise.all(tasks.map((task) => task()))
  expect(await claimDue(house.db, worker, { ...hooks, limit: () => 0 }, 32)).toEqual([])
  expect((await claimDue(house.db, worker, busy, 32)).length).toBeGreaterThan(0)
})
