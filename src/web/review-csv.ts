// The access review as a file: the same rows as on the page, all of them.

import type { Request, Response } from 'express'
import type { Reviewed } from '../domain/access-review.ts'
import { clientName } from '../domain/clients.ts'
import { fullName } from '../domain/users.ts'
import { timestamp } from '../platform/clock.ts'
import { BYTE_ORDER_MARK, csvLine } from './csv.ts'
import { t } from './translate.ts'
import { permissionsInWords } from './words.ts'

const ROWS_A_STEP = 500

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

export async function sendReviewCsv(
  req: Request,
  res: Response,
  read: (limit: number, offset: number) => Promise<Reviewed[]>,
) {
  const lines = [BYTE_ORDER_MARK + csvLine(columns())]
  for (let offset = 0; ; offset += ROWS_A_STEP) {
    const step = await read(ROWS_A_STEP, offset)
    lines.push(...step.map(lineOf))
    if (step.length < ROWS_A_STEP) break
  }
  res.attachment(`access-review-${timestamp().slice(0, 10)}.csv`)
  res.set('Cache-Control', 'no-store')
  res.type('text/csv; charset=utf-8')
  res.send(req.method === 'HEAD' ? '' : lines.join(''))
}
