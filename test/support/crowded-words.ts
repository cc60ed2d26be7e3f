// So many users that have a word in common, made by the database itself, since one by one they take minutes.

import type { Db } from '../../src/platform/database.ts'
import { onMariadb } from './databases.ts'

const SIDE = 200
const AT = "'2026-01-01T00:00:00.000Z'"
/** 0 to 39,999. */
const NUMBERS = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${SIDE - 1})
  SELECT a.i * ${SIDE} + b.i AS nth FROM n AS a, n AS b`

const addressOf = (id: string) =>
  onMariadb ? `CONCAT('n', ${id}, '@x.test')` : `'n' || (${id}) || '@x.test'`

/** Users with ids from `first` on, `count` of them, each with this word. */
export async function plantCrowd(
  db: Db,
  { first, count, word }: Record<'first' | 'count', number> & { word: string },
) {
  const each = (columns: string) => `SELECT ${columns} FROM (${NUMBERS}) AS numbers WHERE nth < ${count}`
  const id = `${first} + nth`
  const names = `'F', 'L', ${AT}, ${AT}, '${word}'`
  await db.raw(
    `INSERT INTO users (id, email, first_name, last_name, created_at, updated_at, search_text)
    ${each(`${id}, ${addressOf(id)}, ${names}`)}`,
  )
  await db.raw(`INSERT INTO user_words (word, user_id) ${each(`'${word}', ${id}`)}`)
  // MariaDB counts anew by itself, but not within a test.
  if (onMariadb) await db.raw('ANALYZE TABLE users, user_words')
}
