// Brings the schema up to date, one process at a time, without the limit that pages put on a statement. Knex's own
// lock row would survive a crash, so it is cleared under ours.

import { readdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Knex } from 'knex'
import { type Db, isSqlite, openUnlimited } from './database.ts'
import { lockMigrations } from './migration-lock.ts'

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url))
const TABLE = 'knex_migrations'

const listFiles = () =>
  readdirSync(FOLDER)
    .filter((name) => /^\d+.*\.ts$/.test(name))
    .sort()

const source: Knex.MigrationSource<string> = {
  getMigrations: async () => listFiles(),
  getMigrationName: (name) => name,
  getMigration: (name) => import(pathToFileURL(`${FOLDER}/${name}`).href),
}

/** The database cannot be used with this code; the message is for whoever starts it. */
export class NewerDatabase extends Error {}

/** Runs the migrations that have not run yet; safe to call from many processes at once. */
export async function migrate(db: Db): Promise<void> {
  const long = isSqlite(db) ? db : openUnlimited(db)
  try {
    const release = await lockMigrations(long)
    try {
      await pendingMigrations(long)
      await long.migrate.forceFreeMigrationsLock({ migrationSource: source })
      await long.migrate.latest({ migrationSource: source })
    } finally {
      await release()
    }
  } finally {
    if (long !== db) await long.destroy()
  }
}

/** How many migrations have not run yet. Throws NewerDatabase, or what says that the database is away. */
export async function pendingMigrations(db: Db): Promise<number> {
  const files = listFiles()
  if (!(await db.schema.hasTable(TABLE))) return files.length
  const done: string[] = await db(TABLE).orderBy('id').pluck('name')
  const unknown = done.find((name) => !files.includes(name))
  if (unknown)
    throw new NewerDatabase(
      `This database was migrated by a newer Latchkey (${unknown}): start that version, or restore a backup made before it.`,
    )
  return files.length - done.length
}
