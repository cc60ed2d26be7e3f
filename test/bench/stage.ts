// What is measured stands here: a private database with its data, Latchkey in production mode on 127.0.0.1, and people
// who have logged in. All of it is in one temporary folder, gone when the run is.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, readConfig } from '../../src/config.ts'
import { LIMITS } from '../../src/domain/limit-table.ts'
import { fingerprint } from '../../src/domain/links.ts'
import { openHouse } from '../../src/house.ts'
import { inDays, timestamp } from '../../src/platform/clock.ts'
import { type Db, isSqlite } from '../../src/platform/database.ts'
import { freePort, startMariadb } from '../support/mariadb.ts'
import { setLimit, widenLimits } from '../support/wide-limits.ts'
import { FULL_CLIENTS, makeData, type Size, userOf } from './data.ts'
import { fill } from './fill.ts'
import { begin, type Running, serve } from './processes.ts'

export interface Stage {
  name: string
  size: Size
  folder: string
  db: Db
  config: Config
  environment: Record<string, string>
  /** The process of the database; none for SQLite. */
  databasePid: number | undefined
  say(line: string): void
  close(): Promise<void>
}

const DAYS_LOGGED_IN = 20
const here = { ip: '127.0.0.1', user_agent: 'bench' }

export async function setStage(
  kind: 'MariaDB' | 'SQLite',
  size: Size,
  say: (line: string) => void,
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  mkdirSync(join(folder, 'hooks'))
  const server = kind === 'MariaDB' ? await startMariadb() : undefined
  const url = server ? `${server.url}latchkey` : `sqlite:${join(folder, 'bench.db')}`
  if (server) await makeRoomy(server.url)
  const environment = await settingsFor(folder, url)
  const house = await openHouse(readConfig(environment), undefined, 'tool')
  await makeData(house.db, size, (line) => say(`${kind}: ${line}`))
  await prepare(house.db, size)
  const databasePid = isSqlite(house.db) ? undefined : await pidOf(house.db)
  const close = async () => {
    await house.close()
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    name: kind,
    size,
    folder,
    db: house.db,
    config: house.config,
    environment,
    databasePid,
    say,
    close,
  }
}

async function settingsFor(folder: string, url: string) {
  const port = String(await freePort())
  return {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    HOST: '127.0.0.1',
    PORT: port,
    APP_URL: `http://127.0.0.1:${port}`,
    APP_SECRET: 'the secret of links in every bench',
    ACTIVITY_KEY: 'the key of the activity log in every bench',
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'bench@latchkey.example',
    DATA_DIR: folder,
    HOOKS_DIR: join(folder, 'hooks'),
  }
}

/** Room for all of the data in memory, as a host would give it: the disk is not what is measured. */
async function makeRoomy(url: string) {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection(url)
  for (const set of ['innodb_buffer_pool_size = 4294967296', 'innodb_log_file_size = 1073741824'])
    await connection.query(`SET GLOBAL ${set}`)
  await connection.query('CREATE DATABASE latchkey CHARACTER SET utf8mb4')
  await connection.end()
}

async function pidOf(db: Db): Promise<number> {
  const [[row]] = await db.raw('SELECT @@pid_file AS file')
  return Number(readFileSync(row.file, 'utf8'))
}

export const adminCookie = 'admin_session=bench-admin'
/** As the Admin Area makes them, but known beforehand. */
const SECRET = `latchkey_key_${'bench'.repeat(9).slice(0, 43)}`
export const keyHeaders = { Authorization: `Bearer ${SECRET}` }
const sessionOf = (user: number, client: number) => `bench-${user}-${client}`
export const cookieOf = (user: number, client: number) => `session=${sessionOf(user, client)}`

const session = (id: string) => {
  const dates = { created_at: timestamp(), last_seen_at: timestamp(), expires_at: inDays(DAYS_LOGGED_IN) }
  return { id_hash: fingerprint(id), ...here, ...dates }
}

/** They have logged in before, each acting for a client. */
export const logInAll = (db: Db, people: { user: number; client: number | null }[]) =>
  fill(
    db,
    'sessions',
    people.map(({ user, client }) => ({
      ...session(sessionOf(user, client ?? 0)),
      user_id: user,
      acting_client_id: client,
    })),
  )

async function prepare(db: Db, size: Size) {
  const at = timestamp()
  const admin = { email: 'admin@latchkey.example', name: 'Ada Admin', password_hash: '-', role: 'full' }
  await db('admins').insert({ ...admin, created_at: at, updated_at: at })
  const { id } = await db('admins').first('id')
  await db('admin_sessions').insert({ ...session('bench-admin'), admin_id: id })
  const measured = Array.from({ length: Math.min(FULL_CLIENTS, size.clients) }, (_, nth) => nth + 1)
  await logInAll(
    db,
    measured.map((client) => ({ user: userOf(size, client, 0), client })),
  )
  const key = { name: 'Bench', admin_id: id, rights: 'list-clients', secret_hash: fingerprint(SECRET) }
  await db('api_credentials').insert({ ...key, created_at: at, updated_at: at })
  await widenLimits(db)
  await setLimit(db, 'apiCalls', LIMITS.apiCalls.max)
  const tables = ['users', 'clients', 'associations', 'invitations', 'emails', 'hook_events']
  // Nothing analyses a database of SQLite where it is used.
  if (!isSqlite(db)) await db.raw(`ANALYZE TABLE ${tables.join(', ')}`)
}

/** Latchkey as an operator starts it; `role` is `web` for pages alone. */
export function startLatchkey(
  stage: Stage,
  role: 'web' | 'worker',
  more: Record<string, string> = {},
): Promise<Running> {
  const environment = { ...stage.environment, ...more }
  const log = join(stage.folder, `latchkey-${role}.log`)
  return serve(() => begin('src/server.ts', [role], environment, log), stage.config.port, '/readyz')
}
