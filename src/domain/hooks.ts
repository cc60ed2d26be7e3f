// Events for add-ons. The transaction writes one row an event; whoever delivers fans it out to the functions
// loaded there, and each is run until it worked, at least once, retried alone (R28). A hook that throws or
// hangs undoes nothing and delays no page.

import { randomBytes, randomUUID } from 'node:crypto'
import type { Event, HookName, HookPoints } from '#hooks'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { transaction } from '../platform/transaction.ts'
import type { Actor, Change } from './change.ts'
import { inHand } from './handed.ts'
import { Refusal } from './refusal.ts'

/** The loaded functions, as src/hook-host.ts keeps them. */
export interface Hooks {
  /** Those of one hook point, in the order they run. `key` stays the same from start to start. */
  of(name: string): { key: string; priority: number }[]
  /** Runs one; throws what it throws, and after its time limit. */
  run(name: string, key: string, event: Event): Promise<void>
}

interface Delivery {
  id: number
  event_id: number
  hook: string
  attempts: number
  created_at: string
  name: string
  payload: string
}

const CLAIM_MINUTES = 1
const BATCH = 100
const GIVE_UP_MINUTES = 24 * 60
const PAUSES_MINUTES = [1, 2, 5, 15, 60, 120, 240, 360]

export const describeActor = ({ kind, id, name }: Actor) => ({ kind, id, name })

/** Asks the hooks of a `Pre…` point, before any transaction is open; a sentence of theirs becomes a refusal. */
export async function askHooks<N extends HookName>(by: Actor, name: N, payload: HookPoints[N]) {
  const sentence = await inHand().askFirst(name, payload, describeActor(by))
  if (sentence) throw new Refusal('hook.refused', undefined, { sentence })
}

/** Writes the event in the transaction of what it tells. */
export async function fire<N extends HookName>(trx: Change, name: N, payload: HookPoints[N]) {
  const event: Event = { id: randomUUID(), at: timestamp(), actor: describeActor(trx.by) }
  const row = {
    event_id: event.id,
    name,
    payload: JSON.stringify({ ...payload, ...event }),
    created_at: event.at,
  }
  await trx('hook_events').insert(row)
}

/** Runs what is due; gives how many functions ran well. */
export async function deliverHooks(db: Db, hooks: Hooks): Promise<number> {
  await fanOut(db, hooks)
  let done = 0
  for (;;) {
    const at = timestamp()
    const due: Delivery[] = await db('hook_deliveries as d')
      .join('hook_events as e', 'e.id', 'd.event_id')
      .where('d.status', 'waiting')
      .where('d.next_attempt_at', '<=', at)
      .where((free) => free.whereNull('d.claimed_until').orWhere('d.claimed_until', '<=', at))
      .orderBy(['d.event_id', 'd.priority', 'd.id'])
      .limit(BATCH)
      .select('d.*', 'e.name', 'e.payload')
    if (due.length === 0) return done
    const counts = await Promise.all(groupByEvent(due).map((some) => runInOrder(db, hooks, some)))
    done += counts.reduce((sum, count) => sum + count, 0)
  }
}

function groupByEvent(due: Delivery[]) {
  const events = new Map<number, Delivery[]>()
  for (const one of due) events.set(one.event_id, [...(events.get(one.event_id) ?? []), one])
  return [...events.values()]
}

/** Gives each new event a delivery for every function that is loaded here. */
async function fanOut(db: Db, hooks: Hooks) {
  for (;;) {
    const events = await db('hook_events').where({ status: 'waiting' }).orderBy('id').limit(BATCH)
    if (events.length === 0) return
    for (const event of events)
      await transaction(db, async (trx) => {
        const mine = await trx('hook_events')
          .where({ id: event.id, status: 'waiting' })
          .update({ status: 'fanned' })
        if (mine !== 1) return
        const dates = { next_attempt_at: timestamp(), created_at: timestamp(), updated_at: timestamp() }
        for (const { key, priority } of hooks.of(event.name))
          await trx('hook_deliveries')
            .insert({ event_id: event.id, hook: key, priority, ...dates })
            .catch((error) => {
              if (!isDuplicate(error)) throw error
            })
      })
  }
}

async function runInOrder(db: Db, hooks: Hooks, deliveries: Delivery[]): Promise<number> {
  let done = 0
  for (const delivery of deliveries) done += Number(await run(db, hooks, delivery))
  return done
}

/** Claims one delivery (of many who try, one may run it), runs it, and writes down how that went. */
async function run(db: Db, hooks: Hooks, delivery: Delivery): Promise<boolean> {
  const at = timestamp()
  const claim_token = randomBytes(12).toString('hex')
  const claimed = await db('hook_deliveries')
    .where({ id: delivery.id, status: 'waiting' })
    .where((free) => free.whereNull('claimed_until').orWhere('claimed_until', '<=', at))
    .update({ claim_token, claimed_until: inMinutes(CLAIM_MINUTES), attempts: delivery.attempts + 1 })
  if (claimed !== 1) return false
  const started = Date.now()
  const error = await hooks.run(delivery.name, delivery.hook, JSON.parse(delivery.payload)).then(
    () => null,
    (thrown: unknown) => String(thrown instanceof Error ? thrown.message : thrown).slice(0, 500),
  )
  const tooLate = delivery.created_at < inMinutes(-GIVE_UP_MINUTES)
  const pause = PAUSES_MINUTES[Math.min(delivery.attempts, PAUSES_MINUTES.length - 1)] ?? 1
  await db('hook_deliveries')
    .where({ id: delivery.id, claim_token })
    .update({
      status: error === null ? 'done' : tooLate ? 'failed' : 'waiting',
      error,
      duration_ms: Date.now() - started,
      next_attempt_at: inMinutes(pause),
      claim_token: null,
      claimed_until: null,
      updated_at: timestamp(),
    })
  return error === null
}
