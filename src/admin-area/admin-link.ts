// Ways in for admins by a link: a password that is forgotten or was never set, and the first admin of all.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findAdminReset, requestAdminReset, resetAdminPassword } from '../domain/admin-passwords.ts'
import { findFirstLink, useFirstLink } from '../domain/first-admin.ts'
import { asPerson } from '../domain/people.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { emailField, type Form, formOf, passwordField, requiredLine, submit } from '../web/form.ts'
import { limit } from '../web/limits.ts'
import { actor } from '../web/request.ts'
import { noteBrowser } from '../web/session.ts'
import { show } from '../web/views.ts'
import { anyone } from './area.ts'

const AskForm = z.object({ email: emailField() })
const SetForm = z.object({ password: passwordField() })
const FirstForm = z.object({
  name: requiredLine('field.missing', 100),
  email: emailField(),
  password: passwordField(),
})

export function adminLink(db: Db) {
  const page = Router()
  const showAsk = (req: Request, res: Response, form: Form) =>
    show(req, res, 'admin-area/password-forgotten', { form })

  page.get('/admin/password/reset', ...anyone, (req, res) => showAsk(req, res, formOf(req)))

  page.post('/admin/password/reset', ...anyone, limit('mail'), async (req, res) => {
    const form = await submit(AskForm, req.body, ({ email }) => requestAdminReset(db, actor(req), email))
    if (form) return showAsk(req, res.status(422), form)
    show(req, res, 'admin-area/check-mail', { email: String(req.body.email).trim() })
  })

  const showSet = async (req: Request, res: Response, form: Form) => {
    const found = await findAdminReset(db, String(req.params.token))
    if (!found) throw new Refusal('link.dead')
    show(req, res, 'admin-area/password-reset', { form, email: found.email })
  }
  const URL = '/admin/password/reset/:token'

  page.get(URL, ...anyone, limit('link'), (req, res) => showSet(req, res, formOf(req)))

  page.post(URL, ...anyone, limit('login'), async (req, res) => {
    const form = await submit(SetForm, req.body, async ({ password }) => {
      const admin = await resetAdminPassword(db, actor(req), String(req.params.token), password)
      await noteBrowser(req, res, db, asPerson(admin), true)
    })
    if (form) return showSet(req, res.status(422), form)
    flash(res, 'success', 'password.set')
    res.redirect(303, '/admin/login')
  })

  const showFirst = async (req: Request, res: Response, form: Form) => {
    if (!(await findFirstLink(db, String(req.params.token)))) throw new Refusal('link.dead')
    show(req, res, 'admin-area/first-admin', { form })
  }
  const FIRST = '/admin/first/:token'

  page.get(FIRST, ...anyone, limit('link'), (req, res) => showFirst(req, res, formOf(req)))

  page.post(FIRST, ...anyone, limit('login'), async (req, res) => {
    const form = await submit(FirstForm, req.body, (input) =>
      useFirstLink(db, actor(req), String(req.params.token), input),
    )
    if (form) return showFirst(req, res.status(422), form)
    flash(res, 'success', 'firstAdmin.done')
    res.redirect(303, '/admin/login')
  })

  return page
}
