// What happened, for ever: who, for which client, from which address, what before and after (R29).
// Entries are only ever added, signed, in the transaction of what they tell.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Signed, signEntry } from './activity-macs.ts'
import type { Actor, Change } from './change.ts'
import { inHand } from './handed.ts'
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
export async function record(trx: Change, action: string, { client, user, ...detail }: About = {}) {
  const { by } = trx
  const entry = {
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
    detail: JSON.stringify(detail),
    ip: by.ip,
  }
  await trx('activity').insert({ ...entry, ...signEntry(entry, inHand().activityKeys[0] ?? '') })
}

export interface ActivityFilter {
  client?: { id: number } | undefined
  /** Whom an entry is about, or who did it. */
  user?: { id: number } | undefined
  action?: string | undefined
  /** Days as YYYY-MM-DD in UTC, both included. */
  from?: string | undefined
  to?: string | undefined
  ip?: string | undefined
  text?: string | undefined
  /** Only entries older than this one. */
  before?: number | undefined
}

/** The latest entries that the filter lets through; newest first. */
export const listActivity = (db: Db, { limit, ...filter }: ActivityFilter & { limit: number }) =>
  db<Activity>('activity')
    .modify((query) => narrow(query, filter))
    .orderBy('id', 'desc')
    .limit(limit)

function narrow(query: Knex.QueryBuilder, { client, user, ...filter }: ActivityFilter) {
  if (client) query.where({ client_id: client.id })
  if (user)
    query.where((either) =>
      either.where({ user_id: user.id }).orWhere({ actor_kind: 'user', actor_id: user.id }),
    )
  if (filter.action) query.where({ action: filter.action })
  if (filter.from) query.where('at', '>=', filter.from)
  // Behind every moment of that day, in the order of the text.
  if (filter.to) query.where('at', '<', `${filter.to}U`)
  if (filter.ip) query.where({ ip: filter.ip })
  if (filter.before) query.where('id', '<', filter.before)
  if (filter.text) {
    const pattern = like(filter.text.toLowerCase())
    query.whereRaw("(LOWER(detail) LIKE ? ESCAPE '!' OR LOWER(actor_name) LIKE ? ESCAPE '!')", [
      pattern,
      pattern,
    ])
  }
}
