// Telling add-ons, at least once per function (R28). Workers register the functions that they have loaded; an event
// is fanned out to every function registered, and only a worker that has a function claims it, so a worker without
// the file loses nothing for those that have it (HARD-CASES H5). Whoever fans out runs its own functions in order of
// priority; each that fails is tried again alone.

import { setTimeout as pause } from 'node:timers/promises'
import type { Knex } from 'knex'
import type { Event } from '#hooks'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { type Claim, claim, finish, newToken } from './claims.ts'
import { type Hooks, Postponed } from './hook-functions.ts'
import { GONE_AFTER_MINUTES } from './hook-registry.ts'
import { nextAttempt, retryUntil } from './retrying.ts'
import type { Worker } from './workers.ts'

interface HookEvent {
  id: number
  name: string
  payload: string
}

export interface Delivery {
  id: number
  event_id: number
  hook: string
  priority: number
  status: 'waiting' | 'done' | 'failed' | 'ended'
  attempts: number
  next_attempt_at: string
  retry_until: string
  error: string | null
  duration_ms: number | null
  created_at: string
  updated_at: string
}

type Task = () => Promise<void>

const PLACE_KEPT_MS = 1_000

/** Gives up to `most` pieces of work: events that nobody was told of yet, then deliveries whose time has come. */
export async function claimHooks(db: Db, worker: Worker, hooks: Hooks, most: number): Promise<Task[]> {
  const fresh = await claimEvents(db, worker, hooks, most)
  return [...fresh, ...(await claimDue(db, worker, hooks, most - fresh.length))]
}

async function claimEvents(db: Db, worker: Worker, hooks: Hooks, most: number): Promise<Task[]> {
  const tasks: Task[] = []
  let events: HookEvent[]
  do {
    events = await db('hook_events').where({ status: 'waiting' }).orderBy('id').limit(most)
    for (const event of events) {
      const mine = await fanOut(db, worker, hooks, event)
      if (mine.length > 0) tasks.push(() => runInOrder(db, worker, hooks, event, mine))
    }
    // Those that nobody here listens to are done with; the next may be for us.
  } while (tasks.length === 0 && events.length === most)
  return tasks.slice(0, most)
}

type Claimed = Claim & { hook: string; attempts: number; retry_until: string }

/** Writes a row for every function registered; those that are loaded here are claimed, in order of priority. */
async function fanOut(db: Db, worker: Worker, hooks: Hooks, event: HookEvent): Promise<Claimed[]> {
  const tokens: string[] = []
  let mine: Claimed[] = []
  try {
    const write = (trx: Knex.Transaction) => writeDeliveries(trx, worker, hooks, event, tokens)
    mine = await transaction(db, write, HARMLESS)
    return mine
  } finally {
    // Those of a transaction that was run again, or whose answer was lost: the next beat frees what carries them.
    for (const token of tokens) if (!mine.some((one) => one.token === token)) worker.claims.delete(token)
  }
}

async function writeDeliveries(
  trx: Knex.Transaction,
  worker: Worker,
  hooks: Hooks,
  event: HookEvent,
  tokens: string[],
): Promise<Claimed[]> {
  const rows = await trx('hook_events')
    .where({ id: event.id, status: 'waiting' })
    .update({ status: 'fanned' })
  if (rows !== 1) return []
  const here = hooks.loaded.map(({ key }) => key)
  const functions: { hook: string; priority: number }[] = await trx('hook_functions')
    .where({ name: event.name, ended_at: null })
    .where((known) =>
      known.whereIn('hook', here).orWhere('last_seen_at', '>', inMinutes(-GONE_AFTER_MINUTES)),
    )
    .orderBy(['priority', 'hook'])
  const mine: Claimed[] = []
  for (const { hook, priority } of functions) {
    const isMine = here.includes(hook)
    const token = isMine ? newToken(worker) : null
    if (token) tokens.push(token)
    const retry_until = retryUntil()
    const [id] = await trx('hook_deliveries').insert({
      event_id: event.id,
      hook,
      priority,
      attempts: isMine ? 1 : 0,
      claim_token: token,
      claimed_by: isMine ? worker.id : null,
      next_attempt_at: timestamp(),
      retry_until,
      created_at: timestamp(),
      updated_at: timestamp(),
    })
    if (token) mine.push({ table: 'hook_deliveries', id: Number(id), token, hook, attempts: 1, retry_until })
  }
  return mine
}

async function runInOrder(db: Db, worker: Worker, hooks: Hooks, event: HookEvent, mine: Claimed[]) {
  for (const one of mine) await run(db, worker, hooks, event, one)
}

/** Those that were put off or failed, and those of events that a worker without the function fanned out. */
async function claimDue(db: Db, worker: Worker, hooks: Hooks, most: number): Promise<Task[]> {
  if (most <= 0 || hooks.loaded.length === 0) return []
  const due: (Delivery & { name: string; payload: string })[] = await db('hook_deliveries as d')
    .join('hook_events as e', 'e.id', 'd.event_id')
    .where({ 'd.status': 'waiting', 'd.claim_token': null })
    .where('d.next_attempt_at', '<=', timestamp())
    .whereIn(
      'd.hook',
      hooks.loaded.map(({ key }) => key),
    )
    .orderBy(['d.next_attempt_at', 'd.event_id', 'd.priority'])
    .limit(most)
    .select('d.*', 'e.name', 'e.payload')
  const tasks = due.map(async ({ name, payload, ...row }) => {
    const { hook, retry_until, attempts } = row
    const claimed = await claim(db, worker, 'hook_deliveries', row.id)
    if (!claimed) return []
    const event = { id: row.event_id, name, payload }
    return [() => run(db, worker, hooks, event, { ...claimed, hook, retry_until, attempts: attempts + 1 })]
  })
  return (await Promise.all(tasks)).flat()
}

/** Runs one function, and writes down how that went. */
async function run(db: Db, worker: Worker, hooks: Hooks, event: HookEvent, one: Claimed): Promise<void> {
  const started = performance.now()
  const error: unknown = await hooks.run(one.hook, JSON.parse(event.payload) as Event).then(
    () => null,
    (thrown: unknown) => thrown ?? 'nothing',
  )
  const duration_ms = Math.round(performance.now() - started)
  // Its place stays taken for a moment: a long queue for one file that is busy is not claimed over and over.
  if (error instanceof Postponed) await pause(Math.min(error.seconds * 1000, PLACE_KEPT_MS))
  await finish(db, worker, one, { ...afterRun(one, error, duration_ms), updated_at: timestamp() })
}

function afterRun({ attempts, retry_until }: Claimed, error: unknown, duration_ms: number) {
  if (error === null) return { status: 'done', error: null, duration_ms }
  if (error instanceof Postponed)
    return { attempts: attempts - 1, next_attempt_at: inMinutes(error.seconds / 60) }
  return {
    status: retry_until <= timestamp() ? 'failed' : 'waiting',
    error: String(error instanceof Error ? error.message : error).slice(0, 500),
    duration_ms,
    next_attempt_at: nextAttempt(retry_until),
  }
}
