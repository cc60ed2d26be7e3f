// Whose invitations are looked for in the list of all: which client's, by whom, to which address. Who is meant by words
// is looked up first, so that the invitations themselves are always found by an index, and among so many at the most:
// where more are called so, or begin so, the list says that there may be more.

import type { Knex } from 'knex'
import { type Db, foundBy } from '../platform/database.ts'
import type { Narrow } from './pages.ts'
import { like, searchText, wordsOf } from './search.ts'
import { lowerCase } from './users.ts'
import { beginsWith, findByWords, type Worded } from './words.ts'

export interface Named {
  /** Among which rows, called i. */
  rows: () => Knex.QueryBuilder
  clients: Narrow
  inviters: Narrow[]
  /** There may be more who are called so: they are looked for among the first alone. */
  isCut: boolean
}

export const anything: Narrow = () => {}

const MOST_FOUND = 200
/** Of an address that is not whole: so many of those that begin so. */
const MOST_ADDRESSED = 1_000
const NUMBER = /^#?(\d{1,9})$/

interface Ids {
  ids: number[]
  isCut: boolean
}

async function idsNamed(db: Db, what: Worded, words: string): Promise<Ids> {
  const { rows, stopped } = await findByWords(db, what, words, { limit: MOST_FOUND + 1 })
  return cutIds(
    rows.map(({ id }) => id),
    stopped !== undefined,
  )
}

const cutIds = (ids: number[], stopped = false): Ids => ({
  ids: ids.slice(0, MOST_FOUND),
  isCut: stopped || ids.length > MOST_FOUND,
})

async function adminsNamed(db: Db, words: string): Promise<Ids> {
  const ids: number[] = await db('admins')
    .modify((query) => {
      for (const word of wordsOf(searchText(words)))
        query.whereRaw("(LOWER(name) LIKE ? ESCAPE '!' OR email LIKE ? ESCAPE '!')", [like(word), like(word)])
    })
    .limit(MOST_FOUND + 1)
    .pluck('id')
  return cutIds(ids)
}

const clientsNamed = async (db: Db, words: string): Promise<Ids> => {
  const number = NUMBER.exec(words)?.[1]
  return number ? cutIds([Number(number)]) : idsNamed(db, 'clients', words)
}

/**
 * The words of a client's name, or its number; those of the name or address of the user or admin who invited; and the
 * beginning of the address that was invited.
 */
export async function findNamed(db: Db, { client = '', inviter = '', email = '' }): Promise<Named> {
  const clients = client ? await clientsNamed(db, client) : undefined
  const users = inviter ? await idsNamed(db, 'users', inviter) : undefined
  const admins = inviter ? await adminsNamed(db, inviter) : undefined
  const addressed = email ? await beginningWith(db, lowerCase(email)) : { rows: all(db), isCut: false }
  return {
    rows: addressed.rows,
    clients: among('i.client_id', clients),
    inviters: inviter
      ? [among('i.invited_by_user_id', users), among('i.invited_by_admin_id', admins)]
      : [anything],
    isCut: [clients, users, admins, addressed].some((found) => found?.isCut),
  }
}

const among = (column: string, found?: Ids): Narrow =>
  found ? (query) => query.whereIn(column, found.ids) : anything

const all = (db: Db) => (): Knex.QueryBuilder => db('invitations as i')

/** Those to one address. Which index is said: what else is asked has one too, and SQLite cannot tell which is better. */
const sentTo = (db: Db, email: string) => (): Knex.QueryBuilder =>
  db.from(foundBy(db, 'invitations as i', 'invitations_email_sent_at_index')).where('i.email', email)

/** An address that somebody was invited by finds its own alone; anything else, the first of those that begin so. */
async function beginningWith(db: Db, email: string): Promise<Pick<Named, 'rows' | 'isCut'>> {
  if (await db('invitations').where({ email }).first('id')) return { rows: sentTo(db, email), isCut: false }
  const begun = () =>
    beginsWith(db('invitations'), 'email', email).orderBy(['email', 'sent_at', 'id']).limit(MOST_ADDRESSED)
  const behind = await begun().offset(MOST_ADDRESSED).first('id')
  // A table of its own, so that nothing else that is asked is looked for before.
  return { rows: () => db.from(begun().as('i')), isCut: behind !== undefined }
}

/** Those of one client, or of all; to one whole address, or to any. */
export const precisely = (
  db: Db,
  { client, email }: { client?: { id: number } | undefined; email?: string | undefined },
): Named => ({
  rows: email ? sentTo(db, email) : all(db),
  clients: among('i.client_id', client && cutIds([client.id])),
  inviters: [anything],
  isCut: false,
})
