// Opens a database: MySQL and MariaDB for production (mysql.ts), SQLite inside the process for everything small.
// What differs between them is in this folder, each with its reason.

import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import knex, { type Knex } from 'knex'
import Libsql from 'libsql'
import { parseAddresses } from './address.ts'
import { CONNECT_MS, Hosts } from './cluster.ts'
import { drain, Mysql, type MysqlConfig } from './mysql.ts'

/** A connection pool, or the transaction that stands in for it. */
export type Db = Knex

const POOL_MAX = 10
const BUSY_WAIT_MS = 5_000
const STATEMENT_MS = 4_000

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
  /** The longest that one statement may take; 0 is for ever. SQLite has no such limit: it is in this process. */
  statementMs?: number
  /** Nothing can be written by it, and no file is made. */
  readOnly?: boolean
}

const URLS = new WeakMap<object, string>()

export function openDatabase(
  url: string,
  { statementMs = STATEMENT_MS, readOnly = false }: Opening = {},
): Db {
  const isFile = url.startsWith('sqlite:')
  const db = isFile
    ? openSqlite(url.slice('sqlite:'.length), readOnly)
    : openMysql(url, { statementMs, readOnly })
  URLS.set(db.client.config, url)
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

function openMysql(url: string, limits: { statementMs: number; readOnly: boolean }): Db {
  const idle: MysqlConfig['idle'] = new Set()
  const hosts = new Hosts(parseAddresses(url), () => drain(idle, hosts.current))
  const config: MysqlConfig = {
    ...QUIET,
    client: Mysql,
    connection: { charset: 'utf8mb4', connectTimeout: CONNECT_MS, supportBigNumbers: true },
    pool: { min: 0, max: POOL_MAX },
    hosts,
    idle,
    ...limits,
  }
  return knex(config)
}

/** The same database for long work: migrations, examining everything. To be destroyed by whoever opens it. */
export const openUnlimited = (db: Db): Db =>
  openDatabase(URLS.get(db.client.config) ?? '', { statementMs: 0 })

/**
 * A table, such as `invitations as i`, whose rows are looked for by this index: SQLite does not know how many rows have
 * what, and of two indexes that fit takes either.
 */
export const foundBy = (db: Db, table: string, index: string): Knex.Raw =>
  db.raw(isSqlite(db) ? '?? INDEXED BY ??' : '?? FORCE INDEX (??)', [table, index])

/** Whether statements are taken: throws when not. */
export const ping = (db: Db) => db.raw('SELECT 1')

/** The hosts that DATABASE_URL names, as they are seen from here; none for SQLite. */
export function hostsOf(db: Db): { host: string; isFit: boolean; isCurrent: boolean }[] {
  if (isSqlite(db)) return []
  const { hosts } = db.client.config as MysqlConfig
  return hosts.all.map((one) => ({ host: one.name, isFit: one.isFit, isCurrent: one === hosts.current }))
}
