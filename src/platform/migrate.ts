// Brings the schema up to date, one process at a time. The lock is one that the operating system or the
// server frees when its holder dies; Knex's own lock row would survive a crash, so it is cleared under ours.

import { readdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Knex } from 'knex'
import Libsql from 'libsql'
import { type Db, isSqlite } from './database.ts'

const FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url))
const LOCK_WAIT_SECONDS = 60

const source: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    readdirSync(FOLDER)
      .filter((name) => /^\d+.*\.ts$/.test(name))
      .sort(),
  getMigrationName: (name) => name,
  getMigration: (name) => import(pathToFileURL(`${FOLDER}/${name}`).href),
}

/** Runs the migrations that have not run yet; safe to call from many processes at once. */
export async function migrate(db: Db): Promise<void> {
  const release = await (isSqlite(db) ? lockFile(db) : lockServer(db))
  try {
    await db.migrate.forceFreeMigrationsLock({ migrationSource: source })
    await db.migrate.latest({ migrationSource: source })
  } finally {
    await release()
  }
}

/** How many migrations have not run yet; throws when the database is away. */
export async function pendingMigrations(db: Db): Promise<number> {
  const [, pending] = await db.migrate.list({ migrationSource: source })
  return pending.length
}

/** The names of those that have run, of those that have not, and of those that this version does not have. */
export async function listMigrations(db: Db): Promise<Record<'done' | 'pending' | 'unknown', string[]>> {
  const here = await source.getMigrations([])
  const done: string[] = await db('knex_migrations').orderBy('id').pluck('name')
  const pending = here.filter((name) => !done.includes(name))
  return { done, pending, unknown: done.filter((name) => !here.includes(name)) }
}

// A file beside the database, held by an exclusive SQLite transaction: gone with the process.
async function lockFile(db: Db) {
  const { filename } = db.client.config.connection as { filename: string }
  if (filename === ':memory:') return async () => {}
  const lock = new Libsql(`${filename}.migrating`)
  lock.pragma(`busy_timeout = ${LOCK_WAIT_SECONDS * 1000}`)
  lock.exec('BEGIN EXCLUSIVE')
  return async () => {
    lock.exec('ROLLBACK')
    lock.close()
  }
}

// A named lock of one connection: gone when the connection is.
async function lockServer(db: Db) {
  const connection = await db.client.acquireConnection()
  const run = (sql: string) => db.raw(sql).connection(connection)
  const [[row]] = await run(`SELECT GET_LOCK(CONCAT('latchkey.', DATABASE()), ${LOCK_WAIT_SECONDS}) AS held`)
  if (row.held !== 1) throw new Error('Another process has been migrating this database for a minute.')
  return async () => {
    await run("SELECT RELEASE_LOCK(CONCAT('latchkey.', DATABASE()))")
    db.client.releaseConnection(connection)
  }
}
