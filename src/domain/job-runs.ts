// The last run of each job, for the System page. Written under the lease, so a holder that woke up late writes nothing.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { keepLease, type Lease } from './leases.ts'

export interface JobRun {
  name: string
  /** The id of the worker that ran it. */
  worker: string
  started_at: string
  ended_at: string | null
  duration_ms: number | null
  result: string | null
  error: string | null
}

/** Runs a job, and notes when it began, how long it took, and what came of it. Throws what the job throws. */
export async function noteRun(
  db: Db,
  lease: Lease,
  name: string,
  run: () => Promise<unknown>,
): Promise<void> {
  const started = performance.now()
  await note(db, lease, name, { started_at: timestamp(), ended_at: null, result: null, error: null })
  const end = (how: object) => {
    const duration_ms = Math.round(performance.now() - started)
    return note(db, lease, name, { ended_at: timestamp(), duration_ms, ...how })
  }
  try {
    const result = await run()
    await end({ result: typeof result === 'number' ? String(result) : null })
  } catch (error) {
    await end({ error: String(error instanceof Error ? error.message : error).slice(0, 500) }).catch(() => {})
    throw error
  }
}

function note(db: Db, lease: Lease, name: string, row: object): Promise<void> {
  const write = async (trx: Knex.Transaction) => {
    await keepLease(trx, lease)
    const { holder } = await trx('leases').where({ name: lease.name }).first('holder')
    const run = { ...row, worker: holder }
    if ((await trx('job_runs').where({ name }).update(run)) === 0)
      await trx('job_runs').insert({ name, ...run })
  }
  return transaction(db, write, HARMLESS)
}
