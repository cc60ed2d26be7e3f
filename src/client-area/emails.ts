// Email History: what was sent about this account, for those who hold `emails`, as far as it is theirs to read; one
// message as it was sent, its link left out.

import { type Request, Router } from 'express'
import { countAccountEmails, findAccountEmail, listAccountEmails } from '../domain/email-readers.ts'
import { cutPage } from '../domain/pages.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { allowFrame, renderLogged, sendMail } from '../web/mail-page.ts'
import { currentClient, currentUser, idOf } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'
import { show } from '../web/views.ts'
import { permitted } from './area.ts'

const URL = '/account/emails'
const PAGE_SIZE = 25

export function emails(db: Db) {
  const page = Router()
  const readerOf = (req: Request) => ({ client: currentClient(req), user: currentUser(req) })

  page.get(URL, ...permitted('emails'), async (req, res) => {
    const asked = typeof req.query.search === 'string' ? req.query.search : ''
    const search = asked.trim().slice(0, 100)
    const before = idOf(req.query.before)
    const reader = readerOf(req)
    const emails = await listAccountEmails(db, reader, { search, before, limit: PAGE_SIZE + 1 })
    const found = { ...cutPage(emails, PAGE_SIZE), before, search }
    const total = await totalBelow(found, () => countAccountEmails(db, reader, { search }))
    show(req, res, 'client-area/emails', { ...found, total }, 'client-area/_emails')
  })

  async function target(req: Request) {
    const email = await findAccountEmail(db, readerOf(req), idOf(req.params.emailId))
    if (!email) throw new NotFound()
    return email
  }

  page.get(`${URL}/:emailId`, ...permitted('emails'), async (req, res) => {
    const email = await target(req)
    const message = await renderLogged(db, req, email)
    const frame = `${URL}/${email.id}/html`
    show(req, allowFrame(res), 'client-area/email', { email, message, frame })
  })

  page.get(`${URL}/:emailId/html`, ...permitted('emails'), async (req, res) => {
    const message = await renderLogged(db, req, await target(req))
    if (!message) throw new NotFound()
    sendMail(req, res, message.html)
  })

  return page
}
