// A session gets a new id after what makes it worth more: a new password, a factor that came or went, a proven address.
// Whoever had learned the old one holds nothing; everything else about the session stays.

import { randomBytes } from 'node:crypto'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { fingerprint } from './links.ts'

/** The same session under a new id, which no one can have learned before. */
async function renew(db: Db, table: 'sessions' | 'admin_sessions', id: string): Promise<string> {
  const fresh = randomBytes(25).toString('base64url')
  const move = (trx: Db) =>
    trx(table)
      .where({ id_hash: fingerprint(id) })
      .update({ id_hash: fingerprint(fresh) })
  await transaction(db, move, HARMLESS)
  return fresh
}

export async function renewUserSession(db: Db, id: string): Promise<{ id: string; remember: boolean }> {
  const fresh = await renew(db, 'sessions', id)
  const row = await db('sessions')
    .where({ id_hash: fingerprint(fresh) })
    .first('remember')
  return { id: fresh, remember: row?.remember === 1 }
}

/** Who acts as a user from this session goes on acting. */
export async function renewAdminSession(db: Db, id: string): Promise<string> {
  const fresh = await renew(db, 'admin_sessions', id)
  const follow = (trx: Db) =>
    trx('sessions')
      .where({ admin_session_hash: fingerprint(id) })
      .update({ admin_session_hash: fingerprint(fresh) })
  await transaction(db, follow, HARMLESS)
  return fresh
}
