// Running one function for one event, at least once (R28): only a worker that has the function claims it
// (HARD-CASES H5), and no more than its file takes at once. What fails is tried again alone, for a day; what was only
// interrupted, or rests, is put off and counts as no attempt.

import { setTimeout as pause } from 'node:timers/promises'
import type { Event } from '#hooks'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Claim, claim, claimEach, finish } from './claims.ts'
import { type Hooks, Postponed } from './hook-functions.ts'
import { nextAttempt } from './retrying.ts'
import type { Worker } from './workers.ts'

export interface HookEvent {
  id: number
  name: string
  payload: string
}

export type Task = () => Promise<void>

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

const PLACE_KEPT_MS = 1_000

/** A delivery that this worker has claimed, and what it needs to run it. */
export type Claimed = Claim & { file: string; hook: string; attempts: number; retry_until: string }

/** Claims what is due and has room, up to `most`. */
export async function claimDue(db: Db, worker: Worker, hooks: Hooks, most: number): Promise<Task[]> {
  const here = hooks.loaded.filter(({ key }) => roomFor(worker, hooks, key) > 0).map(({ key }) => key)
  if (most <= 0 || here.length === 0) return []
  const due: Delivery[] = await db('hook_deliveries')
    .where({ status: 'waiting', claim_token: null })
    .where('next_attempt_at', '<=', timestamp())
    .whereIn('hook', here)
    .orderBy('next_attempt_at')
    .limit(most)
  const ids = due.map(({ event_id }) => event_id)
  const events: HookEvent[] = ids.length ? await db('hook_events').whereIn('id', ids) : []
  return claimEach(due, async (row) => {
    const event = events.find(({ id }) => id === row.event_id)
    if (!event || roomFor(worker, hooks, row.hook) <= 0) return undefined
    const file = takePlace(worker, row.hook)
    const claimed = await claim(db, worker, 'hook_deliveries', row).catch((error) => {
      leavePlace(worker, file)
      throw error
    })
    if (!claimed) return leavePlace(worker, file)
    const { hook, retry_until, attempts } = row
    const one = { ...claimed, file, hook, retry_until, attempts: attempts + 1 }
    return () => runOne(db, worker, hooks, event, one)
  })
}

/** How many calls of this function can begin now: a file takes so many at once, none while the function rests. */
export function roomFor(worker: Worker, hooks: Hooks, key: string): number {
  const limit = hooks.limit(key)
  return limit === 0 ? 0 : limit - (worker.calls.get(fileOf(key)) ?? 0)
}

const fileOf = (key: string) => key.split('#')[0] ?? ''

/** Counted from when it is claimed, so that no more is claimed than can run. Gives the file. */
export function takePlace(worker: Worker, key: string): string {
  const file = fileOf(key)
  worker.calls.set(file, (worker.calls.get(file) ?? 0) + 1)
  return file
}

export function leavePlace(worker: Worker, file: string): undefined {
  worker.calls.set(file, (worker.calls.get(file) ?? 1) - 1)
}

/** Runs one function, writes down how that went, and gives its place back. */
export async function runOne(db: Db, worker: Worker, hooks: Hooks, event: HookEvent, one: Claimed) {
  try {
    const started = performance.now()
    const error: unknown = await hooks.run(one.hook, JSON.parse(event.payload) as Event).then(
      () => null,
      (thrown: unknown) => thrown ?? 'nothing',
    )
    const duration_ms = Math.round(performance.now() - started)
    // What was put off is not looked for over and over.
    if (error instanceof Postponed) await pause(Math.min(error.seconds * 1000, PLACE_KEPT_MS))
    await finish(db, worker, one, { ...afterRun(one, error, duration_ms), updated_at: timestamp() })
  } finally {
    leavePlace(worker, one.file)
  }
}

function afterRun({ attempts, retry_until }: Claimed, error: unknown, duration_ms: number) {
  if (error === null) return { status: 'done', error: null, duration_ms }
  const isOver = retry_until <= timestamp()
  if (error instanceof Postponed && !isOver)
    return { attempts: attempts - 1, next_attempt_at: inMinutes(error.seconds / 60) }
  return {
    status: isOver ? 'failed' : 'waiting',
    error: String(error instanceof Error ? error.message : error).slice(0, 500),
    duration_ms,
    next_attempt_at: nextAttempt(retry_until),
  }
}
