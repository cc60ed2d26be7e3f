// The activity log as a file: the same entries as on the page, all of them, in steps.

import type { Request, Response } from 'express'
import { type Activity, type ActivityFilter, heldIn, searchActivity } from '../domain/activity.ts'
import type { Found } from '../domain/pages.ts'
import type { Db } from '../platform/database.ts'
import { inFull } from './activity-words.ts'
import { BYTE_ORDER_MARK, csvLine } from './csv.ts'
import { sendFile } from './streaming.ts'
import { t } from './translate.ts'

const ROWS_A_STEP = 500

const COLUMNS = [
  ...(['time', 'actor', 'acting', 'client', 'user', 'action', 'sentence'] as const),
  // At the end, since programs count columns.
  ...(['before', 'after', 'detail', 'ip', 'token'] as const),
]

const asText = (value: unknown) =>
  value === undefined || typeof value === 'string' ? (value ?? '') : JSON.stringify(value)

function lineOf(entry: Activity): string {
  const { detail: held, token } = heldIn(entry)
  const { before, after, ...rest } = held
  const [told] = inFull([entry])
  // As on the page: a job or somebody with a link has no name of their own.
  const isPerson = entry.actor_kind === 'user' || entry.actor_kind === 'admin'
  const by = [isPerson ? entry.actor_name : (told?.who ?? ''), entry.acting_admin_name]
  const about = [entry.client_id, entry.user_id, entry.action, `${told?.who} ${told?.what}`]
  const detail = Object.keys(rest).length > 0 ? JSON.stringify(rest) : ''
  return csvLine([entry.at, ...by, ...about, asText(before), asText(after), detail, entry.ip, token ?? ''])
}

type Read = (before?: number) => Promise<Found<Activity>>

async function* lines(first: Found<Activity>, read: Read): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(COLUMNS.map((column) => t(`log.column.${column}`)))
  for (let step = first; ; ) {
    yield step.rows.map(lineOf).join('')
    const end = step.rows.length < ROWS_A_STEP ? step.stopped : step.rows.at(-1)
    if (!end) return
    step = await read(end.id)
  }
}

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
  const read: Read = async (before) => {
    const { rows, stopped } = await searchActivity(db, { ...filter, before, limit: ROWS_A_STEP })
    return { rows: rows.map(seen), stopped }
  }
  // Before anything is sent: when the database does not answer, that is a page that says so.
  const first = await read()
  await sendFile(req, res, { name, ending: 'csv', type: 'text/csv; charset=utf-8' }, lines(first, read))
}
