// Running a transaction again, and when that may be done (HARD-CASES H1, H4). What the server undid because of
// others is run again as a whole: a lock time-out undoes one statement only, so the rest is rolled back first.
// A connection lost before COMMIT has done nothing. When COMMIT itself got no answer, nobody knows: then the
// caller says how to find out, or that it may be done twice; without such a word it is not repeated.

import type { Knex } from 'knex'
import type { Db } from './database.ts'
import { isConflict, isLost } from './faults.ts'

const TRIES = 5
const JITTER_MS = 40
const LOST_WITHIN_MS = 10_000
const LOST_PAUSE_MS = 100

export interface Repeating {
  /** Asked on another connection when COMMIT got no answer: whether it had been done. */
  wasDone?: (db: Db) => Promise<boolean>
}

/** For what may be done twice without harm. */
export const HARMLESS: Repeating = { wasDone: async () => false }

interface Failed<T> {
  error: unknown
  /** The body's result, when only COMMIT failed. */
  ended?: [T]
}

/**
 * Runs the body in a transaction, again when it must be; the body does nothing outside the database. Within a
 * transaction it becomes part of that one.
 */
export async function transaction<T>(
  db: Db,
  body: (trx: Knex.Transaction) => Promise<T>,
  { wasDone }: Repeating = {},
): Promise<T> {
  if (db.isTransaction) return body(db as Knex.Transaction)
  const until = performance.now() + LOST_WITHIN_MS
  let unsure: [T] | undefined
  for (let [attempt, conflicts] = [1, 0]; ; attempt++) {
    const outcome = await runOnce(db, body)
    if (!('error' in outcome)) return outcome.result
    let { error } = outcome
    // From here on any failure may be the trace of a COMMIT that came through.
    unsure ??= wasDone && outcome.ended
    if (unsure && wasDone)
      try {
        if (await wasDone(db)) return unsure[0]
      } catch (failure) {
        error = failure
      }
    const isUnknown = outcome.ended && !wasDone && !isConflict(error)
    if (isConflict(error)) conflicts++
    const mayRepeat = isConflict(error) ? conflicts < TRIES : isLost(error) && !isUnknown
    if (!mayRepeat || performance.now() > until) throw error
    await pause(isConflict(error) ? JITTER_MS * attempt : LOST_PAUSE_MS)
  }
}

const pause = (mostMs: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * mostMs))

async function runOnce<T>(
  db: Db,
  body: (trx: Knex.Transaction) => Promise<T>,
): Promise<{ result: T } | Failed<T>> {
  const seen: { ended?: [T]; failed?: [unknown] } = {}
  try {
    const result = await db.transaction(async (trx) => {
      // Knex calls the body also when BEGIN has failed.
      if (trx.isCompleted()) throw new Error('BEGIN failed')
      try {
        const value = await body(trx)
        seen.ended = [value]
        return value
      } catch (error) {
        seen.failed = [error]
        throw error
      }
    })
    return { result }
  } catch (error) {
    // When ROLLBACK fails as well, Knex tells of that alone.
    return seen.failed ? { error: seen.failed[0] } : { error, ...(seen.ended && { ended: seen.ended }) }
  }
}
