// Puts a database back as it was: for tests that do many things, each to the same house.

import { type Db, isSqlite } from '../../src/platform/database.ts'

/** What a call of the API can change or lean on; the keys that call stay. */
const TABLES = [
  ...['users', 'clients', 'associations', 'invitations', 'contacts', 'presets', 'ownership_transfers'],
  ...['access_requests', 'email_changes', 'password_resets', 'email_verifications', 'sessions'],
  ...['hook_events', 'hook_deliveries', 'emails'],
]

/** Remembers every row; calling what it gives brings them back. */
export async function snapshot(db: Db) {
  const kept = await Promise.all(TABLES.map(async (table) => [table, await db(table).select()] as const))
  return () =>
    db.transaction(async (trx) => {
      if (isSqlite(db)) await trx.raw('PRAGMA defer_foreign_keys = ON')
      else await trx.raw('SET FOREIGN_KEY_CHECKS = 0')
      for (const [table] of kept) await trx(table).delete()
      for (const [table, rows] of kept) for (const row of rows) await trx(table).insert(row)
      if (!isSqlite(db)) await trx.raw('SET FOREIGN_KEY_CHECKS = 1')
    })
}
