// A database for each house: empty, or as the migrations leave it. They run once in each process of the suite; its
// later houses get a copy of what came of that, which takes a tenth of the time.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { parseAddresses } from '../../src/platform/address.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { migrate } from '../../src/platform/migrate.ts'

export const onMariadb = process.env.LATCHKEY_TEST_DB === 'mariadb'

/** What makes an empty database a migrated one: a whole file, or statements. */
let made: Promise<Buffer | string> | undefined

/** An empty database of this suite's kind. */
export async function freshDatabase(folder: string) {
  if (!onMariadb) return { url: `sqlite:${join(folder, 'test.db')}`, drop: async () => {} }
  const server = process.env.TEST_DATABASE_URL
  if (!server) throw new Error('TEST_DATABASE_URL names no server: npm test starts one.')
  const name = `latchkey_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  await run(server, `CREATE DATABASE IF NOT EXISTS ${name} CHARACTER SET utf8mb4`)
  const url = server.replace(/^(mysql:\/\/[^/?]*).*$/, `$1/${name}`)
  return { url, drop: () => run(server, `DROP DATABASE IF EXISTS ${name}`) }
}

/** One that all migrations have run on. On a cluster they run each time: they are part of what is tried there. */
export async function migratedDatabase(folder: string) {
  const database = await freshDatabase(folder)
  if (onMariadb && parseAddresses(database.url).length > 1) return database
  made ??= migrateOnce()
  const copied = await made
  if (typeof copied === 'string') await run(database.url, copied)
  else writeFileSync(join(folder, 'test.db'), copied)
  return database
}

async function migrateOnce() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-migrated-'))
  const { url, drop } = await freshDatabase(folder)
  const db = openDatabase(url)
  await migrate(db)
  await db.destroy()
  const copied = onMariadb ? await dump(url) : readFileSync(join(folder, 'test.db'))
  await drop()
  rmSync(folder, { recursive: true })
  return copied
}

async function dump(url: string) {
  const connection = await mysql.createConnection({ uri: url, rowsAsArray: true })
  const ask = async (sql: string) => (await connection.query<mysql.RowDataPacket[][]>(sql))[0]
  const statements = ['SET foreign_key_checks = 0']
  for (const [table] of await ask('SHOW TABLES')) {
    const [[, create] = []] = await ask(`SHOW CREATE TABLE ${table}`)
    const rows = await ask(`SELECT * FROM ${table}`)
    statements.push(String(create))
    if (rows.length > 0) statements.push(mysql.format(`INSERT INTO ${table} VALUES ?`, [rows]))
  }
  await connection.end()
  return statements.join(';\n')
}

/** Of a cluster, on the first host that answers. */
async function run(url: string, sql: string) {
  const addresses = parseAddresses(url)
  for (const [nth, { uri }] of addresses.entries())
    try {
      const connection = await mysql.createConnection({ uri, multipleStatements: true })
      await connection.query(sql)
      return await connection.end()
    } catch (error) {
      if (nth === addresses.length - 1) throw error
    }
}
