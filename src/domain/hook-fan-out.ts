// Handing an event out to every function that is registered (HARD-CASES H5): one transaction marks it and writes a
// delivery for each. Those that this worker has loaded it claims in the same breath, and runs them one after another
// in order of priority; those of other workers are claimed by them. An event whose file has no room waits.

import type { Knex } from 'knex'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { newToken } from './claims.ts'
import {
  type Claimed,
  claimDue,
  type HookEvent,
  leavePlace,
  roomFor,
  runOne,
  type Task,
  takePlace,
} from './hook-deliveries.ts'
import type { Hooks } from './hook-functions.ts'
import { GONE_AFTER_MINUTES } from './hook-registry.ts'
import { retryUntil } from './retrying.ts'
import type { Worker } from './workers.ts'

/** Gives up to `most` pieces of work: events that nobody was told of yet, then deliveries whose time has come. */
export async function claimHooks(db: Db, worker: Worker, hooks: Hooks, most: number): Promise<Task[]> {
  const fresh = await claimEvents(db, worker, hooks, most)
  const due = await claimDue(db, worker, hooks, most - fresh.length).catch((error) => {
    // What is in hand already is not lost for that.
    if (fresh.length === 0) throw error
    return []
  })
  return [...fresh, ...due]
}

async function claimEvents(db: Db, worker: Worker, hooks: Hooks, most: number): Promise<Task[]> {
  const tasks: Task[] = []
  let failed: [unknown] | undefined
  let after = 0
  // Those that nobody here listens to are done with at once, those without room are passed over: the next may be ours.
  for (let isMore = true; isMore && tasks.length === 0; ) {
    const events: HookEvent[] = await db('hook_events')
      .where({ status: 'waiting' })
      .where('id', '>', after)
      .orderBy('id')
      .limit(most)
    for (const event of events)
      try {
        const mine = hasRoom(worker, hooks, event) ? await fanOut(db, worker, hooks, event) : []
        if (mine.length > 0) tasks.push(() => runInOrder(db, worker, hooks, event, mine))
      } catch (error) {
        failed ??= [error]
      }
    after = events.at(-1)?.id ?? after
    isMore = events.length === most
  }
  if (failed && tasks.length === 0) throw failed[0]
  return tasks
}

/** A function that rests is handed its row and runs later; one that is only busy keeps the event waiting, for the order. */
const hasRoom = (worker: Worker, hooks: Hooks, { name }: HookEvent) =>
  hooks.loaded.every(
    (one) => one.name !== name || hooks.limit(one.key) === 0 || roomFor(worker, hooks, one.key) > 0,
  )

async function fanOut(db: Db, worker: Worker, hooks: Hooks, event: HookEvent): Promise<Claimed[]> {
  const tried: { token: string; file: string }[] = []
  let mine: Claimed[] = []
  try {
    const write = (trx: Knex.Transaction) => writeDeliveries(trx, worker, hooks, event, tried)
    mine = await transaction(db, write, HARMLESS)
    return mine
  } finally {
    // Those of a transaction that was run again, or whose answer was lost: the next beat frees what carries them.
    for (const { token, file } of tried)
      if (!mine.some((one) => one.token === token)) {
        worker.claims.delete(token)
        leavePlace(worker, file)
      }
  }
}

interface Registered {
  hook: string
  priority: number
}

async function writeDeliveries(
  trx: Knex.Transaction,
  worker: Worker,
  hooks: Hooks,
  event: HookEvent,
  tried: { token: string; file: string }[],
): Promise<Claimed[]> {
  const rows = await trx('hook_events')
    .where({ id: event.id, status: 'waiting' })
    .update({ status: 'fanned' })
  if (rows !== 1) return []
  const mine: Claimed[] = []
  for (const { hook, priority } of await listRegistered(trx, hooks, event)) {
    const claim =
      roomFor(worker, hooks, hook) > 0 ? { token: newToken(worker), file: takePlace(worker, hook) } : null
    if (claim) tried.push(claim)
    const retry_until = retryUntil()
    const id = await addDelivery(trx, {
      event_id: event.id,
      hook,
      priority,
      attempts: claim ? 1 : 0,
      claim_token: claim?.token ?? null,
      claimed_by: claim ? worker.id : null,
      next_attempt_at: timestamp(),
      retry_until,
      created_at: timestamp(),
      updated_at: timestamp(),
    })
    if (claim && id) mine.push({ table: 'hook_deliveries', id, ...claim, hook, attempts: 1, retry_until })
  }
  return mine
}

/** Those that a worker had within a day, and those that are loaded here. */
const listRegistered = (trx: Knex.Transaction, hooks: Hooks, { name }: HookEvent): Promise<Registered[]> =>
  trx('hook_functions')
    .where({ name, ended_at: null })
    .where((known) =>
      known
        .whereIn(
          'hook',
          hooks.loaded.map(({ key }) => key),
        )
        .orWhere('last_seen_at', '>', inMinutes(-GONE_AFTER_MINUTES)),
    )
    .orderBy(['priority', 'hook'])

/** Gives its id; nothing where there is one already. */
const addDelivery = (trx: Knex.Transaction, row: object): Promise<number | undefined> =>
  trx('hook_deliveries')
    .insert(row)
    .then(
      ([id]) => Number(id),
      (error) => {
        if (!isDuplicate(error)) throw error
        return undefined
      },
    )

async function runInOrder(db: Db, worker: Worker, hooks: Hooks, event: HookEvent, mine: Claimed[]) {
  const failed: unknown[] = []
  for (const one of mine) await runOne(db, worker, hooks, event, one).catch((error) => failed.push(error))
  if (failed.length > 0) throw failed[0]
}
