// Emails: what was sent to whom and what became of it; one message as it was sent, its link left out; sending again.

import { type Request, type Response, Router } from 'express'
import {
  countFailed,
  findEmail,
  findWhyOver,
  type LoggedEmail,
  retryEmail,
  retryFailedEmails,
} from '../domain/email-log.ts'
import { isHeld } from '../domain/emails.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { allowFrame, renderLogged, sendMail } from '../web/mail-page.ts'
import { actor, idOf } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'
import { readEmailList } from './email-list.ts'

const URL = '/admin/emails'
const ONE = `${URL}/:emailId`

export function emails(db: Db) {
  const page = Router()

  page.get(URL, ...holds('see-emails'), async (req, res) => {
    const data = { ...(await readEmailList(db, req)), failed: (await countFailed(db)).all }
    show(req, res, 'admin-area/emails', data, 'admin-area/_emails')
  })

  async function askRetryAll(req: Request, res: Response, form: Form) {
    const { all, refused } = await countFailed(db)
    const question = {
      title: t('emails.retryAll.title'),
      sentence: t(all ? 'emails.retryAll.sentence' : 'emails.retryAll.none', { all, refused }),
      button: t('emails.retryAll'),
      keep: t('emails.retryAll.keep'),
      hidden: all === 0,
      action: `${URL}/retry-failed`,
      back: URL,
    }
    show(req, res, 'admin-area/confirm', { form, question }, 'admin-area/_confirm')
  }

  page.get(`${URL}/retry-failed`, ...holds('run-again'), (req, res) => askRetryAll(req, res, formOf(req)))

  page.post(`${URL}/retry-failed`, ...holds('run-again'), async (req, res) => {
    const { again, over } = await retryFailedEmails(db, actor(req))
    flash(res, 'success', over ? 'emails.retriedAll.some' : 'emails.retriedAll', { again, over })
    res.redirect(303, URL)
  })

  async function target(req: Request): Promise<LoggedEmail> {
    const email = await findEmail(db, idOf(req.params.emailId))
    if (!email) throw new NotFound()
    return email
  }

  async function showEmail(req: Request, res: Response, email: LoggedEmail, form: Form) {
    const message = await renderLogged(db, req, email)
    const data = {
      email,
      message,
      form,
      over: await findWhyOver(db, email),
      held: isHeld(email),
      frame: `${URL}/${email.id}/html`,
    }
    show(req, allowFrame(res), 'admin-area/email', data)
  }

  page.get(ONE, ...holds('see-emails'), async (req, res) =>
    showEmail(req, res, await target(req), formOf(req)),
  )

  page.get(`${ONE}/html`, ...holds('see-emails'), async (req, res) => {
    const message = await renderLogged(db, req, await target(req))
    if (!message) throw new NotFound()
    sendMail(req, res, message.html)
  })

  page.get(`${ONE}/retry`, ...holds('run-again'), async (req, res) =>
    showEmail(req, res, await target(req), formOf(req)),
  )

  page.post(`${ONE}/retry`, ...holds('run-again'), async (req, res) => {
    const email = await target(req)
    const form = await submit(NoInput, req.body, () => retryEmail(db, actor(req), email))
    if (form) return showEmail(req, res.status(422), await target(req), form)
    flash(res, 'success', 'emails.retried', { email: email.to_address })
    res.redirect(303, `${URL}/${email.id}`)
  })

  return page
}
