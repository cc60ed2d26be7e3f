// A list of e-mails, of everybody or of one client: the same filters, the same rows.

import type { Request } from 'express'
import { countEmails, EMAIL_STATUSES, listEmails } from '../domain/email-log.ts'
import { cutPage } from '../domain/pages.ts'
import type { Db } from '../platform/database.ts'
import { idOf } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'

const PAGE_SIZE = 25

export async function readEmailList(db: Db, req: Request, client?: { id: number }) {
  const search = String(req.query.search ?? '').slice(0, 100)
  const status = EMAIL_STATUSES.find((one) => one === req.query.status)
  const before = idOf(req.query.before)
  const wanted = {
    search,
    before,
    limit: PAGE_SIZE + 1,
    ...(client && { client }),
    ...(status && { status }),
  }
  const found = cutPage(await listEmails(db, wanted), PAGE_SIZE)
  const total = await totalBelow({ ...found, before }, () => countEmails(db, wanted))
  const asked = { search, status: status ?? '', before }
  return { ...found, ...asked, total, statuses: EMAIL_STATUSES, url: req.path }
}
