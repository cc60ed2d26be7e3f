// What happened, for ever: who, for which client, from which address, what before and after (R29).
// Entries are only ever added, signed, in the transaction of what they tell.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Signed, signEntry } from './activity-macs.ts'
import type { Actor, Change } from './change.ts'
import { inHand } from './handed.ts'
import { loginsOf } from './merged-logins.ts'
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
}

/** The latest entries that the filter lets through; newest first. A login's are also those of logins merged into it. */
export async function listActivity(db: Db, { limit, user, ...filter }: ActivityFilter & { limit: number }) {
  const latest = (whose: (query: Knex.QueryBuilder) => unknown): Promise<Activity[]> =>
    db<Activity>('activity')
      .modify((query) => narrow(query, filter))
      .modify(whose)
      .orderBy('id', 'desc')
      .limit(limit)
  if (!user) return latest(() => {})
  // Asked one after the other, each by its index: for both at once a database reads the whole log backwards.
  const logins = await loginsOf(db, user)
  const about = await latest((query) => query.whereIn('user_id', logins))
  const done = await latest((query) => query.where({ actor_kind: 'user' }).whereIn('actor_id', logins))
  const both = new Map([...about, ...done].map((entry) => [entry.id, entry]))
  return [...both.values()].sort((a, b) => b.id - a.id).slice(0, limit)
}

function narrow(query: Knex.QueryBuilder, { client, admin, ...filter }: Omit<ActivityFilter, 'user'>) {
  if (client) query.where({ client_id: client.id })
  if (admin)
    query.where((either) =>
      either.where({ actor_kind: 'admin', actor_id: admin.id }).orWhere({ acting_admin_id: admin.id }),
    )
  if (filter.name) query.where({ actor_name: filter.name })
  if (filter.except) query.whereNotIn('action', filter.except)
  if (filter.action) query.where({ action: filter.action })
  if (filter.from) query.where('at', '>=', filter.from)
  // Behind every moment of that day, in the order of the text.
  if (filter.to) query.where('at', '<', `${filter.to}U`)
  if (filter.ip) query.where({ ip: filter.ip })
  if (filter.before) query.where('id', '<', filter.before)
  if (filter.text) {
    const pattern = like(filter.text.toLowerCase())
    const columns = ['detail', 'actor_name', 'acting_admin_name']
    const found = columns.map((column) => `LOWER(${column}) LIKE ? ESCAPE '!'`).join(' OR ')
    query.whereRaw(`(${found})`, [pattern, pattern, pattern])
  }
}
