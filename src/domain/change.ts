// The one way to change anything. State, activity entry, e-mail and hook event are written in one
// transaction (R26), in the name of an actor; what waits for delivery is woken after the commit.
// Whoever changes access takes the client first: a write that all others wait for, on every database
// and on every node of a cluster (HARD-CASES H2). What decides is read after that.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import { transaction } from '../platform/transaction.ts'
import type { Client } from './clients.ts'
import { inHand } from './handed.ts'
import { keepLease, type Lease } from './leases.ts'
import { NotFound, type Values } from './refusal.ts'

/** Who does something, and from where: one a request, whose activity `entries` numbers (HARD-CASES H1). */
export interface Actor {
  kind: 'user' | 'admin' | 'credential' | 'system' | 'visitor'
  id: number | null
  name: string
  ip: string
  /** The admin who acts as this user (HARD-CASES H7). */
  admin?: { id: number; name: string }
  /** The name of the personal token that it was done by. */
  token?: string
  /** Who made the credential, and so is the inviter of what it sends. */
  madeBy?: number | null
  /** Writes down, in the same transaction, what a call of the API is answered (idempotency.ts). */
  keep?: (trx: Change, result: unknown) => Promise<void>
  requestId: string
  entries: { next: number }
  /** What a job works under: each of its transactions makes sure that it is held still (HARD-CASES H13). */
  lease?: Lease
}

/** Whom mails say did it: the admin, where one acts as a user; a key is said to be one (web/mail-view.ts). */
export const doneBy = ({ kind, admin, name }: Actor): Values => ({
  by: admin?.name ?? name,
  ...(kind === 'credential' && { byKey: 1 }),
})

export type Change = Knex.Transaction & { by: Actor }

export async function change<T>(db: Db, by: Actor, body: (trx: Change) => Promise<T>): Promise<T> {
  const { requestId, entries } = by
  const [first, most] = [entries.next, { ended: entries.next }]
  const run = async (trx: Knex.Transaction) => {
    entries.next = first
    if (by.lease) await keepLease(trx, by.lease)
    const changing = Object.assign(trx, { by })
    const result = await body(changing)
    await by.keep?.(changing, result)
    most.ended = Math.max(most.ended, entries.next)
    return result
  }
  // Every change writes an entry, numbered within its request: where it is, all of the change is.
  const wasDone = async (fresh: Db) =>
    Boolean(await fresh('activity').where({ request_id: requestId, ordinal: first }).first('id'))
  const result = await transaction(db, run, { wasDone })
  entries.next = most.ended
  inHand().wake()
  return result
}

/** Takes the client until the commit, and gives its row as it is now. */
export async function takeClient(trx: Change, client: { id: number }): Promise<Client> {
  const rows = await trx('clients').where({ id: client.id }).increment('access_version', 1)
  if (rows !== 1) throw new NotFound()
  return trx('clients').where({ id: client.id }).first()
}

/** Takes all of them, and gives their rows by id. One statement: a database goes through ids in ascending order. */
export async function takeClients(trx: Change, ids: number[]): Promise<Map<number, Client>> {
  const ascending = [...new Set(ids)].sort((a, b) => a - b)
  await trx('clients').whereIn('id', ascending).increment('access_version', 1)
  const rows: Client[] = await trx('clients').whereIn('id', ascending)
  return new Map(rows.map((client) => [client.id, client]))
}
