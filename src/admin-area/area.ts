// The guards of the Admin Area, and the client that a URL names.

import type { Request, RequestHandler } from 'express'
import { type Client, findClient } from '../domain/clients.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Right } from '../domain/rights.ts'
import type { Db } from '../platform/database.ts'
import { ADMIN_LOGIN, askToLogIn } from '../web/ask-to-log-in.ts'
import { guard } from '../web/guards.ts'
import { idOf, mustHold } from '../web/request.ts'

const mustBeAdmin: RequestHandler = (req, res, next) => {
  if (req.visit.admin) return next()
  askToLogIn(req, res, ADMIN_LOGIN)
}

/** For everyone, logged in or not. */
export const anyone = guard('anyone', [])
/** For any admin: what is theirs alone, and the way in and out. */
export const admin = guard('admin', [mustBeAdmin])

/** For admins whose role holds this right. */
export const holds = (right: Right) =>
  guard(`right ${right}`, [
    mustBeAdmin,
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
