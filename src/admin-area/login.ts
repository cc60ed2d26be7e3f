// Logging in and out of the Admin Area: its own people, its own session.

import { Router } from 'express'
import { type Admin, checkAdminLogin, recordAdminLogout } from '../domain/admins.ts'
import { asPerson } from '../domain/people.ts'
import { endAdminSession } from '../domain/sessions.ts'
import type { Db } from '../platform/database.ts'
import { ADMIN_LOGIN, passLogin, showLogin } from '../web/ask-to-log-in.ts'
import { clearCookie } from '../web/cookies.ts'
import { flash } from '../web/flash.ts'
import { formOf, submit } from '../web/form.ts'
import { forgiveLogin, limit } from '../web/limits.ts'
import { LoginForm } from '../web/login-form.ts'
import { passkeyLogin, passkeyLoginPages } from '../web/passkey-login.ts'
import { actor, safePath } from '../web/request.ts'
import { finishLogin, secondStepPages } from '../web/second-step.ts'
import { ADMIN_COOKIE } from '../web/session.ts'
import { tryLogin } from '../web/try-login.ts'
import { show } from '../web/views.ts'
import { admin, anyone } from './area.ts'

export function login(db: Db) {
  const page = Router()

  page.get('/admin/login', ...anyone, (req, res) => {
    if (req.visit.admin) return passLogin(req, res, ADMIN_LOGIN)
    showLogin(req, res, ADMIN_LOGIN, formOf(req), safePath(req.query.returnTo, ADMIN_LOGIN.home))
  })

  page.post('/admin/login', ...anyone, limit('login'), passkeyLogin(db, 'admin'), async (req, res) => {
    const returnTo = safePath(req.body.returnTo, ADMIN_LOGIN.home)
    let found: Admin | undefined
    const form = await submit(LoginForm, req.body, async ({ email, password }) => {
      found = await tryLogin(req, 'admin', email, () => checkAdminLogin(db, email, password))
    })
    if (form || !found) return showLogin(req, res.status(422), ADMIN_LOGIN, form ?? formOf(req), returnTo)
    await forgiveLogin(req)
    await finishLogin(req, res, db, asPerson(found))
  })

  page.use(passkeyLoginPages(db, 'admin', anyone))
  page.use(secondStepPages(db, 'admin', { get: anyone, post: anyone }))

  page.get('/admin/logout', ...admin, (req, res) => show(req, res, 'admin-area/logout'))

  page.post('/admin/logout', ...admin, async (req, res) => {
    const { sessionId = '' } = req.visit
    await recordAdminLogout(db, actor(req), sessionId)
    await endAdminSession(db, sessionId)
    clearCookie(res, ADMIN_COOKIE)
    flash(res, 'success', 'logout.done')
    res.redirect(303, '/admin/login')
  })

  return page
}
