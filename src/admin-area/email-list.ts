// A list of e-mails, of everybody or of one client: the same filters, the same rows.

import type { Request } from 'express'
import { EMAIL_STATUSES, listEmails } from '../domain/email-log.ts'
import type { Db } from '../platform/database.ts'
import { idOf } from '../web/request.ts'

const PAGE_SIZE = 25

export async function readEmailList(db: Db, req: Request, client?: { id: number }) {
  const search = String(req.query.search ?? '').slice(0, 100)
  const status = EMAIL_STATUSES.find((one) => one === req.query.status)
  const before = idOf(req.query.before)
  const found = await listEmails(db, {
    search,
    limit: PAGE_SIZE + 1,
    ...(client && { client }),
    ...(status && { status }),
    ...(before && { before }),
  })
  const list = found.slice(0, PAGE_SIZE)
  const next = found.length > PAGE_SIZE ? list.at(-1)?.id : undefined
  return { list, next, search, status: status ?? '', before, statuses: EMAIL_STATUSES, url: req.path }
}
