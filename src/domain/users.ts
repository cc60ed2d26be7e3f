// A user is a person with a login. Users and clients each have a name and an e-mail address of their own;
// neither follows the other. Addresses are stored in lower case and belong to one user each.
// Registering only ever creates a user; it never changes one that exists (R18).

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import type { Actor, Change } from './change.ts'
import { askHooks, fire } from './hooks.ts'
import { cutPage } from './pages.ts'
import { NotFound, Refusal } from './refusal.ts'
import { searchText } from './search.ts'
import { findByWords, keepWords } from './words.ts'

/** `merged` into another login, or `deleted`: the row stays for the history. */
export const USER_STATUSES = ['active', 'disabled', 'merged', 'deleted'] as const

export interface User {
  id: number
  email: string
  first_name: string
  last_name: string
  password_hash: string | null
  language: string
  status: (typeof USER_STATUSES)[number]
  merged_into_id: number | null
  /** How many second factors. */
  factors: number
  email_verified_at: string | null
  last_login_at: string | null
  last_login_ip: string | null
  created_at: string
  updated_at: string
}

export interface NewUser {
  email: string
  first_name: string
  last_name: string
}

export const EMAIL_MAX = 254
export const NAME_MAX = 100

/** Those that pages and mails can be read in. */
export const LANGUAGES = ['english'] as const
export type Language = (typeof LANGUAGES)[number]

export const lowerCase = (email: string) => email.trim().toLowerCase()

export const fullName = (user: { first_name: string; last_name: string }) =>
  `${user.first_name} ${user.last_name}`.trim()

/** What hooks and logs may know of a user: never the password. */
export const describeUser = (user: User) => ({
  id: user.id,
  email: user.email,
  firstName: user.first_name,
  lastName: user.last_name,
  emailVerified: user.email_verified_at !== null,
})

export const findUser = (db: Db, id: number): Promise<User | undefined> =>
  db<User>('users').where({ id }).first()

/** For an id that one of our own rows holds. */
export const getUser = async (db: Db, id: number): Promise<User> => {
  const user = await findUser(db, id)
  if (!user) throw new NotFound()
  return user
}

export const findUserByEmail = (db: Db, email: string): Promise<User | undefined> =>
  db<User>('users')
    .where({ email: lowerCase(email) })
    .first()

/**
 * Whether an address is a login's, or was another's until a change that can be taken back yet: else whoever stole a login
 * would only have to register its old address to close the way back (HARD-CASES H19).
 */
export async function isTaken(db: Db, email: string, of: { id: number } = { id: 0 }): Promise<boolean> {
  if (await findUserByEmail(db, email)) return true
  const reserved = await db('email_changes')
    .where({ old_email: lowerCase(email), ended_at: null })
    .whereNot({ user_id: of.id })
    .where('back_until', '>', timestamp())
    .first('id')
  return Boolean(reserved)
}

/**
 * Takes a login until the commit, after any client (several: by ascending id), so that it is neither deleted nor
 * merged meanwhile; gives its row as it is now. Refuses one that is not active.
 */
export async function takeUser(trx: Change, { id }: { id: number }): Promise<User> {
  const rows = await trx('users').where({ id, status: 'active' }).update({ updated_at: timestamp() })
  if (rows !== 1) throw new Refusal('login.notSo')
  return getUser(trx, id)
}

/**
 * Some logins that can be used, with every word that was typed, to choose from: who is called just so comes first. There
 * may be more, for whoever types more letters.
 */
export async function searchUsers(db: Db, typed: string, most: number, except?: { id: number }) {
  const only = (query: Knex.QueryBuilder) => {
    query.where('u.status', 'active')
    if (except) query.whereNot('u.id', except.id)
  }
  const { list, next } = cutPage(await findByWords<User>(db, 'users', typed, { limit: most + 1, only }), most)
  return { found: list, mayBeMore: next !== undefined }
}

/** What hooks may know of a login that is not there yet. */
export const describeNew = ({ email, first_name, last_name }: NewUser) => ({
  email: lowerCase(email),
  firstName: first_name,
  lastName: last_name,
})

/** Before the transaction that creates a login. */
export const askToAdd = (by: Actor, input: NewUser) =>
  askHooks(by, 'PreUserAdd', { user: describeNew(input) })

/** Refuses an address that has a login already. `password_hash` null: set later by "Forgot password". */
export async function createUser(
  trx: Change,
  input: NewUser & { password_hash: string | null; email_verified_at?: string; language?: Language },
): Promise<User> {
  const email = lowerCase(input.email)
  const row = {
    email,
    first_name: input.first_name,
    last_name: input.last_name,
    password_hash: input.password_hash,
    email_verified_at: input.email_verified_at ?? null,
    ...(input.language && { language: input.language }),
    search_text: searchText(input.first_name, input.last_name, email),
    created_at: timestamp(),
    updated_at: timestamp(),
  }
  // A duplicate inside a transaction must not spoil what follows, so it is asked first; the key decides.
  if (await isTaken(trx, email)) throw new Refusal('user.emailTaken', 'email')
  const [id] = await trx('users')
    .insert(row)
    .catch((error) => {
      throw isDuplicate(error) ? new Refusal('user.emailTaken', 'email') : error
    })
  await keepWords(trx, 'users', Number(id), row.search_text, true)
  const user: User = await trx('users').where({ id }).first()
  await record(trx, 'user.added', { user, email })
  await fire(trx, 'UserAdd', { user: describeUser(user) })
  return user
}

/** Marks the moment of a login on the user. */
export const markLogin = (trx: Change, user: User) =>
  trx('users').where({ id: user.id }).update({ last_login_at: timestamp(), last_login_ip: trx.by.ip })

/** The first proof of an address. */
export const markVerified = (trx: Change, user: { id: number }) =>
  trx('users').where({ id: user.id, email_verified_at: null }).update({ email_verified_at: timestamp() })
