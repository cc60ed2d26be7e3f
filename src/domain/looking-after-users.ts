// What admins do to logins. Disabling ends every session in the same transaction, and each request reads the status
// afresh, so it holds from the next click on. Every step is a guarded write: done twice at once, it is done once.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { removeFactors } from './factors.ts'
import { byNoIndex, countUpTo, endOfLooking, type Found, type Place } from './pages.ts'
import { requestReset } from './password-resets.ts'
import { asPerson } from './people.ts'
import { endTokens } from './personal-tokens.ts'
import { Refusal } from './refusal.ts'
import { endAllSessionsOf } from './sessions.ts'
import { getUser, type User } from './users.ts'
import { findByWords, isSearch, whereWorded } from './words.ts'

/** Who has no client is known of nobody in advance: so many are asked for one page. */
const LOOKED_THROUGH = 5_000

export const USER_FILTERS = [
  'two-factor',
  'not-verified',
  'never-logged-in',
  'without-client',
  'disabled',
  'merged',
  'deleted',
] as const
export type UserFilter = (typeof USER_FILTERS)[number]

/** With the word that found it. */
type Listed = User & { word?: string }

export interface LookedForUsers {
  search?: string | undefined
  filter?: UserFilter | undefined
  /** How the login stands; without it, those that are not over. */
  status?: User['status'] | undefined
  behind?: Place | undefined
  limit: number
  /** The only ones that the reader may see: their numbers. */
  within?: number[] | Knex.QueryBuilder | undefined
}

/**
 * Newest first, or by the word that was found; a page at a time. Among the few that a reader may see, a search asks each
 * of them: it would find none of them behind the many who have the same word.
 */
export async function listUsers(db: Db, looked: LookedForUsers): Promise<Found<Listed>> {
  const { search = '', filter, status, behind, limit, within } = looked
  const only = status ? (query: Knex.QueryBuilder) => query.where('u.status', status) : filtered(db, filter)
  if (isSearch(search) && !within)
    return findByWords<User>(db, 'users', search, { limit, after: behind, only })
  const from = (query: Knex.QueryBuilder) => behind && query.where('u.id', '<', behind.id)
  const end =
    filter === 'without-client' && (await endOfLooking(db('users as u').modify(from), 'u.id', LOOKED_THROUGH))
  const rows: Listed[] = await db('users as u')
    .modify(only)
    .modify((query) => within && whereWorded(query.whereIn('u.id', within), db, 'users', 'u.id', search))
    .modify(from)
    .modify((query) => end && query.where('u.id', '>=', end))
    .orderBy('u.id', 'desc')
    .limit(limit)
  return { rows, ...(end && { stopped: { id: end } }) }
}

/** How many the filter lets through. Who has no client is known of nobody in advance: those are not counted. */
export const countUsers = async (db: Db, filter?: UserFilter): Promise<number | undefined> =>
  filter === 'without-client'
    ? undefined
    : countUpTo(db, db('users as u').modify(filtered(db, filter)).select('u.id'))

/** Logins that are not over, which nearly all are. */
export const whereInUse = (query: Knex.QueryBuilder) =>
  query.whereRaw(`${byNoIndex('u.status')} IN ('active', 'disabled')`)

const filtered = (db: Db, filter?: UserFilter) => (query: Knex.QueryBuilder) => {
  if (filter === 'disabled' || filter === 'merged' || filter === 'deleted') query.where('u.status', filter)
  else query.modify(whereInUse)
  if (filter === 'two-factor') query.where('u.factors', '>', 0)
  if (filter === 'not-verified') query.whereNull('u.email_verified_at')
  if (filter === 'never-logged-in') query.whereNull('u.last_login_at')
  if (filter === 'without-client')
    query.whereNotExists(db('associations as s').whereRaw('s.user_id = u.id').select('s.user_id'))
}

const setStatus = (db: Db, by: Actor, user: User, from: User['status'], to: User['status']) =>
  change(db, by, async (trx) => {
    const row = { status: to, updated_at: timestamp() }
    const changed = await trx('users').where({ id: user.id, status: from }).update(row)
    if (changed !== 1) throw new Refusal('login.notSo')
    const about = { user, email: user.email }
    if (to !== 'disabled') return record(trx, 'user.enabled', about)
    await endAllSessionsOf(trx, user)
    await endTokens(trx, user)
    await record(trx, 'user.disabled', about)
  })

export const disableUser = (db: Db, by: Actor, user: User) => setStatus(db, by, user, 'active', 'disabled')
export const enableUser = (db: Db, by: Actor, user: User) => setStatus(db, by, user, 'disabled', 'active')

/** Mails a link for a new password, which a login that is not in use would not take. */
export function sendReset(db: Db, by: Actor, user: User) {
  if (user.status !== 'active') throw new Refusal('login.notSo')
  return requestReset(db, by, user.email)
}

export const endSessionsOfUser = (db: Db, by: Actor, user: User) =>
  change(db, by, async (trx) => {
    await endAllSessionsOf(trx, user)
    await record(trx, 'user.sessionsEnded', { user, email: user.email })
  })

/** For somebody who lost the second factor: the password alone opens the login again, and they are told. */
export const removeFactorsOfUser = (db: Db, by: Actor, user: User) =>
  change(db, by, async (trx) => {
    const had = { id: user.id, status: user.status }
    const changed = await trx('users').where(had).where('factors', '>', 0).update({ factors: 0 })
    if (changed !== 1) throw new Refusal('login.notSo')
    const fresh = await getUser(trx, user.id)
    await removeFactors(trx, asPerson(fresh))
    await record(trx, 'user.factorRemoved', { user, email: fresh.email })
    const data = { name: fresh.first_name }
    await queueEmail(trx, 'factor-removed', { to: fresh.email, user: fresh, data })
  })
