// A client's Emails tab: what was sent about this client, to anybody.

import { Router } from 'express'
import type { Db } from '../platform/database.ts'
import { show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'
import { readEmailList } from './email-list.ts'

export function clientEmails(db: Db) {
  const page = Router()
  const target = clientOf(db)

  page.get('/admin/clients/:id/emails', ...holds('see-emails'), async (req, res) => {
    const client = await target(req)
    const data = { ...(await readEmailList(db, req, client)), client, tab: 'emails' }
    show(req, res, 'admin-area/client-emails', data, 'admin-area/_emails')
  })

  return page
}
