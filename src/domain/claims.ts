// Of many workers one may send a message or run a hook: whoever sets the random token on the row while it has
// none (HARD-CASES H12). The result is written only under that token, so one who comes late changes nothing. A
// claim lasts as long as its worker lives (workers.ts); no clock ends it.

import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { inMinutes } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isAway } from '../platform/faults.ts'
import type { Worker } from './workers.ts'

export type Claimable = 'emails' | 'hook_deliveries'

const CLAIMABLE: Claimable[] = ['emails', 'hook_deliveries']
const FREE = { claim_token: null, claimed_by: null }
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
const LATER_MINUTES = 60

export interface Claim {
  table: Claimable
  id: number
  token: string
}

/** A new token, known to be worked on before any row carries it. */
export function newToken(worker: Worker): string {
  const token = randomBytes(12).toString('hex')
  worker.claims.add(token)
  return token
}

/** What a row must still be when it is claimed: one that was tried and put off in the meantime is let go. */
export interface Due {
  id: number
  next_attempt_at: string
  retry_until: string
}

/** Claims this row; undefined when another worker was faster, or it is not due any more. */
export async function claim(
  db: Db,
  worker: Worker,
  table: Claimable,
  { id, next_attempt_at, retry_until }: Due,
): Promise<Claim | undefined> {
  const token = newToken(worker)
  let claimed = 0
  try {
    claimed = await db(table)
      .where({ id, status: 'waiting', claim_token: null, next_attempt_at, retry_until })
      .update({ claim_token: token, claimed_by: worker.id })
      .increment('attempts', 1)
    return claimed === 1 ? { table, id, token } : undefined
  } finally {
    // An answer that was lost may have claimed it: the next beat frees what nobody works on.
    if (claimed !== 1) worker.claims.delete(token)
  }
}

/** Claims each, and gives the work of those that were got: what fails with one takes nothing from the others. */
export async function claimEach<Row extends Due, Work>(
  rows: Row[],
  claimOne: (row: Row) => Promise<Work | undefined>,
): Promise<Work[]> {
  const results = await Promise.allSettled(rows.map(claimOne))
  const got = results.flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []))
  const failed = results.find((one) => one.status === 'rejected')
  if (failed && got.length === 0) throw failed.reason
  return got
}

/**
 * Writes down how it went, and frees the row. What happened outside has happened, so while the database is away
 * this is tried until it answers or the worker ends; it changes nothing when another worker has taken over.
 */
export async function finish(db: Db, worker: Worker, { table, id, token }: Claim, result: object) {
  const write = (what: object) => db(table).where({ id, claim_token: token }).update(what)
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await write({ ...result, ...FREE })
      break
    } catch (error) {
      if (!isAway(error) || !worker.claims.has(token)) {
        // A result that cannot be written is a bug; it must not be done again and again for that.
        await write({ next_attempt_at: inMinutes(LATER_MINUTES), ...FREE })
        worker.claims.delete(token)
        throw error
      }
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  worker.claims.delete(token)
}

/** A row without its claim; an attempt that was interrupted does not count. */
const freed = (db: Db) => ({
  ...FREE,
  attempts: db.raw('CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END'),
})

/** Gives back what a worker had claimed. */
export async function freeClaims(trx: Knex.Transaction, workerId: string) {
  for (const table of CLAIMABLE) await trx(table).where({ claimed_by: workerId }).update(freed(trx))
}

/** Frees rows that carry this worker's name and a token that it knows nothing of. */
export async function freeLostClaims(db: Db, worker: Worker) {
  for (const table of CLAIMABLE) {
    const rows: { id: number; claim_token: string }[] = await db(table)
      .where({ claimed_by: worker.id })
      .select('id', 'claim_token')
    for (const { id, claim_token } of rows)
      if (!worker.claims.has(claim_token)) await db(table).where({ id, claim_token }).update(freed(db))
  }
}

/** Frees what carries the name of a worker that there is no more: one that was buried, and claimed in its sleep. */
export async function freeOrphans(db: Db) {
  for (const table of CLAIMABLE)
    await db(table)
      .whereNotNull('claimed_by')
      .whereNotIn('claimed_by', db('workers').select('id'))
      .update(freed(db))
}

/** Gives claims another name: their worker was taken for dead, and goes on as somebody new. */
export async function renameClaims(db: Db, from: string, to: string) {
  for (const table of CLAIMABLE) await db(table).where({ claimed_by: from }).update({ claimed_by: to })
}
