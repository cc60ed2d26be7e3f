// A user asks an owner for access, by the owner's address. Asking knows no logins: it writes one row by address, and
// whether anybody is told is decided by the worker (R22, HARD-CASES H18). The owner invites, which ends the request, or
// ignores it, which nobody is told of: an ignored one still stands in the way of the next until its month is over. Only
// proven addresses ask and are asked (H6).

import type { Knex } from 'knex'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import type { Client } from './clients.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { counted } from './limits.ts'
import { mustManageAsOwner } from './managing.ts'
import { linksSomewhere } from './names.ts'
import { countUpTo } from './pages.ts'
import { NotFound, Refusal } from './refusal.ts'
import { type AccessRequest, endRequests, waitingIds } from './request-mail.ts'
import { isSwitchedOn } from './settings.ts'
import { describeUser, fullName, lowerCase, takeUser, type User } from './users.ts'

export const WORD_MAX = 500
const OPEN_DAYS = 30
const REQUESTS_A_PAGE = 25

/** As the owner sees it: with who asks. */
export interface ListedRequest extends User {
  request_id: number
  word: string
  asked_at: string
}

/** Asks: the same work for every address, and so often in a day. */
export async function requestAccess(db: Db, by: Actor, user: User, typed: { email: string; word: string }) {
  const email = lowerCase(typed.email)
  if (!user.email_verified_at) throw new Refusal('request.unverified')
  if (email === user.email) throw new Refusal('request.own', 'email')
  if (linksSomewhere(typed.word)) throw new Refusal('request.word.link', 'word')
  const ask = () => change(db, by, (trx) => write(trx, user, email, typed.word))
  await counted(db, 'requestsOfUser', String(user.id), ask)
}

async function write(trx: Change, asker: User, owner_email: string, word: string) {
  if (!(await isSwitchedOn(trx, 'manageUsers'))) throw new Refusal('users.off')
  const user = await takeUser(trx, asker)
  if (!user.email_verified_at) throw new Refusal('request.unverified')
  await freeExpired(trx, user)
  const pair = { held_by_user_id: user.id, owner_email }
  const dates = { created_at: timestamp(), updated_at: timestamp() }
  await record(trx, 'access.requested', { user, email: owner_email })
  // The login's row is held, so nobody else writes this pair meanwhile.
  if (await trx('access_requests').where(pair).update({ word, updated_at: timestamp() })) return
  const [row] = await trx('access_requests').insert({
    ...{ ...pair, ...dates, user_id: user.id, word, status: 'open' },
    expires_at: inDays(OPEN_DAYS),
  })
  await fire(trx, 'AccessRequested', { user: describeUser(user), ownerEmail: owner_email })
  const data = { asker: fullName(user), askerEmail: user.email, row: Number(row) }
  await queueEmail(trx, 'access-request', { to: owner_email, data })
}

const freeExpired = (trx: Change, user: { id: number }) =>
  trx('access_requests')
    .where({ held_by_user_id: user.id })
    .where('expires_at', '<=', timestamp())
    .update({ held_by_user_id: null })

/** Access that is over counts as none (R15). */
const holdersOf = (db: Db, client: Client) =>
  db('associations')
    .where({ client_id: client.id })
    .where((access) => access.whereNull('ends_at').orWhere('ends_at', '>', timestamp()))
    .select('user_id')

const invitedSince = (db: Db, client: Client) =>
  db('invitations as i')
    .where({ client_id: client.id, status: 'pending' })
    .where('i.expires_at', '>', timestamp())
    .whereRaw('i.email = users.email AND i.sent_at >= access_requests.updated_at')

/**
 * For User Management of one account of an owner who has proven their address: whoever has access there, or was invited
 * since, asks for none. Nothing where nobody asks.
 */
async function openFor(db: Db, client: Client): Promise<(() => Knex.QueryBuilder) | undefined> {
  const waiting = await waitingIds(db, client)
  if (waiting.length === 0) return undefined
  const owner = await db('users').where({ id: client.owner_id }).first('email_verified_at')
  if (!owner?.email_verified_at) return undefined
  return () =>
    db('access_requests')
      .whereIn('access_requests.id', waiting)
      .join('users', 'users.id', 'access_requests.user_id')
      .where('users.status', 'active')
      .whereNotNull('users.email_verified_at')
      .whereNotIn('users.id', holdersOf(db, client))
      .whereNotExists(invitedSince(db, client))
}

const listed = async (query: Knex.QueryBuilder): Promise<ListedRequest[]> =>
  query
    .orderBy('access_requests.id', 'desc')
    .select('users.*', 'access_requests.id as request_id', 'access_requests.word')
    .select('access_requests.created_at as asked_at')

/** The latest first, from behind one of them. */
export async function pageOfRequests(db: Db, client: Client, behind?: number) {
  const open = await openFor(db, client)
  if (!open) return { list: [], next: undefined, count: 0 }
  const some = open().limit(REQUESTS_A_PAGE + 1)
  const rows = await listed(behind ? some.where('access_requests.id', '<', behind) : some)
  const list = rows.slice(0, REQUESTS_A_PAGE)
  const next = rows.length > list.length ? list.at(-1)?.request_id : undefined
  return { list, next, count: next || behind ? await countOpen(db, open) : list.length }
}

const countOpen = (db: Db, open: () => Knex.QueryBuilder) =>
  countUpTo(db, open().select('access_requests.id'))

export async function countRequests(db: Db, client: Client): Promise<number> {
  const open = await openFor(db, client)
  return open ? countOpen(db, open) : 0
}

export async function findRequest(db: Db, client: Client, id: number): Promise<ListedRequest | undefined> {
  const open = await openFor(db, client)
  return open && (await listed(open().where('access_requests.id', id)))[0]
}

/** Once; who asked is not told. */
export const ignoreRequest = (db: Db, by: Actor, client: Client, id: number) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    await mustManageAsOwner(trx, current)
    const request = await findRequest(trx, current, id)
    if (!request) throw new NotFound()
    const ended = { status: 'ignored', ended_at: timestamp(), updated_at: timestamp() }
    const rows = await trx('access_requests').where({ id, status: 'open' }).update(ended)
    if (rows !== 1) throw new NotFound()
    await record(trx, 'access.ignored', { client: current, email: request.email })
  })

/** Inviting somebody ends what they asked: the same statements, whoever has the address, so their time tells nothing. */
export async function endAnswered(trx: Change, client: Client, email: string) {
  const [asker] = await trx('users').where({ email }).select('id')
  await endRequests(trx, client, { id: asker?.id ?? 0 })
}

const withdrawn = () => ({
  ...{ status: 'withdrawn', held_by_user_id: null },
  ...{ ended_at: timestamp(), updated_at: timestamp() },
})

/** Merging: what the other asked is asked by the login that stays, unless it did so, too, or is the one asked. */
export async function moveRequests(trx: Change, kept: User, gone: User) {
  const held: AccessRequest[] = await trx('access_requests').where({ held_by_user_id: gone.id })
  for (const request of held) {
    const pair = { held_by_user_id: kept.id, owner_email: request.owner_email }
    const isOwn = [kept.email, gone.email].includes(request.owner_email)
    const moves = !isOwn && !(await trx('access_requests').where(pair).first('id'))
    const row = moves
      ? { ...pair, user_id: kept.id }
      : request.ended_at
        ? { held_by_user_id: null }
        : withdrawn()
    await trx('access_requests').where({ id: request.id }).update(row)
  }
  const between = { held_by_user_id: kept.id, owner_email: gone.email, status: 'open' }
  await trx('access_requests').where(between).update(withdrawn())
}

/** What a deleted login asked, and was asked, names people. */
export const forgetRequests = (trx: Change, { id, email }: User) =>
  trx('access_requests').where({ user_id: id }).orWhere({ owner_email: email }).delete()
