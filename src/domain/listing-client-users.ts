// The users of one client, a page at a time: an account may have thousands. The owner stands first, the others by first
// name; the next page begins behind a user, so it is found as quickly as the first.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import { accessOf, type ClientUser, findClientUser, toClientUser } from './associations.ts'
import type { Client } from './clients.ts'
import { countUpTo } from './pages.ts'
import { isSearch, whereWorded } from './words.ts'

/** A page of them; the bench and the Users tab speak of fifty. */
export const USERS_A_PAGE = 50

interface Wanted {
  search?: string
  /** The user behind whom the page begins. */
  behind?: number | undefined
}

export interface UsersPage {
  users: ClientUser[]
  /** Behind whom the next page begins. */
  next: number | undefined
  /** Of all, or of those found; one more than COUNTED_MAX means "more". */
  total: number
}

export async function pageOfClientUsers(db: Db, client: Client, { search = '', behind }: Wanted = {}) {
  // Of somebody who is no user of it nobody learns where their name stands.
  const last = behind ? await findClientUser(db, client, behind) : undefined
  const rows: Parameters<typeof toClientUser>[1][] = await accessOf(db, client)
    .modify((query) => whereWorded(query, db, 'users', 'users.id', search))
    .modify((query) => last && behindName(query.whereNot('users.id', client.owner_id), last))
    .orderByRaw('CASE WHEN users.id = ? THEN 0 ELSE 1 END', [client.owner_id])
    .orderBy(['users.first_name', 'users.id'])
    .limit(USERS_A_PAGE + 1)
  const users = rows.slice(0, USERS_A_PAGE).map((row) => toClientUser(client, row))
  const next = rows.length > USERS_A_PAGE ? users.at(-1)?.id : undefined
  // What stands on one page is counted already.
  const total = last || next ? await countClientUsers(db, client, search) : users.length
  return { users, next, total }
}

const behindName = (query: Knex.QueryBuilder, { first_name, id }: { first_name: string; id: number }) =>
  query
    .where('users.first_name', '>=', first_name)
    .where((one) => one.where('users.first_name', '>', first_name).orWhere('users.id', '>', id))

/** For programs: in the order of their numbers. */
export async function listAssociations(
  db: Db,
  client: Client,
  { limit, behind }: { limit: number; behind?: { id: number } | undefined },
): Promise<ClientUser[]> {
  const rows: Parameters<typeof toClientUser>[1][] = await accessOf(db, client)
    .where('associations.user_id', '>', behind?.id ?? 0)
    .orderBy('associations.user_id')
    .limit(limit)
  return rows.map((row) => toClientUser(client, row))
}

/** How many, with the words that were typed if there are any; counted no further than one beyond COUNTED_MAX. */
export function countClientUsers(db: Db, client: { id: number }, search = ''): Promise<number> {
  const rows = db('associations as s').where('s.client_id', client.id).select('s.user_id')
  const those = isSearch(search) ? whereWorded(rows, db, 'users', 's.user_id', search) : rows
  return countUpTo(db, those)
}

/** The owner as the client sees them. */
export const getOwner = async (db: Db, client: Client) =>
  (await findClientUser(db, client, client.owner_id)) as ClientUser

/** Those of these who are associated with the client already. */
export const findAssociated = async (db: Db, client: { id: number }, users: { id: number }[]) =>
  new Set<number>(
    await db('associations')
      .where({ client_id: client.id })
      .whereIn(
        'user_id',
        users.map(({ id }) => id),
      )
      .pluck('user_id'),
  )
