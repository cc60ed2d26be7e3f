// Which functions there are, whichever process wrote an event: workers register what they have loaded, and events
// are fanned out to all of it (HARD-CASES H5). An entry ends when no worker has had it for 24 hours, or when an
// admin ends it; what waits for it ends with a word. One that was only gone comes back as soon as a worker has it
// again, one that an admin ended not before a worker starts with it.

import type { Knex } from 'knex'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import type { Hooks } from './hook-functions.ts'
import { keepLease, type Lease } from './leases.ts'

export const GONE_AFTER_MINUTES = 24 * 60
const ERROR_MAX = 500
const FILE_GONE_AFTER_MINUTES = 15

/** Says what this worker has loaded: when it starts, and again as long as it lives. */
export async function registerHooks(db: Db, { loaded, broken }: Hooks, isStart = false): Promise<void> {
  const last_seen_at = timestamp()
  for (const { key, file, name, priority, onFailure } of loaded) {
    const about = { file, name, priority, on_failure: onFailure, last_seen_at }
    await put(db, 'hook_functions', { hook: key }, about, { first_seen_at: last_seen_at })
    const ended = db('hook_functions').where({ hook: key }).whereNotNull('ended_at')
    await (isStart ? ended : ended.where({ ended_why: 'gone' })).update({ ended_at: null, ended_why: null })
  }
  const files = new Map(loaded.map(({ file }) => [file, null as string | null]))
  for (const { file, error } of broken) files.set(file, error.slice(0, ERROR_MAX))
  for (const [file, error] of files) await put(db, 'hook_files', { file }, { error, last_seen_at }, {})
  // A file that no worker sees any more is no fault; its functions are kept for their day.
  await db('hook_files').where('last_seen_at', '<', inMinutes(-FILE_GONE_AFTER_MINUTES)).delete()
}

/** No upsert: `onConflict` names no target on MySQL. Two workers at once write the same. */
async function put(db: Db, table: string, key: object, row: object, once: object) {
  if ((await db(table).where(key).update(row)) > 0) return
  await db(table)
    .insert({ ...key, ...row, ...once })
    .catch((error) => {
      if (!isDuplicate(error)) throw error
    })
}

/** A `Pre…` function could not be asked: shown beside it. Nobody waits for this, and nothing depends on it. */
export const noteNotAsked = (db: Db, hook: string, error: string) =>
  db('hook_functions')
    .where({ hook })
    .update({ failed_at: timestamp(), error: error.slice(0, ERROR_MAX) })

/** The job: ends what no worker has had for a day, and what still waits for anything that is ended. Gives how many. */
export async function endGoneHooks(db: Db, lease: Lease | undefined): Promise<number> {
  const gone: { hook: string; ended_at: string | null }[] = await db('hook_functions')
    .where('last_seen_at', '<=', inMinutes(-GONE_AFTER_MINUTES))
    .orWhereNotNull('ended_at')
  let count = 0
  for (const { hook, ended_at } of gone) {
    const end = async (trx: Knex.Transaction) => {
      if (lease) await keepLease(trx, lease)
      if (ended_at === null)
        await trx('hook_functions').where({ hook }).update({ ended_at: timestamp(), ended_why: 'gone' })
      const why = ended_at === null ? 'no worker has had this function for 24 hours' : 'the function is ended'
      return trx('hook_deliveries')
        .where({ hook, status: 'waiting', claim_token: null })
        .update({ status: 'ended', error: why, updated_at: timestamp() })
    }
    count += await transaction(db, end, HARMLESS)
  }
  return count
}
