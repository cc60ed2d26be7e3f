// A merged login stays as a row that names the login it went into, which is never a merged one itself: merging that
// one too leads all of them on. What happened keeps the names it happened under, and is followed when it is read.

import type { Db } from '../platform/database.ts'
import type { User } from './users.ts'

/** The ids of a login and of all that were merged into it. */
export const loginsOf = (db: Db, user: { id: number }): Promise<number[]> =>
  db('users').where({ id: user.id }).orWhere({ merged_into_id: user.id }).pluck('id')

/** Whose login this id is today. */
export async function loginNow(db: Db, id: number): Promise<number> {
  const row = await db('users').where({ id }).first('merged_into_id')
  return row?.merged_into_id ?? id
}

/** Those that were merged into this one, the latest first. */
export const listMergedInto = (db: Db, user: { id: number }): Promise<User[]> =>
  db<User>('users').where({ merged_into_id: user.id }).orderBy('updated_at', 'desc')
