// Calls of the API are counted in memory: a row written for each would cost more than most calls do. With WORKERS=n it is
// the memory of the supervisor, so that all processes of a machine count together; where that does not answer at once, a
// process counts for itself. How many may come is asked here each time, since an admin may change it.

import cluster from 'node:cluster'
import { RateLimiterCluster, RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Db } from '../platform/database.ts'
import { type CallLimit, limitOf } from './limit-table.ts'
import { fingerprint } from './links.ts'
import { lastLimits, readLimits } from './settings.ts'

const NO_LIMIT = Number.MAX_SAFE_INTEGER
const ANSWERS_WITHIN_MS = 250
/** Another program that starts processes may never answer: not every call waits for that. */
const ASKED_AGAIN_AFTER_MS = 5_000

interface Counter {
  /** How often the key came, this time included, and when that begins anew. */
  count(key: string): Promise<RateLimiterRes>
}

function newCounter(name: CallLimit): Counter {
  const options = { keyPrefix: name, points: NO_LIMIT, duration: limitOf(name).seconds }
  const own = new RateLimiterMemory(options)
  if (!cluster.isWorker) return { count: (key) => own.consume(key) }
  const shared = new RateLimiterCluster({ ...options, timeoutMs: ANSWERS_WITHIN_MS })
  let silentUntil = 0
  const countHere = (key: string) => {
    silentUntil = performance.now() + ASKED_AGAIN_AFTER_MS
    return own.consume(key)
  }
  return {
    count: (key) =>
      performance.now() < silentUntil ? own.consume(key) : shared.consume(key).catch(() => countHere(key)),
  }
}

const OPEN = new WeakMap<Db, Record<CallLimit, Counter>>()

function countersOf(db: Db): Record<CallLimit, Counter> {
  const open = OPEN.get(db)
  if (open) return open
  const made = { apiCalls: newCounter('apiCalls'), apiStrangers: newCounter('apiStrangers') }
  OPEN.set(db, made)
  return made
}

/** Counts one call, and tells how many are left in how many seconds. */
export async function tally(db: Db, name: CallLimit, key: string) {
  const { [name]: points } = await readLimits(db).catch(() => lastLimits(db))
  const { consumedPoints, msBeforeNext } = await countersOf(db)[name].count(fingerprint(key))
  return {
    points,
    left: Math.max(points - consumedPoints, 0),
    seconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
    isOver: consumedPoints > points,
    over: limitOf(name).over,
  }
}
