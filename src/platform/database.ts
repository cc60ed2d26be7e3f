// Every difference between the databases is in this file, each with its reason.
// MySQL and MariaDB for production, SQLite inside the process for everything small.

import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import knex, { type Knex } from 'knex'
import Libsql from 'libsql'

/** A connection pool, or the transaction that stands in for it. */
export type Db = Knex

const POOL_MAX = 10
const BUSY_WAIT_MS = 5_000
const TRIES = 5

const load = createRequire(import.meta.url)
const BetterSqlite3: typeof knex.Client = load('knex/lib/dialects/better-sqlite3')
const SqliteTransaction: new (...args: unknown[]) => { query(connection: unknown, sql: string): unknown } =
  load('knex/lib/dialects/sqlite3/execution/sqlite-transaction')

// SQLite takes its write lock at BEGIN: a transaction that reads first and writes later would be
// refused at once, without waiting, when another process wrote in between.
class ImmediateTransaction extends SqliteTransaction {
  begin(connection: unknown) {
    return this.query(connection, 'BEGIN IMMEDIATE;')
  }
}

// Knex's own dialect, with the driver that comes prebuilt.
class Sqlite extends BetterSqlite3 {
  _driver() {
    return Libsql
  }
  override transaction(container: unknown, config: unknown, outer: unknown) {
    return new ImmediateTransaction(this, container, config, outer) as unknown as Knex.Transaction
  }
}

export const isSqlite = (db: Db) => db.client instanceof Sqlite

export interface Opening {
  /** Nothing can be written by it, and no file is made. */
  readOnly?: boolean
}

export function openDatabase(url: string, { readOnly = false }: Opening = {}): Db {
  const path = url.startsWith('sqlite:') && url.slice('sqlite:'.length)
  const db = path ? openSqlite(path, readOnly) : openMysql(url, readOnly)
  db.on('query-error', forgetValues)
  return db
}

// Errors are logged, so none may carry what a statement was to write: a nonce, a hash, an address. Knex is told
// so here; mysql2 adds the whole statement by itself. Nor does Knex print to the console what it throws as well.
const nothing = () => {}
const QUIET = { compileSqlOnError: false, log: { warn: nothing, error: nothing } }
const forgetValues = (error: { sql?: string }) => {
  delete error.sql
}

// The driver knows no option to only read; SQLite's own way to say it is an address.
const toRead = (path: string) => `file:${path.replace(/[%?#]/g, encodeURIComponent)}?mode=ro`
const WRITING = ['journal_mode = WAL', 'foreign_keys = ON']

function openSqlite(path: string, readOnly: boolean): Db {
  if (!readOnly) mkdirSync(dirname(path), { recursive: true })
  return knex({
    ...QUIET,
    client: Sqlite,
    connection: { filename: readOnly ? toRead(path) : path },
    useNullAsDefault: true,
    // One connection: SQLite has one writer, and the driver is synchronous.
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: Libsql.Database, done: (error: unknown, connection: unknown) => void) => {
        for (const pragma of [`busy_timeout = ${BUSY_WAIT_MS}`, ...(readOnly ? [] : WRITING)])
          connection.pragma(pragma)
        done(null, connection)
      },
    },
  })
}

const FRESH = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'

function openMysql(url: string, readOnly: boolean): Db {
  return knex({
    ...QUIET,
    client: 'mysql2',
    connection: { uri: url, charset: 'utf8mb4', connectTimeout: 5_000, supportBigNumbers: true },
    pool: {
      min: 0,
      max: POOL_MAX,
      // READ COMMITTED: what is decided after taking the client must be seen fresh (HARD-CASES H2).
      afterCreate: (connection: MysqlConnection, done: (error: unknown, connection: unknown) => void) =>
        connection.query(readOnly ? `${FRESH}, READ ONLY` : FRESH, (error) => done(error, connection)),
    },
  })
}

type MysqlConnection = { query(sql: string, done: (error: unknown) => void): void }

/**
 * Runs the body in a transaction; what the server undid because of others (deadlock, lock time-out, a
 * cluster's certification, a busy file) is run again as a whole. The body does nothing outside the database.
 */
export async function transaction<T>(db: Db, body: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction(body)
    } catch (error) {
      if (attempt === TRIES || !isRepeatable(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 40 * attempt))
    }
  }
}

type DriverError = { errno?: number; code?: string; message?: string }

const REPEATABLE = new Set([1213, 1205, 1047, 1020, 1180])

const isRepeatable = (error: unknown) => {
  const { errno, code } = (error ?? {}) as DriverError
  return REPEATABLE.has(errno ?? 0) || String(code).startsWith('SQLITE_BUSY')
}

/** Whether a unique key or primary key refused a row. */
export const isDuplicate = (error: unknown) => {
  const { errno, code, message } = (error ?? {}) as DriverError
  return errno === 1062 || (String(code).startsWith('SQLITE_CONSTRAINT') && /UNIQUE/.test(message ?? ''))
}
