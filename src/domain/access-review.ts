// Who may act for any account of one owner, over all of them, to look through and to take away. Each removal is one of
// User Management, in a transaction of its own, so one that is refused holds none of the others back. An account that
// requires two-factor is left out for an owner without it, as its own pages are.

import type { Knex } from 'knex'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { findClientUser } from './associations.ts'
import { type Actor, change } from './change.ts'
import type { Client } from './clients.ts'
import { queueEmail } from './emails.ts'
import { countUpTo } from './pages.ts'
import { type Permission, parsePermissions } from './permissions.ts'
import { NotFound, Refusal } from './refusal.ts'
import { removeAccess } from './removing-access.ts'
import { findUser, type User } from './users.ts'
import { whereWorded } from './words.ts'

export interface Reviewed extends User {
  client: Client
  permissions: Permission[]
  entered_at: string | null
  ends_at: string | null
  suspended_at: string | null
}

export interface ReviewFilter {
  client?: number
  users?: number[]
  /** Who never entered the account. */
  never?: boolean
  /** Who has no second factor. */
  withoutFactor?: boolean
  text?: string
  limit: number
  /** Behind whose access it begins. */
  after?: Pair | undefined
}

/** Who looks: the owner, or an admin as them, who has shown who they are elsewhere. */
export interface Looking {
  owner: User
  acting: boolean
}

const QUARTER_DAYS = 91
const ROWS_A_STEP = 500
const ASKED_A_STEP = 200

/** The open accounts of this owner, but for those that want a second factor that is not there. */
export const listReviewedClients = (db: Db, { owner, acting }: Looking): Promise<Client[]> =>
  db<Client>('clients')
    .where({ owner_id: owner.id })
    .whereNot({ status: 'closed' })
    .modify((query) => owner.factors > 0 || acting || query.where({ require_factor: 0 }))
    .orderBy('id')

/** Whether one is left out. */
export const lacksFactor = async (db: Db, { owner, acting }: Looking): Promise<boolean> =>
  owner.factors === 0 &&
  !acting &&
  Boolean(
    await db('clients')
      .where({ owner_id: owner.id, require_factor: 1 })
      .whereNot({ status: 'closed' })
      .first('id'),
  )

function filtered(
  db: Db,
  query: Knex.QueryBuilder,
  { client, users, never, withoutFactor, text = '' }: Omit<ReviewFilter, 'limit'>,
) {
  if (client) query.where('s.client_id', client)
  if (users) query.whereIn('s.user_id', users)
  if (never) query.whereNull('s.last_login_at')
  if (withoutFactor) query.where('u.factors', 0)
  whereWorded(query, db, 'users', 'u.id', text)
}

/** The rest of an account by name and id, then the other accounts. */
const behind = (query: Knex.QueryBuilder, { client, user }: Pair, name: string) =>
  query.where('s.client_id', '>=', client).where((one) =>
    one
      .where('s.client_id', '>', client)
      .orWhere('u.first_name', '>', name)
      .orWhere((same) => same.where('u.first_name', name).where('s.user_id', '>', user)),
  )

type Joined = Omit<Reviewed, 'client' | 'permissions'> & { client_id: number; permissions: string }

/** Of these accounts everyone but the owner whom the filter lets through. */
const reviewed = (db: Db, { owner }: Looking, clients: Client[], filter: Omit<ReviewFilter, 'limit'>) =>
  db('associations as s')
    .join('users as u', 'u.id', 's.user_id')
    .whereIn('s.client_id', idsOf(clients))
    .whereNot('s.user_id', owner.id)
    .where((access) => access.whereNull('s.ends_at').orWhere('s.ends_at', '>', timestamp()))
    .modify((query) => filtered(db, query, filter))

/** How many that is; counted no further than one beyond COUNTED_MAX. */
export const countReviewed = async (db: Db, who: Looking, filter: Omit<ReviewFilter, 'limit'>) =>
  countUpTo(db, reviewed(db, who, await listReviewedClients(db, who), filter).select('s.user_id'))

/** Account by account and by first name. */
export async function listReviewed(db: Db, who: Looking, filter: ReviewFilter): Promise<Reviewed[]> {
  const { after, limit } = filter
  const clients = await listReviewedClients(db, who)
  const last = after && (await findUser(db, after.user))
  const rows = await reviewed(db, who, clients, filter)
    .modify((query) => after && behind(query, after, last?.first_name ?? ''))
    .orderBy(['s.client_id', 'u.first_name', 's.user_id'])
    .limit(limit)
    .select(
      'u.*',
      's.client_id',
      's.permissions',
      's.last_login_at as entered_at',
      's.ends_at',
      's.suspended_at',
    )
  return rows.map(({ client_id, permissions, ...user }: Joined) => ({
    ...user,
    client: clients.find(({ id }) => id === client_id) as Client,
    permissions: parsePermissions(permissions),
  }))
}

/** All of them, in steps, each behind the last, so that whoever is removed meanwhile hides nobody else. */
export async function* reviewInSteps(
  db: Db,
  who: Looking,
  filter: Omit<ReviewFilter, 'limit'>,
): AsyncGenerator<Reviewed[]> {
  for (let after: Pair | undefined; ; ) {
    const rows = await listReviewed(db, who, { ...filter, after, limit: ROWS_A_STEP })
    yield rows
    const last = rows[ROWS_A_STEP - 1]
    if (!last) return
    after = { client: last.client.id, user: last.id }
  }
}

const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id)

/** Who has which account's access: what a box of the table stands for. */
export interface Pair {
  client: number
  user: number
}

/** Those of the chosen that are there to this day. */
export async function findChosen(db: Db, who: Looking, pairs: Pair[]): Promise<Reviewed[]> {
  const found: Reviewed[] = []
  for (const client of new Set(pairs.map((pair) => pair.client))) {
    const users = pairs.filter((pair) => pair.client === client).map(({ user }) => user)
    found.push(...(await listReviewed(db, who, { client, users, limit: users.length })))
  }
  return found
}

export interface Removed {
  removed: Reviewed[]
  kept: { one: Reviewed; why?: Refusal }[]
  /** What broke: those behind it were not tried. */
  error?: unknown
}

export async function removeSeveral(db: Db, by: Actor, chosen: Reviewed[]): Promise<Removed> {
  const result: Removed = { removed: [], kept: [] }
  for (const [nth, one] of chosen.entries())
    try {
      const target = await findClientUser(db, one.client, one.id)
      if (!target) throw new NotFound()
      await removeAccess(db, by, one.client, target)
      result.removed.push(one)
    } catch (error) {
      if (error instanceof Refusal) result.kept.push({ one, why: error })
      else if (error instanceof NotFound) result.kept.push({ one, why: new Refusal('review.gone') })
      else {
        const rest = chosen.slice(nth).map((left) => ({ one: left }))
        return { ...result, kept: [...result.kept, ...rest], error }
      }
    }
  return result
}

export const isAskedToReview = async (db: Db, user: { id: number }): Promise<boolean> =>
  Boolean((await db('users').where({ id: user.id }).first('review_asked_at'))?.review_asked_at)

/** Whether a mail asks the owner to look, each quarter from now on. */
export const setReview = (db: Db, by: Actor, user: User, on: boolean) =>
  change(db, by, async (trx) => {
    const mine = trx('users').where({ id: user.id, status: 'active' })
    const rows = await (on
      ? mine.whereNull('review_asked_at').update({ review_asked_at: timestamp() })
      : mine.whereNotNull('review_asked_at').update({ review_asked_at: null }))
    if (rows !== 1) return
    if (on) await record(trx, 'review.on', { user })
    else await record(trx, 'review.off', { user })
  })

const due = (db: Db): Promise<(User & { review_asked_at: string })[]> =>
  db('users as u')
    .where('u.status', 'active')
    .where('u.review_asked_at', '<=', inDays(-QUARTER_DAYS))
    .whereExists(
      db('clients as c')
        .join('associations as s', 's.client_id', 'c.id')
        .whereRaw('c.owner_id = u.id AND s.user_id <> u.id')
        .whereNot('c.status', 'closed')
        .select('c.id'),
    )
    .orderBy('u.id')
    .limit(ASKED_A_STEP)
    .select('u.*')

/** The job: each owner once a quarter, also when several ask at once. Gives how many. */
export async function askForReviews(db: Db, as: () => Actor): Promise<number> {
  for (let asked = 0; ; ) {
    const owners = await due(db)
    if (owners.length === 0) return asked
    for (const owner of owners) asked += Number(await change(db, as(), (trx) => askOne(trx, owner)))
  }
}

async function askOne(trx: Parameters<typeof record>[0], owner: User & { review_asked_at: string }) {
  const seen = { id: owner.id, status: 'active', review_asked_at: owner.review_asked_at }
  if ((await trx('users').where(seen).update({ review_asked_at: timestamp() })) !== 1) return false
  await record(trx, 'review.asked', { user: owner })
  await queueEmail(trx, 'access-review', { to: owner.email, user: owner, data: { name: owner.first_name } })
  return true
}
