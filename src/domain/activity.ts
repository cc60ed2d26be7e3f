// What happened, for ever: who, for which client, from which address, what before and after (R29).
// Entries are only ever added, signed, in the transaction of what they tell.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { signEntry } from './activity-macs.ts'
import type { Change } from './change.ts'
import { inHand } from './handed.ts'

export interface Activity {
  id: number
  at: string
  actor_kind: 'user' | 'admin' | 'system' | 'visitor'
  actor_id: number | null
  actor_name: string
  /** The admin who acted as that user. */
  acting_admin_id: number | null
  acting_admin_name: string | null
  client_id: number | null
  user_id: number | null
  action: string
  detail: string
  ip: string
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

/** The latest entries about a client, or about everything; newest first. */
export const listActivity = (db: Db, { client, limit }: { client?: { id: number }; limit: number }) =>
  db<Activity>('activity')
    .modify((query) => {
      if (client) query.where({ client_id: client.id })
    })
    .orderBy('id', 'desc')
    .limit(limit)
