import { beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../src/platform/database.ts'
import { migrate, pendingMigrations } from '../../../src/platform/migrate.ts'
import { atEnd } from '../../support/at-end.ts'
import { type Galera, startGalera } from '../../support/galera.ts'

let cluster: Galera

beforeAll(async () => {
  cluster = await startGalera()
  const connection = await cluster.connect(0)
  for (const name of ['together', 'abandoned']) await connection.query(`CREATE DATABASE ${name}`)
  await connection.end()
})
atEnd(() => cluster?.stop())

const open = (database: string) => [0, 1, 2].map((first) => openDatabase(cluster.url(first, database)))

// Fails when only GET_LOCK is taken, which is local to a node.
test('three processes start at once, each on a node of its own: one migrates after the other', async () => {
  const all = open('together')
  await Promise.all(all.map(migrate))
  for (const db of all) expect(await pendingMigrations(db)).toBe(0)
  const rows = await all[0]?.('knex_migrations').pluck('name')
  expect(new Set(rows).size).toBe(rows?.length)
  expect(await all[1]?.('migration_lock').pluck('holder')).toEqual([''])
  await Promise.all(all.map((db) => db.destroy()))
})

test('the lock of a process that died while it migrated is taken over', async () => {
  const [db, ...others] = open('abandoned')
  if (!db) throw new Error('no database')
  await db.raw(
    'CREATE TABLE migration_lock (id INT PRIMARY KEY, holder VARCHAR(32) NOT NULL, beat INT NOT NULL)',
  )
  await db('migration_lock').insert({ id: 1, holder: 'somebody who is gone', beat: 7 })
  const from = performance.now()
  await migrate(db)
  console.log(`taken over and migrated after ${Math.round(performance.now() - from)} ms`)
  expect(await pendingMigrations(db)).toBe(0)
  await Promise.all([db, ...others].map((one) => one.destroy()))
})
