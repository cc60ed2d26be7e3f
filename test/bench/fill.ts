// Many rows into one table, as fast as both databases take them: statements of a thousand rows, their checks of keys
// switched off, since the rows are made to fit.

import { type Db, isSqlite } from '../../src/platform/database.ts'

export type Value = string | number | null
export type Row = Record<string, Value>

const ROWS_A_STATEMENT = 1_000
const ROWS_A_COMMIT = 20_000

const literal = (value: Value | undefined) => {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
}

/** Every row has the columns of the first. */
export async function fill(db: Db, table: string, rows: Iterable<Row>): Promise<number> {
  let [waiting, count]: [Row[], number] = [[], 0]
  for (const row of rows) {
    count++
    if (waiting.push(row) < ROWS_A_COMMIT) continue
    await insertAll(db, table, waiting)
    waiting = []
  }
  if (waiting.length > 0) await insertAll(db, table, waiting)
  return count
}

async function insertAll(db: Db, table: string, rows: Row[]) {
  const columns = Object.keys(rows[0] ?? {})
  const names = columns.map((name) => `\`${name}\``).join(', ')
  await db.transaction(async (trx) => {
    if (!isSqlite(db)) await trx.raw('SET foreign_key_checks = 0, unique_checks = 0')
    for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
      const some = rows.slice(from, from + ROWS_A_STATEMENT)
      const values = some.map((row) => `(${columns.map((name) => literal(row[name])).join(', ')})`)
      // To Knex a question mark is a place for a value.
      await trx.raw(`INSERT INTO ${table} (${names}) VALUES ${values.join(', ')}`.replaceAll('?', '\\?'))
    }
    if (!isSqlite(db)) await trx.raw('SET foreign_key_checks = 1, unique_checks = 1')
  })
}
