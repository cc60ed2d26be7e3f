// What admins do to logins. Disabling ends every session in the same transaction, and each request reads the status
// afresh, so it holds from the next click on. Every step is a guarded write: done twice at once, it is done once.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { removeFactors } from './factors.ts'
import { asPerson } from './people.ts'
import { endTokens } from './personal-tokens.ts'
import { Refusal } from './refusal.ts'
import { whereFound } from './search.ts'
import { endAllSessionsOf } from './sessions.ts'
import { getUser, type User } from './users.ts'

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

interface Looking {
  search?: string
  filter?: UserFilter
  before?: number
  limit: number
}

/** Newest first, a page at a time. */
export const listUsers = (db: Db, { search = '', filter, before, limit }: Looking): Promise<User[]> =>
  db<User>('users')
    .modify((query) => {
      whereFound(query, search)
      if (before) query.where('id', '<', before)
      if (filter === 'disabled' || filter === 'merged' || filter === 'deleted') query.where('status', filter)
      else query.whereIn('status', ['active', 'disabled'])
      if (filter === 'two-factor') query.where('factors', '>', 0)
      if (filter === 'not-verified') query.whereNull('email_verified_at')
      if (filter === 'never-logged-in') query.whereNull('last_login_at')
      if (filter === 'without-client')
        query.whereNotExists(db('associations').whereRaw('associations.user_id = users.id').select('user_id'))
    })
    .orderBy('id', 'desc')
    .limit(limit)

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
