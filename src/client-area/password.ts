// Change Password: for who knows the one that holds. This session stays, under a new id; all others end.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { changePassword } from '../domain/changing-password.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, passwordField, submit } from '../web/form.ts'
import { forgiveLogin, limit } from '../web/limits.ts'
import { actor, currentUser } from '../web/request.ts'
import { renewSession } from '../web/session.ts'
import { show } from '../web/views.ts'
import { loggedIn } from './area.ts'

const PasswordForm = z.object({ current_password: passwordField(), password: passwordField() })

export function password(db: Db) {
  const page = Router()
  const showPassword = (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/password', { form })

  page.get('/user/password', ...loggedIn, (req, res) => showPassword(req, res, formOf(req)))

  page.post('/user/password', ...loggedIn, limit('login'), async (req, res) => {
    const form = await submit(PasswordForm, req.body, ({ current_password: current, password }) =>
      changePassword(db, actor(req), currentUser(req), { current, password }, req.visit.sessionId ?? ''),
    )
    if (form) return showPassword(req, res.status(422), form)
    await forgiveLogin(req)
    await renewSession(req, res, db)
    flash(res, 'success', 'password.changed')
    res.redirect(303, '/user/password')
  })

  return page
}
