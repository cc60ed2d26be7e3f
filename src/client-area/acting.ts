// The way back for an admin who acts as a user.

import { type Request, type Response, Router } from 'express'
import { endActing } from '../domain/acting.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { clearCookie } from '../web/cookies.ts'
import { flash } from '../web/flash.ts'
import { actAs } from '../web/guards.ts'
import { actor, currentUser } from '../web/request.ts'
import { USER_COOKIE } from '../web/session.ts'
import { show } from '../web/views.ts'
import { anyone } from './area.ts'

/** Where the admin came from: the client's page, else the user's. */
export async function backToAdminArea(req: Request, res: Response, db: Db) {
  const { acting, client, sessionId = '' } = req.visit
  // Over by now: the button was pressed on a page of before.
  if (!acting) return res.redirect(303, req.visit.user ? '/clientarea' : '/admin')
  const user = currentUser(req)
  await endActing(db, actor(req), acting, sessionId)
  clearCookie(res, USER_COOKIE)
  flash(res, 'success', 'acting.ended', { name: fullName(user) })
  if (client && acting.rights.includes('list-clients'))
    return res.redirect(303, `/admin/clients/${client.id}`)
  res.redirect(303, acting.rights.includes('list-users') ? `/admin/users/${user.id}` : '/admin')
}

export function acting(db: Db) {
  const page = Router()

  page.get('/acting/end', ...anyone, (req, res) => {
    if (req.visit.acting) return show(req, res, 'client-area/acting-end')
    res.redirect(303, req.visit.user ? '/clientarea' : '/admin')
  })

  page.post('/acting/end', ...actAs('act-as-user', anyone), (req, res) => backToAdminArea(req, res, db))

  return page
}
