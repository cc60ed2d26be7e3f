// One process migrates at a time. The lock is freed when its holder is gone, however it went: a file's lock by the
// operating system, a connection's lock by the server. GET_LOCK does not reach the other nodes of a cluster, so
// there a row is held as well, whose beat goes up while its holder lives. It is taken over when many looks, a
// second apart, have found it unchanged; looks, not time: a long ALTER TABLE holds up all nodes, beats and looks alike.

import { randomBytes } from 'node:crypto'
import Libsql from 'libsql'
import { type Db, isSqlite } from './database.ts'
import { isDuplicate } from './faults.ts'

const WAIT_SECONDS = 60
const LOOK_MS = 1_000
const LOOKS = 12
const TABLE = 'migration_lock'

type Release = () => Promise<void>

/** Waits for its turn; gives what frees it. `db` has no limit on its statements. */
export async function lockMigrations(db: Db): Promise<Release> {
  if (isSqlite(db)) return lockFile(db)
  const release = await lockServer(db)
  const [rows] = await db.raw("SHOW GLOBAL VARIABLES LIKE 'wsrep_on'")
  if (rows[0]?.Value !== 'ON') return release
  const free = await lockRow(db).catch(async (error) => {
    await release()
    throw error
  })
  return async () => {
    await free()
    await release()
  }
}

// A file beside the database, held by an exclusive SQLite transaction: gone with the process.
async function lockFile(db: Db): Promise<Release> {
  const { filename } = db.client.config.connection as { filename: string }
  if (filename === ':memory:') return async () => {}
  const lock = new Libsql(`${filename}.migrating`)
  lock.pragma(`busy_timeout = ${WAIT_SECONDS * 1000}`)
  lock.exec('BEGIN EXCLUSIVE')
  return async () => {
    lock.exec('ROLLBACK')
    lock.close()
  }
}

// A named lock of one connection: gone when the connection is.
async function lockServer(db: Db): Promise<Release> {
  const connection = await db.client.acquireConnection()
  const run = (sql: string) => db.raw(sql).connection(connection)
  try {
    const [[row]] = await run(`SELECT GET_LOCK(CONCAT('latchkey.', DATABASE()), ${WAIT_SECONDS}) AS held`)
    if (row.held !== 1) throw new Error('Another process has been migrating this database for a minute.')
  } catch (error) {
    // Closing waits for connections that are in use.
    db.client.releaseConnection(connection)
    throw error
  }
  return async () => {
    await run("SELECT RELEASE_LOCK(CONCAT('latchkey.', DATABASE()))")
    db.client.releaseConnection(connection)
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS))

/** A row that all nodes of a cluster share. */
async function lockRow(db: Db): Promise<Release> {
  const row = () => db(TABLE).where({ id: 1 })
  await db.raw(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (id INT PRIMARY KEY, holder VARCHAR(32) NOT NULL, beat INT NOT NULL) ENGINE=InnoDB`,
  )
  await db(TABLE)
    .insert({ id: 1, holder: '', beat: 0 })
    .catch((error) => {
      if (!isDuplicate(error)) throw error
    })
  const holder = randomBytes(12).toString('hex')
  let [seen, looks] = ['', 0]
  for (;;) {
    const now: { holder: string; beat: number } = await row().first()
    looks = seen === `${now.holder} ${now.beat}` ? looks + 1 : 0
    seen = `${now.holder} ${now.beat}`
    const isFree = now.holder === '' || looks >= LOOKS
    if (
      isFree &&
      (await row()
        .where(now)
        .update({ holder, beat: now.beat + 1 })) === 1
    )
      break
    await pause()
  }
  const mine = () => row().where({ holder })
  const beating = setInterval(
    () =>
      mine()
        .increment('beat', 1)
        .catch(() => {}),
    LOOK_MS,
  )
  return async () => {
    clearInterval(beating)
    await mine().update({ holder: '' })
  }
}
