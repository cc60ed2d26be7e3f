// Whether mail or hooks are stuck: something has been waiting for more than 15 minutes, since it came or since
// an admin sent it off again; or the mail server refuses our settings. Every page of the Admin Area asks, so
// the oldest that waits answers, by an index, and is remembered for some seconds.

import type { Knex } from 'knex'
import { inDays, inMinutes, now } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'

export type Stuck = 'worker' | 'broken' | 'settings' | 'emails' | 'events' | 'deliveries'

const AFTER_MINUTES = 15
const FRESH_MS = 10_000

let kept: { stuck: Promise<Stuck[]>; until: number; of: unknown } | undefined

export async function findStuck(db: Db): Promise<Stuck[]> {
  if (kept && kept.of === db.client.config && kept.until > now().getTime()) return kept.stuck
  const stuck = look(db).catch((error) => {
    kept = undefined
    throw error
  })
  kept = { stuck, until: now().getTime() + FRESH_MS, of: db.client.config }
  return stuck
}

interface Waiting {
  created_at: string
  retry_until?: string | null
}

async function look(db: Db): Promise<Stuck[]> {
  const oldest = (table: string, ...columns: string[]): Promise<Waiting | undefined> =>
    db(table)
      .where({ status: 'waiting' })
      .modify((query) => columns.includes('retry_until') && query.where(isTried))
      .orderBy('id')
      .first('created_at', ...columns)
  const found: [Stuck, boolean][] = [
    ['worker', !(await db('workers').first('id'))],
    ['broken', Boolean(await db('hook_files').whereNotNull('error').first('file'))],
    ['settings', Boolean(await db('emails').where({ status: 'waiting', fault: 'settings' }).first('id'))],
    ['emails', isLong(await oldest('emails', 'retry_until'))],
    ['events', isLong(await oldest('hook_events'))],
    ['deliveries', isLong(await oldest('hook_deliveries', 'retry_until'))],
  ]
  return found.flatMap(([name, isStuck]) => (isStuck ? [name] : []))
}

/** What is held back until later must not hide what is stuck behind it. */
const isTried = (query: Knex.QueryBuilder) =>
  query.where('retry_until', '<=', inDays(1)).orWhereNull('retry_until')

/** `retry_until` is a day after it came, or after *Retry*: what was sent off again just now is not stuck. */
function isLong(oldest: Waiting | undefined): boolean {
  if (!oldest) return false
  const since = oldest.retry_until ? inDays(-1, new Date(oldest.retry_until)) : oldest.created_at
  return oldest.created_at < inMinutes(-AFTER_MINUTES) && since < inMinutes(-AFTER_MINUTES)
}
