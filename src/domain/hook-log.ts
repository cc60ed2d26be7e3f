// What became of the events: which functions there are and how they do, each delivery with its error, and
// trying again. The add-on sees the same event id however often it is told. A function is ended by an admin
// when no worker will have it again (HARD-CASES H5): nothing more is fanned out to it, and nothing waits.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { countUpTo } from './pages.ts'
import { Refusal } from './refusal.ts'
import { retryUntil } from './retrying.ts'

export interface HookFunction {
  hook: string
  file: string
  name: string
  priority: number
  on_failure: 'allow' | 'refuse'
  first_seen_at: string
  last_seen_at: string
  ended_at: string | null
  /** Of a question: when it last could not be asked, and why. */
  failed_at: string | null
  error: string | null
}

export interface HookEvent {
  id: number
  event_id: string
  name: string
  payload: string
  status: 'waiting' | 'fanned'
  created_at: string
}

/** One function for one event; `event` is the id that the add-on sees. */
export interface HookDelivery {
  id: number
  event_id: number
  hook: string
  status: 'waiting' | 'done' | 'failed' | 'ended'
  attempts: number
  error: string | null
  duration_ms: number | null
  next_attempt_at: string
  created_at: string
  updated_at: string
  name: string
  event: string
}

export const DELIVERY_STATUSES = ['waiting', 'done', 'failed', 'ended'] as const

const BATCH = 500
const BATCHES_MAX = 1_000

/** Of one hook point, or of all; also those that are ended. */
export const listFunctions = (db: Db, name?: string): Promise<HookFunction[]> =>
  db<HookFunction>('hook_functions')
    .modify((query) => {
      if (name) query.where({ name })
    })
    .orderBy(['name', 'priority', 'hook'])

export const findFunction = (db: Db, hook: string): Promise<HookFunction | undefined> =>
  db<HookFunction>('hook_functions').where({ hook }).first()

const withEvent = (db: Db) =>
  db('hook_deliveries as d')
    .join('hook_events as e', 'e.id', 'd.event_id')
    .select('d.*', 'e.name', 'e.event_id as event')

interface Looked {
  status?: HookDelivery['status']
  /** Only these functions. */
  hooks?: string[]
  before?: number
  limit: number
}

const narrow = (query: Knex.QueryBuilder, { status, hooks }: Pick<Looked, 'status' | 'hooks'>) => {
  if (status) query.where('d.status', status)
  if (hooks) query.whereIn('d.hook', hooks)
}

/** Newest first, a page at a time: `before` is the id that the page before ended with. */
export const listDeliveries = (db: Db, { before, limit, ...looked }: Looked): Promise<HookDelivery[]> =>
  withEvent(db)
    .modify((query) => narrow(query, looked))
    .modify((query) => before && query.where('d.id', '<', before))
    .orderBy('d.id', 'desc')
    .limit(limit)

export const countDeliveries = (db: Db, looked: Pick<Looked, 'status' | 'hooks'>): Promise<number> =>
  countUpTo(
    db,
    db('hook_deliveries as d')
      .modify((query) => narrow(query, looked))
      .select('d.id'),
  )

export const findDelivery = (db: Db, id: number): Promise<HookDelivery | undefined> =>
  withEvent(db).where('d.id', id).first()

export const findEvent = (db: Db, id: number): Promise<HookEvent | undefined> =>
  db<HookEvent>('hook_events').where({ id }).first()

/** Newest first, of one hook point or of all. */
export const listEvents = (
  db: Db,
  { name, before, limit }: { name?: string | undefined; before?: number | undefined; limit: number },
): Promise<HookEvent[]> =>
  db<HookEvent>('hook_events')
    .modify((query) => {
      if (name) query.where({ name })
      if (before) query.where('id', '<', before)
    })
    .orderBy('id', 'desc')
    .limit(limit)

/** What an event was told to, in the order in which they run. */
export const listEventDeliveries = (db: Db, event: { id: number }): Promise<HookDelivery[]> =>
  withEvent(db).where('d.event_id', event.id).orderBy(['d.priority', 'd.id'])

const anew = () => ({
  status: 'waiting',
  next_attempt_at: timestamp(),
  retry_until: retryUntil(),
  error: null,
})

/** The function as it is now; one that is ended, or gone, would never run. */
async function mustBeThere(trx: Change, hook: string): Promise<HookFunction> {
  const one = await findFunction(trx, hook)
  if (!one || one.ended_at) throw new Refusal('hooks.functionEnded')
  return one
}

/** *Retry*: what waits, failed or was ended runs now, with 24 hours of tries anew. */
export const retryDelivery = (db: Db, by: Actor, delivery: HookDelivery) =>
  change(db, by, async (trx) => {
    await mustBeThere(trx, delivery.hook)
    const rows = await trx('hook_deliveries')
      .where({ id: delivery.id, claim_token: null })
      .whereIn('status', ['waiting', 'failed', 'ended'])
      .update(anew())
    if (rows !== 1) throw new Refusal('deliveries.notWaiting')
    await record(trx, 'hook.retried', { hook: delivery.hook, event: delivery.event })
  })

/** *Replay*: one function is told an event again, or for the first time; the event keeps its id. */
export const replayEvent = (db: Db, by: Actor, event: HookEvent, hook: string) =>
  change(db, by, async (trx) => {
    const one = await mustBeThere(trx, hook)
    if (one.name !== event.name) throw new Refusal('hooks.functionEnded')
    // Before it is handed out to all, there is nothing to repeat; and it would be in the way then.
    const isOut = await trx('hook_events').where({ id: event.id, status: 'fanned' }).first('id')
    if (!isOut) throw new Refusal('deliveries.notOut')
    const mine = { event_id: event.id, hook }
    const rows = await trx('hook_deliveries')
      .where({ ...mine, claim_token: null })
      .update(anew())
    if (rows === 0) await addDelivery(trx, { ...mine, priority: one.priority })
    await record(trx, 'hook.replayed', { hook, event: event.event_id })
  })

async function addDelivery(trx: Change, row: { event_id: number; hook: string; priority: number }) {
  const dates = { created_at: timestamp(), updated_at: timestamp() }
  await trx('hook_deliveries')
    .insert({ ...row, ...anew(), ...dates })
    .catch((error) => {
      throw isDuplicate(error) ? new Refusal('deliveries.running') : error
    })
}

/** *End*: no new event is fanned out to it, and what waits ends with a word; gives how many those were. */
export async function endFunction(db: Db, by: Actor, one: HookFunction): Promise<number> {
  await change(db, by, async (trx) => {
    await trx('hook_functions')
      .where({ hook: one.hook })
      .update({ ended_at: timestamp(), ended_why: 'admin' })
    await record(trx, 'hook.ended', { hook: one.hook })
  })
  let ended = 0
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const waiting = { hook: one.hook, status: 'waiting', claim_token: null }
    const ids: number[] = await db('hook_deliveries').where(waiting).orderBy('id').limit(BATCH).pluck('id')
    if (ids.length === 0) return ended
    const some = await change(db, by, async (trx) => {
      const count = await trx('hook_deliveries')
        .whereIn('id', ids)
        .where(waiting)
        .update({ status: 'ended', error: `ended by ${by.name}`, updated_at: timestamp() })
      if (count > 0) await record(trx, 'hook.waitingEnded', { hook: one.hook, count })
      return count
    })
    // What was claimed in between runs to its end.
    if (some === 0) return ended
    ended += some
  }
  return ended
}
