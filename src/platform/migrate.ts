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

export interface Migrations {
  /** Run, in this order. */
  done: string[]
  /** Run by the database, unknown to this code: a newer version was here. */
  newer: string[]
  /** Not run yet. */
  missing: string[]
}

/** What the database has run, next to what there is. Only reads: Knex's own list makes its table where there is none. */
export async function compareMigrations(db: Db): Promise<Migrations> {
  const there = listFiles()
  const done: string[] = (await db.schema.hasTable(TABLE)) ? await db(TABLE).orderBy('id').pluck('name') : []
  return {
    done,
    newer: done.filter((name) => !there.includes(name)),
    missing: there.filter((name) => !done.includes(name)),
  }
}

/** How many migrations have not run yet. Throws NewerDatabase, or what says that the database is away. */
export async function pendingMigrations(db: Db): Promise<number> {
  const { newer, missing } = await compareMigrations(db)
  if (newer.length > 0)
    throw new NewerDatabase(
      `This database was migrated by a newer Latchkey (${newer[0]}): start that version, or restore a backup made before it.`,
    )
  return missing.length
}
