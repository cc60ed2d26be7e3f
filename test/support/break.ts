// Breaks rows behind Latchkey's back, as a wrong hand or a half-restored backup would, and puts them back.

import type { Db } from '../../src/platform/database.ts'
import { onMariadb } from './databases.ts'

type Row = Record<string, unknown>

export interface Break {
  table: string
  /** The first row like this; texts in `like` are part of a column. */
  where?: Row
  like?: Row
  set?: Row
  remove?: true
  /** A row of its own; with `where`, a copy of that one. */
  add?: Row
}

/** Does what foreign keys would refuse. */
async function unguarded(db: Db, act: (db: Db) => Promise<unknown>) {
  if (!onMariadb) await db.raw('PRAGMA foreign_keys = OFF')
  await db.transaction(async (trx) => {
    if (onMariadb) await trx.raw('SET FOREIGN_KEY_CHECKS = 0')
    await act(trx)
    if (onMariadb) await trx.raw('SET FOREIGN_KEY_CHECKS = 1')
  })
  if (!onMariadb) await db.raw('PRAGMA foreign_keys = ON')
}

const keyOf = (row: Row) =>
  'id' in row && row.id !== null
    ? { id: row.id }
    : 'id_hash' in row
      ? { id_hash: row.id_hash }
      : { client_id: row.client_id, user_id: row.user_id }

async function find(db: Db, { table, where = {}, like = {} }: Break): Promise<Row> {
  const query = db(table).where(where)
  for (const [column, part] of Object.entries(like)) query.where(column, 'like', `%${part}%`)
  const row = await query.first()
  if (!row) throw new Error(`There is no such row of ${table}: ${JSON.stringify({ where, like })}`)
  return row
}

/** Breaks one row; gives what mends it again. */
export async function breakRow(db: Db, one: Break): Promise<() => Promise<void>> {
  const { table, set, add } = one
  const row = one.where || one.like ? await find(db, one) : {}
  if (set) {
    await unguarded(db, (trx) => trx(table).where(keyOf(row)).update(set))
    return () => unguarded(db, (trx) => trx(table).where(keyOf(row)).update(row))
  }
  if (!add) {
    await unguarded(db, (trx) => trx(table).where(keyOf(row)).delete())
    return () => unguarded(db, (trx) => trx(table).insert(row))
  }
  const { id: _, ...copy } = { ...row, ...add }
  await unguarded(db, (trx) => trx(table).insert({ ...copy, ...('id' in add ? { id: add.id } : {}) }))
  return () => unguarded(db, (trx) => trx(table).where(add).delete())
}
