// Which host of several is used. All processes take the first fit one in the order of DATABASE_URL, so that they
// write on the same node and rarely conflict. Fit is a node that can be reached, is part of the primary component,
// and is synced: a donor says ready as well, but lags (HARD-CASES H21). One that comes back is used again when it
// has been fit for a few seconds. With one host there is nothing to choose, and nothing is probed.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import mysql from 'mysql2/promise'
import type { Address } from './address.ts'

const EVERY_MS = 1_000
export const CONNECT_MS = 2_000
const CALM_PROBES = 5
const SYNCED = '4'

export interface Host extends Address {
  isFit: boolean
  /** How often in a row it was found fit. */
  calm: number
}

export class Hosts {
  readonly all: Host[]
  #current: Host | undefined
  #downSince: number | undefined
  readonly #timers: NodeJS.Timeout[] = []
  readonly #probes = new Set<Connection>()
  readonly #moved: () => void

  /** @param moved called when another host, or none, is the one to use from now on */
  constructor(addresses: Address[], moved: () => void) {
    this.all = addresses.map((address) => ({ ...address, isFit: true, calm: CALM_PROBES }))
    this.#current = this.all[0]
    this.#moved = moved
    if (this.areSeveral) for (const host of this.all) this.#watch(host)
  }

  get areSeveral() {
    return this.all.length > 1
  }

  /** The host for new connections; none while none is fit. */
  get current() {
    return this.#current
  }

  /** How long there has been nobody to talk to; 0 when there is. */
  get downForMs() {
    return this.#downSince === undefined ? 0 : performance.now() - this.#downSince
  }

  /** What was found out about a host, by probing or by using it. */
  mark(host: Host, isFit: boolean) {
    host.calm = isFit ? host.calm + 1 : 0
    host.isFit = isFit || !this.areSeveral
    const before = this.#current
    this.#current = this.#choose()
    if (this.areSeveral ? this.#current : isFit) this.#downSince = undefined
    else this.#downSince ??= performance.now()
    if (this.#current !== before) this.#moved()
  }

  #choose() {
    const here = this.#current
    if (!here?.isFit) return this.all.find(({ isFit }) => isFit)
    return this.all.find((host) => host === here || (host.isFit && host.calm >= CALM_PROBES))
  }

  #watch(host: Host, connection?: Connection) {
    const probe = async () => {
      const open = await this.#probe(host, connection)
      if (this.#timers.length > 0) this.#watch(host, open)
      else if (open) this.#forget(open)
    }
    const nth = this.all.indexOf(host)
    this.#timers[nth] = setTimeout(probe, connection || host.calm < CALM_PROBES ? EVERY_MS : 0).unref()
  }

  /** Looks once; gives the connection to look with the next time. */
  async #probe(host: Host, open: Connection | undefined): Promise<Connection | undefined> {
    let connection = open
    try {
      connection ??= await this.#open(host)
      this.mark(host, await isSynced(connection))
      return connection
    } catch {
      this.mark(host, false)
      if (connection) this.#forget(connection)
      return undefined
    }
  }

  async #open({ server: uri, host, port }: Host) {
    const connection = await mysql.createConnection({ uri, host, port, connectTimeout: CONNECT_MS })
    connection.on('error', () => {})
    this.#probes.add(connection)
    return connection
  }

  stop() {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
    for (const connection of this.#probes) this.#forget(connection)
  }

  #forget(connection: Connection) {
    this.#probes.delete(connection)
    cut(connection)
  }
}

/** At once: a good-bye to somebody who is gone would be waited for. */
const cut = (connection: Connection) =>
  (
    connection as unknown as { connection: { stream: NodeJS.WritableStream & { destroy(): void } } }
  ).connection.stream.destroy()

type Row = RowDataPacket & { Variable_name: string; Value: string }

export const WSREP = "SHOW GLOBAL VARIABLES LIKE 'wsrep_on'"
export const STATUS =
  "SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status', 'wsrep_local_state')"

/** Whether this node may be used: synced with its cluster, or no part of one. */
async function isSynced(connection: Connection): Promise<boolean> {
  const ask = async (sql: string) => (await connection.query<Row[]>({ sql, timeout: CONNECT_MS }))[0]
  const [wsrep] = await ask(WSREP)
  return wsrep?.Value !== 'ON' || saysSynced(await ask(STATUS))
}

export function saysSynced(rows: { Variable_name: string; Value: string }[]) {
  const said = Object.fromEntries(rows.map(({ Variable_name, Value }) => [Variable_name, Value]))
  return (
    said.wsrep_ready === 'ON' && said.wsrep_cluster_status === 'Primary' && said.wsrep_local_state === SYNCED
  )
}
