// The activity log as a file: the same entries as on the page, all of them, in steps. What has been read waits until
// the client has taken it, and nothing more is read for one who has hung up.

import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { type Activity, type ActivityFilter, listActivity } from '../domain/activity.ts'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { inFull } from './activity-words.ts'
import { BYTE_ORDER_MARK, csvLine } from './csv.ts'
import { t } from './translate.ts'

const ROWS_A_STEP = 500

const COLUMNS = [
  ...(['time', 'actor', 'acting', 'client', 'user', 'action', 'sentence'] as const),
  ...(['before', 'after', 'detail', 'ip'] as const),
]

const asText = (value: unknown) =>
  value === undefined || typeof value === 'string' ? (value ?? '') : JSON.stringify(value)

function lineOf(entry: Activity): string {
  const { before, after, ...rest } = JSON.parse(entry.detail)
  const [told] = inFull([entry])
  // As on the page: a job or somebody with a link has no name of their own.
  const isPerson = entry.actor_kind === 'user' || entry.actor_kind === 'admin'
  const by = [isPerson ? entry.actor_name : (told?.who ?? ''), entry.acting_admin_name]
  const about = [entry.client_id, entry.user_id, entry.action, `${told?.who} ${told?.what}`]
  const detail = Object.keys(rest).length > 0 ? JSON.stringify(rest) : ''
  return csvLine([entry.at, ...by, ...about, asText(before), asText(after), detail, entry.ip])
}

type Read = (before?: number) => Promise<Activity[]>

async function* lines(first: Activity[], read: Read): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(COLUMNS.map((column) => t(`log.column.${column}`)))
  for (let step = first; step.length > 0; step = await read(step.at(-1)?.id)) {
    yield step.map(lineOf).join('')
    if (step.length < ROWS_A_STEP) return
  }
}

const HUNG_UP = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'EPIPE', 'ECONNRESET'])

export interface Download {
  filter: ActivityFilter
  /** As the reader may see it. */
  seen?: (entry: Activity) => Activity
  /** What the file is called, before its day. */
  name: string
}

export async function sendActivityCsv(
  db: Db,
  req: Request,
  res: Response,
  { filter, seen = (entry) => entry, name }: Download,
) {
  const read: Read = async (before) =>
    (await listActivity(db, { ...filter, before, limit: ROWS_A_STEP })).map(seen)
  // Before anything is sent: when the database does not answer, that is a page that says so.
  const first = await read()
  res.attachment(`${name}-${timestamp().slice(0, 10)}.csv`)
  res.set('Cache-Control', 'no-store')
  res.type('text/csv; charset=utf-8')
  if (req.method === 'HEAD') return void res.end()
  try {
    await pipeline(Readable.from(lines(first, read), { highWaterMark: 1 }), res)
  } catch (error) {
    // Cut off in the middle, so that nobody takes half a file for all of it; no page can follow.
    if (!HUNG_UP.has((error as NodeJS.ErrnoException).code ?? ''))
      req.log.error({ err: error }, 'A download of the activity log ended early')
  }
}
