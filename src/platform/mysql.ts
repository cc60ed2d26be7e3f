// Knex's dialect for MySQL and MariaDB, with what it leaves open: a limit on every wait, several hosts, and
// reading again what a lost connection swallowed. Nothing that writes is repeated here.

import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Knex, knex } from 'knex'
import { CONNECT_MS, type Host, type Hosts, STATUS, saysSynced, WSREP } from './cluster.ts'
import { isConflict, isLost, isNotReady, isOverLimit, NoConnection } from './faults.ts'

const CONNECTION_WITHIN_MS = 3_000
const LOCK_WAIT_SECONDS = 3
const PAUSE_MS = 100
const GOODBYE_MS = 500
const READ_TRIES = 3
const READ_WITHIN_MS = 7_000

export interface Connection {
  stream: Socket
  query(options: object, done: (error: unknown, rows: Row[]) => void): void
  connect(done: (error: unknown) => void): void
  end(done: () => void): void
  on(event: 'error', listener: (error: unknown) => void): void
  __knex__disposed?: unknown
}

type Row = { Variable_name: string; Value: string }
type Statement = { sql: string; options?: object }
type Builder = { toSQL(): Statement | Statement[]; _connection?: unknown }
type Runner = { run(): Promise<unknown>; connection?: unknown }

interface Dialect extends Knex.Client {
  transacting?: boolean
  driver: { createConnection(settings: object): Connection }
  _query(connection: Connection, statement: Statement): Promise<Statement>
  checkVersion(connection: Connection): Promise<unknown>
}

export interface MysqlConfig extends Knex.Config {
  hosts: Hosts
  /** The longest that any statement may take; 0 for long work. */
  statementMs: number
  /** Its transactions refuse to write. */
  readOnly: boolean
  /** Connections that nobody uses at the moment. */
  idle: Set<Connection>
}

const load = createRequire(import.meta.url)
const Mysql2: (new (config: Knex.Config) => Dialect) & Pick<typeof knex.Client, keyof typeof knex.Client> =
  load('knex/lib/dialects/mysql2')

const hostOf = new WeakMap<Connection, Host>()

/** Nothing when it takes longer. Every statement waits so for its connection, so it is to cost little. */
const within = <T>(ms: number, wanted: Promise<T>) =>
  new Promise<T | undefined>((resolve, reject) => {
    const late = setTimeout(resolve, Math.max(ms, 0), undefined)
    wanted.then(resolve, reject).finally(() => clearTimeout(late))
  })

// Knex makes a transaction's client from the prototype and the settings alone, so nothing of ours is in fields.
const ours = (client: { config: Knex.Config }) => client.config as MysqlConfig

export class Mysql extends Mysql2 {
  override async acquireRawConnection() {
    const { hosts } = ours(this)
    const host = hosts.current
    if (!host) throw Object.assign(new Error('No host of DATABASE_URL is fit to be used'), { fatal: true })
    try {
      const connection = await this.open(host)
      if (!hosts.areSeveral) hosts.mark(host, true)
      return connection
    } catch (error) {
      if (isLost(error) || isNotReady(error)) hosts.mark(host, false)
      throw error
    }
  }

  async open(host: Host) {
    const { hosts } = ours(this)
    const settings = { ...this.connectionSettings, uri: host.uri, host: host.host, port: host.port }
    const connection = this.driver.createConnection(settings)
    connection.on('error', (error) => {
      connection.__knex__disposed = error
    })
    hostOf.set(connection, host)
    try {
      await new Promise<void>((resolve, reject) =>
        connection.connect((error) => (error ? reject(error) : resolve())),
      )
      await this.checkVersion(connection)
      if (hosts.areSeveral && !(await isFit(connection))) throw notFit(host)
      await prepare(connection, ours(this).readOnly)
      return connection
    } catch (error) {
      connection.stream.destroy()
      throw error
    }
  }

  /** Within three seconds, or NoConnection; when nobody has answered for longer than that, at once. */
  override async acquireConnection(): Promise<Connection> {
    const until = performance.now() + CONNECTION_WITHIN_MS
    for (;;) {
      try {
        return await this.acquireUntil(until)
      } catch (error) {
        const isOver =
          performance.now() + PAUSE_MS > until || ours(this).hosts.downForMs > CONNECTION_WITHIN_MS
        if (isOver || !(isLost(error) || isNotReady(error))) throw new NoConnection(error)
      }
      await pause(PAUSE_MS)
    }
  }

  async acquireUntil(until: number): Promise<Connection> {
    const wanted: Promise<Connection> = super.acquireConnection()
    const connection = await within(until - performance.now(), wanted)
    if (connection) {
      ours(this).idle.delete(connection)
      return connection
    }
    wanted.then(
      (unused) => this.releaseConnection(unused),
      () => {},
    )
    throw new NoConnection(new Error('No connection to the database within three seconds'))
  }

  override releaseConnection(connection: Connection) {
    if (!connection.stream.destroyed) ours(this).idle.add(connection)
    return super.releaseConnection(connection)
  }

  override async validateConnection(connection: Connection) {
    const { hosts } = ours(this)
    const isRight = !hosts.areSeveral || hostOf.get(connection) === hosts.current
    return isRight && super.validateConnection(connection)
  }

  // The driver waits for an answer to its good-bye, which a host that is gone never gives.
  override async destroyRawConnection(connection: Connection) {
    ours(this).idle.delete(connection)
    await within(GOODBYE_MS, new Promise<void>((resolve) => connection.end(resolve)))
    connection.stream.destroy()
  }

  override async _query(connection: Connection, statement: Statement) {
    const { statementMs, hosts } = ours(this)
    if (statementMs > 0) statement.options = { ...statement.options, timeout: statementMs }
    try {
      return await super._query(connection, statement)
    } catch (error) {
      const host = hostOf.get(connection)
      // The driver would wait for the late answer with everything that comes after.
      if (isOverLimit(error)) connection.stream.destroy()
      if (isNotReady(error) && host && hosts.areSeveral) hosts.mark(host, false)
      throw error
    }
  }

  override runner(builder: Builder): Runner {
    const runner: Runner = super.runner(builder)
    if (this.transacting || builder._connection) return runner
    const run = runner.run.bind(runner)
    runner.run = async () => {
      const until = performance.now() + READ_WITHIN_MS
      for (let attempt = 1; ; attempt++) {
        try {
          return await run()
        } catch (error) {
          const mayRepeat = (isLost(error) || isConflict(error)) && isRead(builder)
          if (!mayRepeat || attempt === READ_TRIES || performance.now() > until) throw error
          runner.connection = undefined
        }
      }
    }
    return runner
  }

  override async destroy(callback?: unknown) {
    ours(this).hosts.stop()
    await super.destroy(callback)
  }
}

/** After a move: what is idle and leads elsewhere is closed; what is in use is, when it is given back. */
export function drain(idle: Set<Connection>, current: Host | undefined) {
  for (const connection of idle) {
    if (hostOf.get(connection) === current) continue
    idle.delete(connection)
    connection.stream.destroy()
  }
}

const isRead = (builder: Builder) =>
  [builder.toSQL()].flat().every(({ sql }) => /^\s*(select|show)\b(?!.*(get_lock|for update))/is.test(sql))

const notFit = ({ name }: Host) =>
  Object.assign(new Error(`${name} is not synced with its cluster`), { fatal: true })

const ask = (connection: Connection, sql: string) =>
  new Promise<Row[]>((resolve, reject) =>
    connection.query({ sql, timeout: CONNECT_MS }, (error, rows) => (error ? reject(error) : resolve(rows))),
  )

const isCluster = async (connection: Connection) => (await ask(connection, WSREP))[0]?.Value === 'ON'

const isFit = async (connection: Connection) =>
  !(await isCluster(connection)) || saysSynced(await ask(connection, STATUS))

async function prepare(connection: Connection, readOnly: boolean) {
  // What is decided after taking the client must be seen fresh (HARD-CASES H2).
  const mode = readOnly ? ', READ ONLY' : ''
  await ask(connection, `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED${mode}`)
  // A lock is given up before the statement's limit: then it is known that nothing was done.
  await ask(connection, `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`)
  // What another node has committed must be seen here (HARD-CASES H3).
  if (await isCluster(connection)) await ask(connection, 'SET SESSION wsrep_sync_wait = 1')
}
