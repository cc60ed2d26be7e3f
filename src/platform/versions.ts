// What runs here: Latchkey, Node, and the database behind it.

import { readFileSync } from 'node:fs'
import { type Db, isSqlite } from './database.ts'

const about = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

export const VERSION: string = about.version
export const NODE_VERSION: string = process.versions.node

/** "SQLite 3.45.1", "MariaDB 11.8.3". */
export async function databaseVersion(db: Db): Promise<string> {
  if (isSqlite(db)) {
    const [row] = await db.raw('SELECT sqlite_version() AS version')
    return `SQLite ${row.version}`
  }
  const [[row]] = await db.raw('SELECT VERSION() AS version')
  const [number] = /^[\d.]+/.exec(row.version) ?? [row.version]
  return `${/mariadb/i.test(row.version) ? 'MariaDB' : 'MySQL'} ${number}`
}
