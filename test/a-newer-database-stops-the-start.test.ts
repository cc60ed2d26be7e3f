import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../src/platform/database.ts'
import { migrate, pendingMigrations } from '../src/platform/migrate.ts'
import { freshDatabase, onMariadb } from './support/databases.ts'
import { folder, freePort, start } from './support/processes.ts'

vi.setConfig({ testTimeout: 240_000 })

const { url, drop } = await freshDatabase(mkdtempSync(join(folder, 'newer-')))
const db = openDatabase(url)
afterAll(async () => {
  await db.destroy()
  await drop()
})

const SENTENCE =
  'This database was migrated by a newer Latchkey (900-tomorrow.ts): start that version, or restore a backup made before it.\n'

test('of many that start at once one migrates, and none of them stumbles', async () => {
  expect(await pendingMigrations(db)).toBeGreaterThan(0)
  // Of SQLite's many each is a process: waiting for the lock of a file stops all of one.
  const others = onMariadb ? [openDatabase(url), openDatabase(url)] : []
  await Promise.all([db, ...others].map(migrate))
  await Promise.all(others.map((other) => other.destroy()))
  expect(await pendingMigrations(db)).toBe(0)
})

test('a database that a newer version has migrated stops server and command line with one sentence', async () => {
  const row = await db('knex_migrations').first()
  await db('knex_migrations').insert({ ...row, id: 900, name: '900-tomorrow.ts' })
  const settings = { DATABASE_URL: url, PORT: String(await freePort()) }
  for (const file of ['src/server.ts', 'src/cli/job.ts expire-invitations', 'src/cli/sample-data.ts']) {
    const started = start('newer', settings, file)
    expect(await started.ended, file).toBe(1)
    expect(started.output(), file).toBe(SENTENCE)
  }
})
