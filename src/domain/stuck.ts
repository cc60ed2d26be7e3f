// Whether mail or hooks are stuck: something has been waiting for more than 15 minutes, since it came or since
// an admin sent it off again; or the mail server refuses our settings. Every page of the Admin Area asks, so
// the answer is one query, remembered for some seconds.

import { inDays, inMinutes, now } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'

export type Stuck = 'settings' | 'emails' | 'events' | 'deliveries'

const AFTER_MINUTES = 15
const FRESH_MS = 10_000

let kept: { stuck: Stuck[]; until: number; of: unknown } | undefined

export async function findStuck(db: Db): Promise<Stuck[]> {
  if (kept && kept.of === db.client.config && kept.until > now().getTime()) return kept.stuck
  const row: Record<Stuck, number | null> = await db
    .first({
      settings: waiting(db, 'emails').where({ fault: 'settings' }),
      emails: waitingLong(db, 'emails'),
      events: waiting(db, 'hook_events').where('created_at', '<', inMinutes(-AFTER_MINUTES)),
      deliveries: waitingLong(db, 'hook_deliveries'),
    })
    .from(db.raw('(SELECT 1 AS one) AS one'))
  const stuck = (Object.keys(row) as Stuck[]).filter((name) => row[name] !== null)
  kept = { stuck, until: now().getTime() + FRESH_MS, of: db.client.config }
  return stuck
}

// Oldest first: where something is stuck, the first row of the index answers.
const waiting = (db: Db, table: string) =>
  db(table).where({ status: 'waiting' }).orderBy('id').limit(1).select('id')

/** `retry_until` is a day after it came, or after *Retry*: what was sent off again just now is not stuck. */
const waitingLong = (db: Db, table: string) =>
  waiting(db, table)
    .where('created_at', '<', inMinutes(-AFTER_MINUTES))
    .where((since) =>
      since
        .whereNull('retry_until')
        .orWhere('retry_until', '<', inMinutes(-AFTER_MINUTES, new Date(inDays(1)))),
    )
