// The guards of the Admin Area, and the client that a URL names.

import type { Request, RequestHandler } from 'express'
import { type Client, findClient } from '../domain/clients.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Right } from '../domain/rights.ts'
import { findUser, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { ADMIN_LOGIN, askToLogIn } from '../web/ask-to-log-in.ts'
import { flash } from '../web/flash.ts'
import { guard } from '../web/guards.ts'
import { idOf, mustHold, wantsPartial } from '../web/request.ts'

const FACTOR_PAGE = '/admin/security'

const mustBeAdmin: RequestHandler = (req, res, next) => {
  if (req.visit.admin) return next()
  askToLogIn(req, res, ADMIN_LOGIN)
}

// Where every admin must have a second factor, those without reach only their own pages, and are led there.
const mustHaveFactor: RequestHandler = (req, res, next) => {
  if (req.visit.settings.adminsNeedFactor !== '1' || req.visit.admin?.factors) return next()
  flash(res, 'warning', 'admins.needFactor')
  if (wantsPartial(req)) return res.set('HX-Redirect', FACTOR_PAGE).status(403).end()
  res.redirect(303, FACTOR_PAGE)
}

/** For everyone, logged in or not. */
export const anyone = guard('anyone', [])
/** For any admin: what is theirs alone, and the way in and out. */
export const admin = guard('admin', [mustBeAdmin])
/** For any admin who has the second factor that may be demanded. */
export const anyAdmin = guard('admin', [mustBeAdmin, mustHaveFactor])

/** For admins whose role holds this right. */
export const holds = (right: Right) =>
  guard(`right ${right}`, [
    mustBeAdmin,
    mustHaveFactor,
    (req, _res, next) => {
      mustHold(req, right)
      next()
    },
  ])

/** The client of /admin/clients/:id/…; not there is 404. */
export const clientOf =
  (db: Db) =>
  async (req: Request): Promise<Client> => {
    const client = await findClient(db, idOf(req.params.id))
    if (!client) throw new NotFound()
    return client
  }

/** The login of /admin/users/:userId/…; not there is 404. */
export const userOf =
  (db: Db) =>
  async (req: Request): Promise<User> => {
    const user = await findUser(db, idOf(req.params.userId))
    if (!user) throw new NotFound()
    return user
  }
