// Of many workers one may send a message or run a hook: whoever sets the random token on the row while it has
// none (HARD-CASES H12). The result is written only under that token, so one who comes late changes nothing. A
// claim lasts as long as its worker lives (workers.ts); no clock ends it.

import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import type { Worker } from './workers.ts'

export type Claimable = 'emails' | 'hook_deliveries'

const CLAIMABLE: Claimable[] = ['emails', 'hook_deliveries']
const FREE = { claim_token: null, claimed_by: null }
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

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

/** Claims this row; undefined when another worker was faster, or it waits no longer. */
export async function claim(
  db: Db,
  worker: Worker,
  table: Claimable,
  id: number,
): Promise<Claim | undefined> {
  const token = newToken(worker)
  let claimed = 0
  try {
    claimed = await db(table)
      .where({ id, status: 'waiting', claim_token: null })
      .update({ claim_token: token, claimed_by: worker.id })
      .increment('attempts', 1)
    return claimed === 1 ? { table, id, token } : undefined
  } finally {
    // An answer that was lost may have claimed it: the next beat frees what nobody works on.
    if (claimed !== 1) worker.claims.delete(token)
  }
}

/**
 * Writes down how it went, and frees the row. What happened outside has happened, so this is tried until the
 * database answers or the worker ends; it changes nothing when another worker has taken over.
 */
export async function finish(db: Db, worker: Worker, { table, id, token }: Claim, result: object) {
  const row = () => db(table).where({ id, claim_token: token })
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      await row().update({ ...result, ...FREE })
      break
    } catch (error) {
      if (!worker.claims.has(token)) throw error
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
