// "Forgot password": also how users whom an admin made set their first one.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findReset, requestReset, resetPassword } from '../domain/password-resets.ts'
import { asPerson } from '../domain/people.ts'
import { Refusal } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { emailField, type Form, formOf, passwordField, submit } from '../web/form.ts'
import { limit } from '../web/limits.ts'
import { actor } from '../web/request.ts'
import { noteBrowser } from '../web/session.ts'
import { show } from '../web/views.ts'
import { anyone } from './area.ts'

const AskForm = z.object({ email: emailField() })
const SetForm = z.object({ password: passwordField() })

export function passwordReset(db: Db) {
  const page = Router()
  const showAsk = (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/password-forgotten', { form })

  page.get('/password/reset', ...anyone, (req, res) => showAsk(req, res, formOf(req)))

  page.post('/password/reset', ...anyone, limit('mail'), async (req, res) => {
    const form = await submit(AskForm, req.body, ({ email }) => requestReset(db, actor(req), email))
    if (form) return showAsk(req, res.status(422), form)
    show(req, res, 'client-area/check-mail', { email: String(req.body.email).trim() })
  })

  const showSet = async (req: Request, res: Response, form: Form) => {
    const found = await findReset(db, String(req.params.token))
    if (!found) throw new Refusal('link.dead')
    show(req, res, 'client-area/password-reset', { form, email: found.user.email })
  }

  page.get('/password/reset/:token', ...anyone, limit('link'), (req, res) => showSet(req, res, formOf(req)))

  page.post('/password/reset/:token', ...anyone, limit('login'), async (req, res) => {
    const form = await submit(SetForm, req.body, async ({ password }) => {
      const user = await resetPassword(db, actor(req), String(req.params.token), password)
      // However hard strangers guess meanwhile: who reads the mail comes in from here (HARD-CASES H23).
      await noteBrowser(req, res, db, asPerson(user), true)
    })
    if (form) return showSet(req, res.status(422), form)
    flash(res, 'success', 'password.set')
    res.redirect(303, '/login')
  })

  return page
}
