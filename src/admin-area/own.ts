// What an admin has of their own: name and password.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { changeAdminPassword, renameAdmin } from '../domain/admin-passwords.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, passwordField, requiredLine, submit } from '../web/form.ts'
import { limit } from '../web/limits.ts'
import { actor, currentAdmin } from '../web/request.ts'
import { renewAdmin } from '../web/session.ts'
import { show } from '../web/views.ts'
import { admin } from './area.ts'

const NameForm = z.object({ name: requiredLine('field.missing', 100) })
const PasswordForm = z.object({ current_password: passwordField(), password: passwordField() })

export function own(db: Db) {
  const page = Router()
  const showProfile = (req: Request, res: Response, form: Form) =>
    show(req, res, 'admin-area/own-profile', { form })

  page.get('/admin/profile', ...admin, (req, res) =>
    showProfile(req, res, formOf(req, { name: currentAdmin(req).name })),
  )

  page.post('/admin/profile', ...admin, async (req, res) => {
    const form = await submit(NameForm, req.body, ({ name }) =>
      renameAdmin(db, actor(req), currentAdmin(req), name),
    )
    if (form) return showProfile(req, res.status(422), form)
    flash(res, 'success', 'own.saved')
    res.redirect(303, '/admin/profile')
  })

  const showPassword = (req: Request, res: Response, form: Form) =>
    show(req, res, 'admin-area/own-password', { form })

  page.get('/admin/password', ...admin, (req, res) => showPassword(req, res, formOf(req)))

  page.post('/admin/password', ...admin, limit('login'), async (req, res) => {
    const sessionId = req.visit.sessionId ?? ''
    const form = await submit(PasswordForm, req.body, ({ current_password: current, password }) =>
      changeAdminPassword(db, actor(req), currentAdmin(req), { current, password, sessionId }),
    )
    if (form) return showPassword(req, res.status(422), form)
    await renewAdmin(req, res, db)
    flash(res, 'success', 'own.passwordSaved')
    res.redirect(303, '/admin/password')
  })

  return page
}
