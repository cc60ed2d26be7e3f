// The access review as a file: the same rows as on the page, all of them, in steps.

import type { Request, Response } from 'express'
import type { Reviewed } from '../domain/access-review.ts'
import { clientName } from '../domain/clients.ts'
import { fullName } from '../domain/users.ts'
import { BYTE_ORDER_MARK, csvLine } from './csv.ts'
import { sendFile } from './streaming.ts'
import { t } from './translate.ts'
import { permissionsInWords } from './words.ts'

const FILE = { name: 'access-review', ending: 'csv', type: 'text/csv; charset=utf-8' } as const

const columns = () => [
  ...[t('review.account'), t('review.name'), t('review.email'), t('review.permissions')],
  ...[t('review.entered'), t('review.factor'), t('review.until'), t('review.suspended')],
]

const lineOf = (one: Reviewed) =>
  csvLine([
    ...[clientName(one.client), fullName(one), one.email, permissionsInWords(one.permissions)],
    one.entered_at,
    one.factors > 0 ? t('review.yes') : t('review.no'),
    ...[one.ends_at, one.suspended_at],
  ])

async function* lines(first: Reviewed[], steps: AsyncIterable<Reviewed[]>): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(columns())
  yield first.map(lineOf).join('')
  for await (const step of steps) yield step.map(lineOf).join('')
}

export async function sendReviewCsv(req: Request, res: Response, steps: AsyncGenerator<Reviewed[]>) {
  // Before anything is sent: when the database does not answer, that is a page that says so.
  const { value } = await steps.next()
  await sendFile(req, res, FILE, lines(value ?? [], steps))
}
