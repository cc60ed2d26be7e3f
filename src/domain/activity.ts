// What happened, for ever: who, for which client, from which address, what before and after (R29).
// Entries are only ever added, signed, in the transaction of what they tell.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Signed, signEntry } from './activity-macs.ts'
import type { Actor, Change } from './change.ts'
import { inHand } from './handed.ts'
import { loginsOf } from './merged-logins.ts'
import { COUNTED_MAX, countUpTo, endOfLooking, type Found, type Narrow } from './pages.ts'
import { like } from './search.ts'

export interface Activity extends Signed {
  id: number
  actor_kind: Actor['kind']
}

export interface About {
  client?: { id: number }
  user?: { id: number }
  [detail: string]: unknown
}

/** Writes one entry; `client` and `user` say whom it is about, everything else is its detail. */
export const record = (trx: Change, action: string, about: About = {}) => recordAll(trx, action, [about])

/** Writes one entry for each, in one statement. */
export async function recordAll(trx: Change, action: string, abouts: About[]) {
  const key = inHand().activityKeys[0] ?? ''
  const entries = abouts.map((about) => entryOf(trx.by, action, about))
  await trx('activity').insert(entries.map((entry) => ({ ...entry, ...signEntry(entry, key) })))
}

const entryOf = (by: Actor, action: string, { client, user, ...detail }: About) => ({
  request_id: by.requestId,
  ordinal: by.entries.next++,
  at: timestamp(),
  actor_kind: by.kind,
  actor_id: by.id,
  actor_name: by.name,
  acting_admin_id: by.admin?.id ?? null,
  acting_admin_name: by.admin?.name ?? null,
  client_id: client?.id ?? null,
  user_id: user?.id ?? null,
  action,
  // Within what is signed, so that entries of before there were tokens stay as they were.
  detail: JSON.stringify({ ...detail, ...(by.token !== undefined && { [TOKEN]: by.token }) }),
  ip: by.ip,
})

const TOKEN = 'byToken'

/** What belongs to an entry beside its columns, and the name of the personal token that its user came with. */
export function heldIn(entry: Activity): { detail: Record<string, never>; token: string | undefined } {
  const { [TOKEN]: token, ...detail } = JSON.parse(entry.detail)
  return { detail, token }
}

export interface ActivityFilter {
  client?: { id: number } | undefined
  /** Whom an entry is about, or who did it. */
  user?: { id: number } | undefined
  /** Who did it, as themselves or as a user. */
  admin?: { id: number } | undefined
  /** The API key that did it. */
  credential?: { id: number } | undefined
  /** What whoever did it is called. */
  name?: string | undefined
  action?: string | undefined
  /** Actions that are left out. */
  except?: string[] | undefined
  /** Days as YYYY-MM-DD in UTC, both included. */
  from?: string | undefined
  to?: string | undefined
  ip?: string | undefined
  text?: string | undefined
  /** Only entries older than this one. */
  before?: number | undefined
  /** Only this one and newer ones. */
  since?: number | undefined
}

export const newestFirst = (a: Activity, b: Activity) => b.id - a.id

/**
 * The latest entries that the filter lets through; newest first. A login's are also those of logins merged into it.
 */
export async function listActivity(db: Db, { limit, ...filter }: ActivityFilter & { limit: number }) {
  const found = new Map<number, Activity>()
  for (const whose of await parties(db, filter)) {
    const rows: Activity[] = await db<Activity>('activity')
      .modify((query) => narrow(query, filter))
      .modify(whose)
      .orderBy('id', 'desc')
      .limit(limit)
    for (const row of rows) found.set(row.id, row)
  }
  return [...found.values()].sort(newestFirst).slice(0, limit)
}

/**
 * A page of them, and one more. Words, addresses and names are found by no index: so many entries are looked at for one
 * page, which says where it stopped.
 */
export async function searchActivity(
  db: Db,
  filter: ActivityFilter & { limit: number },
): Promise<Found<Activity>> {
  const { text, ip, name, ...indexed } = filter
  if (!text && !ip && !name) return { rows: await listActivity(db, filter) }
  let since = 0
  for (const whose of await parties(db, filter)) {
    const rows = db('activity')
      .modify((query) => narrow(query, indexed))
      .modify(whose)
    since = Math.max(since, (await endOfLooking(rows, 'id')) ?? 0)
  }
  const rows = await listActivity(db, { ...filter, since })
  return { rows, ...(since && { stopped: { id: since } }) }
}

/** How many; nothing for what is found by no index. */
export async function countActivity(db: Db, filter: ActivityFilter): Promise<number | undefined> {
  const { text, ip, name, before: _, ...indexed } = filter
  if (text || ip || name) return undefined
  const idsOf = (whose: Narrow) =>
    db('activity')
      .modify((query) => narrow(query, indexed))
      .modify(whose)
      .select('id')
      .limit(COUNTED_MAX + 1)
  const [one, ...others] = (await parties(db, filter)).map((whose) =>
    db.from(idsOf(whose).as('some')).select('id'),
  )
  return one && countUpTo(db, one.union(others))
}

/**
 * Whose entries: whom they are about, or who did it. Asked one after the other, each by its index: for several at once a
 * database reads the whole log backwards.
 */
async function parties(db: Db, { user, admin, credential }: ActivityFilter): Promise<Narrow[]> {
  // What a key did no admin did, and no user.
  if (credential && admin) return []
  const logins = user ? await loginsOf(db, user) : []
  const didIt: Narrow = (query) => query.where({ actor_kind: 'user' }).whereIn('actor_id', logins)
  const ofUser: Narrow[] = [(query) => query.whereIn('user_id', logins), ...(credential ? [] : [didIt])]
  const ofAdmin: Narrow[] = [
    (query) => query.where({ actor_kind: 'admin', actor_id: admin?.id ?? 0 }),
    (query) => query.where({ acting_admin_id: admin?.id ?? 0 }),
  ]
  const ofKey: Narrow = (query) => query.where({ actor_kind: 'credential', actor_id: credential?.id ?? 0 })
  const anyone: Narrow[] = [() => {}]
  const doers = credential ? [ofKey] : admin ? ofAdmin : anyone
  return (user ? ofUser : anyone).flatMap((one) =>
    doers.map((other) => (query: Knex.QueryBuilder) => query.modify(one).modify(other)),
  )
}

function narrow(query: Knex.QueryBuilder, { client, ...filter }: ActivityFilter) {
  if (client) query.where({ client_id: client.id })
  if (filter.name) query.where({ actor_name: filter.name })
  if (filter.except) query.whereNotIn('action', filter.except)
  if (filter.action) query.where({ action: filter.action })
  if (filter.from) query.where('at', '>=', filter.from)
  // Behind every moment of that day, in the order of the text.
  if (filter.to) query.where('at', '<', `${filter.to}U`)
  if (filter.ip) query.where({ ip: filter.ip })
  if (filter.before) query.where('id', '<', filter.before)
  if (filter.since) query.where('id', '>=', filter.since)
  if (filter.text) {
    const pattern = like(filter.text.toLowerCase())
    const columns = ['detail', 'actor_name', 'acting_admin_name']
    const found = columns.map((column) => `LOWER(${column}) LIKE ? ESCAPE '!'`).join(' OR ')
    query.whereRaw(`(${found})`, [pattern, pattern, pattern])
  }
}
