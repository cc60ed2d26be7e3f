// Logging in and out. Whoever was sent here comes back to where they were going; a form that was posted after
// the session had ended is kept, shown after the login, and sent only by the person's own click.

import { type Request, type Response, Router } from 'express'
import { checkLogin, recordLogout } from '../domain/logins.ts'
import { endUserSession } from '../domain/sessions.ts'
import type { User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { clearCookie } from '../web/cookies.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, submit } from '../web/form.ts'
import { keepForm, keptOf, showKept } from '../web/kept-form.ts'
import { forgiveLogin, limit } from '../web/limits.ts'
import { LoginForm } from '../web/login-form.ts'
import { actor, safePath } from '../web/request.ts'
import { logIn, USER_COOKIE } from '../web/session.ts'
import { show } from '../web/views.ts'
import { anyone } from './area.ts'

const HOME = '/clientarea'

const showLogin = (req: Request, res: Response, form: Form, returnTo: string) =>
  show(req, res, 'client-area/login', { form, returnTo, kept: keptOf(req), action: '/login' })

/** For a page that needs a login: 303 for a visit, 401 with the form kept for a post. */
export function askToLogIn(req: Request, res: Response) {
  const returnTo = safePath(req.originalUrl, HOME)
  if (req.method !== 'POST') return res.redirect(303, `/login?returnTo=${encodeURIComponent(returnTo)}`)
  keepForm(req)
  showLogin(req, res.status(401), formOf(req), returnTo)
}

export function login(db: Db) {
  const page = Router()

  page.get('/login', ...anyone, (req, res) => {
    const returnTo = safePath(req.query.returnTo, HOME)
    if (req.visit.user) return res.redirect(303, returnTo)
    showLogin(req, res, formOf(req), returnTo)
  })

  page.post('/login', ...anyone, limit('login'), async (req, res) => {
    const returnTo = safePath(req.body.returnTo, HOME)
    let user: User | undefined
    const form = await submit(LoginForm, req.body, async ({ email, password }) => {
      user = await checkLogin(db, email, password)
    })
    if (form || !user) return showLogin(req, res.status(422), form ?? formOf(req), returnTo)
    await forgiveLogin(req)
    await logIn(req, res, db, user)
    if (showKept(req, res, returnTo)) return
    res.redirect(303, returnTo)
  })

  page.get('/logout', ...anyone, (req, res) => {
    if (!req.visit.user) return res.redirect(303, '/login')
    show(req, res, 'client-area/logout')
  })

  page.post('/logout', ...anyone, async (req, res) => {
    const { user, sessionId } = req.visit
    if (user && sessionId) {
      await recordLogout(db, actor(req), user)
      await endUserSession(db, sessionId)
    }
    clearCookie(res, USER_COOKIE)
    const returnTo = safePath(req.body.returnTo, '/login')
    if (returnTo === '/login') flash(res, 'success', 'logout.done')
    res.redirect(303, returnTo)
  })

  return page
}
