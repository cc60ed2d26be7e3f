// Logging in and out. Whoever was sent here comes back to where they were going; a form that was posted after
// the session had ended is kept, shown after the login, and sent only by the person's own click.

import { type RequestHandler, Router } from 'express'
import type { Actor } from '../domain/change.ts'
import { markOpened } from '../domain/invitation-links.ts'
import { checkLogin, recordLogout } from '../domain/logins.ts'
import { asPerson } from '../domain/people.ts'
import { endUserSession } from '../domain/sessions.ts'
import type { User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { CLIENT_LOGIN, passLogin, showLogin } from '../web/ask-to-log-in.ts'
import { clearCookie } from '../web/cookies.ts'
import { flash } from '../web/flash.ts'
import { formOf, submit } from '../web/form.ts'
import { actAs } from '../web/guards.ts'
import { forgiveLogin, limit } from '../web/limits.ts'
import { LoginForm } from '../web/login-form.ts'
import { passkeyLogin, passkeyLoginPages } from '../web/passkey-login.ts'
import { actor, safePath } from '../web/request.ts'
import { finishLogin, secondStepPages } from '../web/second-step.ts'
import { USER_COOKIE } from '../web/session.ts'
import { tryLogin } from '../web/try-login.ts'
import { show } from '../web/views.ts'
import { backToAdminArea } from './acting.ts'
import { anyone } from './area.ts'

// The accept page has forms that come here: to log in, and to do so as somebody else (HARD-CASES H28).
async function noteOpened(db: Db, by: Actor, returnTo: string) {
  const token = /^\/invite\/([^/?#]+)/.exec(returnTo)?.[1]
  if (token) await markOpened(db, by, token)
}

export function login(db: Db) {
  const page = Router()

  page.get('/login', ...anyone, (req, res) => {
    if (req.visit.user) return passLogin(req, res, CLIENT_LOGIN)
    showLogin(req, res, CLIENT_LOGIN, formOf(req), safePath(req.query.returnTo, CLIENT_LOGIN.home))
  })

  const noting: RequestHandler = async (req, _res, next) => {
    await noteOpened(db, actor(req), safePath(req.body.returnTo, CLIENT_LOGIN.home))
    next()
  }

  page.post('/login', ...anyone, limit('login'), noting, passkeyLogin(db, 'user'), async (req, res) => {
    const returnTo = safePath(req.body.returnTo, CLIENT_LOGIN.home)
    let user: User | undefined
    const form = await submit(LoginForm, req.body, async ({ email, password }) => {
      user = await tryLogin(req, 'user', email, () => checkLogin(db, email, password))
    })
    if (form || !user) return showLogin(req, res.status(422), CLIENT_LOGIN, form ?? formOf(req), returnTo)
    await forgiveLogin(req)
    await finishLogin(req, res, db, asPerson(user), { remember: req.body.remember === '1' })
  })

  page.use(passkeyLoginPages(db, 'user', anyone))
  page.use(secondStepPages(db, 'user', { get: anyone, post: anyone }))

  page.get('/logout', ...anyone, (req, res) => {
    if (!req.visit.user) return res.redirect(303, '/login')
    if (req.visit.acting) return res.redirect(303, '/acting/end')
    show(req, res, 'client-area/logout')
  })

  page.post('/logout', ...actAs('act-as-user', anyone), async (req, res) => {
    const { user, sessionId } = req.visit
    if (req.visit.acting) return backToAdminArea(req, res, db)
    if (user && sessionId) {
      await recordLogout(db, actor(req), user)
      await endUserSession(db, sessionId)
    }
    clearCookie(res, USER_COOKIE)
    const returnTo = safePath(req.body.returnTo, '/login')
    await noteOpened(db, actor(req), returnTo)
    if (returnTo === '/login') flash(res, 'success', 'logout.done')
    res.redirect(303, returnTo)
  })

  return page
}
