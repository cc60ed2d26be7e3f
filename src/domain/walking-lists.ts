// Lists as programs walk them that ask by number: from the nth on, so many. Those who search walk in the order of the
// words that were found. Each gives one row more than was asked for, if there is one: whoever walks goes on. To skip rows
// a database reads them, so a number has a bound, and beyond it a sentence tells of lists that have none.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import { type Activity, type ActivityFilter, newestFirst, searchActivity } from './activity.ts'
import { type Caller, listedFor, ofEachSeen } from './api-callers.ts'
import type { Client } from './clients.ts'
import type { Contact } from './contacts.ts'
import { whereInUse } from './looking-after-users.ts'
import type { Place } from './pages.ts'
import { Refusal } from './refusal.ts'
import type { User } from './users.ts'
import { findByWords, isSearch, type Worded, whereWorded } from './words.ts'

export interface Stretch {
  start: number
  limit: number
  descending: boolean
}

/** What is skipped here are entries of an index. */
const DEEPEST = 1_000_000
/** What is searched, and the log, is walked no further: each step reads all that comes before it, and shows it to nobody. */
const DEEPEST_SEARCHED = 10_000
/** Each looks at 1,200 rows. */
const SEARCHES = 25
/** Each looks at 20,000 entries of the log. */
const SEARCHES_OF_LOG = 3

function mustReach(start: number, most = DEEPEST_SEARCHED) {
  if (start > most) throw new Refusal('api.tooDeep', 'limitstart', { most: most.toLocaleString('en') })
}

type Only = (query: Knex.QueryBuilder) => unknown

interface Walked extends Stretch {
  search: string
  only: Only
  /** The only ones that the caller may see: their numbers. */
  within?: Knex.QueryBuilder | undefined
}

async function walkWorded<Row extends { id: number }>(
  db: Db,
  what: Worded,
  { search, only, within, ...stretch }: Walked,
): Promise<Row[]> {
  const { start, limit } = stretch
  if (isSearch(search) && !within) {
    mustReach(start)
    return (await found<Row>(db, what, { search, only, most: start + limit + 1 })).slice(start)
  }
  const those = db(`${what} as u`)
    .modify(only)
    .modify((query) => within && whereWorded(query.whereIn('u.id', within), db, what, 'u.id', search))
  return cut<Row>(db, what, those, stretch)
}

/** A search goes on where it stops, so that a program which walks to the end has seen all; but not for ever. */
async function found<Row extends { id: number }>(
  db: Db,
  what: Worded,
  { search, only, most }: { search: string; only: Only; most: number },
): Promise<Row[]> {
  const rows: Row[] = []
  let after: Place | undefined
  for (let nth = 0; nth < SEARCHES && rows.length < most; nth++) {
    const some = await findByWords<Row>(db, what, search, { limit: most - rows.length, after, only })
    rows.push(...some.rows)
    after = some.stopped
    if (!after) break
  }
  return rows
}

/** The numbers first, which an index holds, and only then the rows of the page: else those that are skipped are read. */
async function cut<Row>(
  db: Db,
  table: string,
  those: Knex.QueryBuilder,
  { start, limit, descending }: Stretch,
): Promise<Row[]> {
  mustReach(start, DEEPEST)
  const order = descending ? 'desc' : 'asc'
  const some = those
    .orderBy('u.id', order)
    .offset(start)
    .limit(limit + 1)
    .select('u.id')
  const rows: Knex.QueryBuilder = db
    .from(some.as('w'))
    .join(`${table} as u`, 'u.id', 'w.id')
    .orderBy('u.id', order)
    .select('u.*')
  return rows
}

export const walkUsers = (db: Db, search: string, stretch: Stretch): Promise<User[]> =>
  walkWorded<User>(db, 'users', {
    ...stretch,
    search,
    only: whereInUse,
  })

export const walkClients = (
  db: Db,
  { credential }: Caller,
  { search, status }: { search: string; status?: Client['status'] | undefined },
  stretch: Stretch,
): Promise<Client[]> =>
  walkWorded<Client>(db, 'clients', {
    ...stretch,
    search,
    only: (query) => query.where(status ? { 'u.status': status } : {}),
    within: credential.all_clients ? undefined : listedFor(db, credential),
  })

/** Of those that are named, what is the same. */
export const walkContacts = (
  db: Db,
  { credential }: Caller,
  same: Partial<Pick<Contact, 'id' | 'client_id' | 'first_name' | 'last_name' | 'email' | 'phone'>>,
  stretch: Stretch,
): Promise<Contact[]> =>
  cut<Contact>(
    db,
    'contacts',
    db('contacts as u')
      .where(same)
      .modify((query) => {
        if (!credential.all_clients) query.whereIn('u.client_id', listedFor(db, credential))
      }),
    stretch,
  )

/** The newest first, as the log is read. */
export async function walkActivity(
  db: Db,
  caller: Caller,
  filter: ActivityFilter,
  { start, limit }: Pick<Stretch, 'start' | 'limit'>,
): Promise<Activity[]> {
  mustReach(start)
  const most = start + limit + 1
  const list = async (client = filter.client) =>
    filter.client && client?.id !== filter.client.id ? [] : foundActivity(db, { ...filter, client }, most)
  return (await ofEachSeen(db, caller, list, { order: newestFirst, limit: most })).slice(start)
}

async function foundActivity(db: Db, filter: ActivityFilter, most: number): Promise<Activity[]> {
  const rows: Activity[] = []
  let before: number | undefined
  for (let nth = 0; nth < SEARCHES_OF_LOG && rows.length < most; nth++) {
    const some = await searchActivity(db, { ...filter, before, limit: most - rows.length })
    rows.push(...some.rows)
    before = some.stopped?.id
    if (!before) break
  }
  return rows
}

/** Which clients each of these users has, however that stands. */
export function clientsOfUsers(
  db: Db,
  users: { id: number }[],
): Promise<{ user_id: number; client_id: number; owner_id: number }[]> {
  const ids = users.map(({ id }) => id)
  return db('associations as s')
    .join('clients as c', 'c.id', 's.client_id')
    .whereIn('s.user_id', ids)
    .orderBy('s.client_id')
    .select('s.user_id', 's.client_id', 'c.owner_id')
}
