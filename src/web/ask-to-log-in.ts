// For a page that needs a login: a visit is sent to the login page and comes back, a posted form is kept, and a
// part of a page asked for by htmx makes the whole page go there.

import type { Request, Response } from 'express'
import { type Form, formOf } from './form.ts'
import { keepForm, keptOf, showKept } from './kept-form.ts'
import { safePath, wantsPartial } from './request.ts'
import { show } from './views.ts'

interface Area {
  login: string
  home: string
  view: string
}

export const CLIENT_LOGIN: Area = { login: '/login', home: '/clientarea', view: 'client-area/login' }
export const ADMIN_LOGIN: Area = { login: '/admin/login', home: '/admin', view: 'admin-area/login' }

export const showLogin = (req: Request, res: Response, area: Area, form: Form, returnTo: string) =>
  show(req, res, area.view, { form, returnTo, kept: keptOf(req) })

/** For who is logged in by now, in another tab: on to where the login would have led, with what it had kept. */
export async function passLogin(req: Request, res: Response, area: Area) {
  const returnTo = safePath(req.visit.typed?.returnTo ?? req.query.returnTo, area.home)
  if (!(await showKept(req, res, returnTo))) res.redirect(303, returnTo)
}

export function askToLogIn(req: Request, res: Response, area: Area) {
  const returnTo = safePath(req.originalUrl, area.home)
  const login = `${area.login}?returnTo=${encodeURIComponent(returnTo)}`
  if (req.method === 'POST') {
    keepForm(req)
    return showLogin(req, res.status(401), area, formOf(req), returnTo)
  }
  if (wantsPartial(req))
    return res.set('HX-Redirect', `${area.login}?returnTo=${area.home}`).status(401).end()
  res.redirect(303, login)
}
