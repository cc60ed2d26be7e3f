// Of many processes one holds a lease at a time (HARD-CASES H13). A contender takes it only after it has seen
// generation and beat unchanged for the whole lease time by its own monotonic clock, with a compare-and-set that
// makes a new generation. Every transaction done under a lease begins with keepLease: a holder that was asleep
// and wakes up late finds another generation, and nothing of what it then writes counts.

import type { Knex } from 'knex'
import { timestamp, type Watch } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'

export interface Lease {
  name: string
  generation: number
}

export interface LeaseRow extends Lease {
  beat: number
  /** A worker's id; empty when it was given back. */
  holder: string
  taken_at: string
}

export const LEASE_SECONDS = 20
/** Whoever holds this one runs the jobs. */
export const JOBS_LEASE = 'jobs'

export class LeaseLost extends Error {
  constructor(name: string) {
    super(`Another process holds the lease ${name} by now.`)
    this.name = 'LeaseLost'
  }
}

const raise = (db: Db, { name, generation }: Lease): Promise<number> =>
  db('leases').where({ name, generation }).increment('beat', 1)

/** Called with every beat: keeps the lease that is held, or takes one that is free or stood still. */
export async function contend(
  db: Db,
  name: string,
  holder: string,
  held: Lease | undefined,
  watch: Watch,
  leaseMs = LEASE_SECONDS * 1000,
): Promise<Lease | undefined> {
  if (held && (await raise(db, held)) === 1) return held
  const row: LeaseRow | undefined = await db('leases').where({ name }).first()
  if (!row) return createLease(db, name, holder)
  const { generation, beat } = row
  const isFree = row.holder === '' || watch.hasStoodStill(`lease ${name}`, `${generation}.${beat}`, leaseMs)
  if (!isFree) return undefined
  const taken = await db('leases')
    .where({ name, generation, beat })
    .update({ generation: generation + 1, beat: 0, holder, taken_at: timestamp() })
  return taken === 1 ? { name, generation: generation + 1 } : undefined
}

async function createLease(db: Db, name: string, holder: string): Promise<Lease | undefined> {
  try {
    await db('leases').insert({ name, generation: 1, beat: 0, holder, taken_at: timestamp() })
    return { name, generation: 1 }
  } catch (error) {
    if (isDuplicate(error)) return undefined
    throw error
  }
}

/** The first write of each transaction under a lease; throws when it is held no longer. */
export async function keepLease(trx: Knex.Transaction, lease: Lease): Promise<void> {
  if ((await raise(trx, lease)) !== 1) throw new LeaseLost(lease.name)
}

/** Gives it back, so that the next one need not wait. */
export const giveBack = (db: Db, { name, generation }: Lease) =>
  db('leases').where({ name, generation }).update({ holder: '' })
