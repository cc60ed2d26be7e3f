// The guards of the Client Area, in order. A route names the one it needs, so its permission can be read
// off it; a test walks all routes and fails on one without.

import type { Request, RequestHandler, Response } from 'express'
import { findReach } from '../domain/managing.ts'
import type { Permission } from '../domain/permissions.ts'
import { Refusal } from '../domain/refusal.ts'
import { isSwitchedOn } from '../domain/settings.ts'
import { fullName, getUser } from '../domain/users.ts'
import { askToLogIn, CLIENT_LOGIN } from '../web/ask-to-log-in.ts'
import { flash } from '../web/flash.ts'
import { guard } from '../web/guards.ts'
import { currentClient, currentUser, isOwner } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'

const mustBeLoggedIn: RequestHandler = (req, res, next) => {
  if (req.visit.user) return next()
  askToLogIn(req, res, CLIENT_LOGIN)
}

// Access taken away, a client closed, or none yet: the list of accounts is the way on.
const mustAct: RequestHandler = (req, res, next) => {
  if (req.visit.client) return next()
  flash(res, 'warning', 'account.choose')
  res.redirect(303, '/user/accounts')
}

// An admin who acts as this user has shown who they are in their own area.
const mustHaveFactor: RequestHandler = (req, res, next) => {
  const { user, client, acting } = req.visit
  if (acting || !client?.require_factor || (user?.factors ?? 0) > 0) return next()
  show(req, res.status(403), 'client-area/factor-needed')
}

/** For everyone, logged in or not. */
export const anyone = guard('anyone', [])
/** For a user, whatever they act for. */
export const loggedIn = guard('logged in', [mustBeLoggedIn])
/** For a user of the client they act for. */
export const associated = guard('associated', [mustBeLoggedIn, mustAct, mustHaveFactor])

const mustOwn: RequestHandler = (req, res, next) =>
  isOwner(req.visit) ? next() : denied(req, res, t('denied.owner'))

/** For the owner of the client. */
export const owner = guard('owner', [mustBeLoggedIn, mustAct, mustHaveFactor, mustOwn])

// The host may leave users to admins alone; read afresh (R8).
const mustBeOn: RequestHandler = async (req, res, next) => {
  if (await isSwitchedOn(req.app.locals.db, 'manageUsers')) return next()
  if (!req.visit.client) throw new Refusal('users.off')
  show(req, res.status(403), 'client-area/denied', { missing: t('users.off') })
}

const mustReach: RequestHandler = async (req, res, next) => {
  const reach = await findReach(req.app.locals.db, currentClient(req), currentUser(req))
  if (!reach) return lacks(req, res, 'users')
  req.visit.reach = reach
  next()
}

/** For whoever manages the users of the client: the owner, and those who hold `users`, as far as they reach (R10). */
export const manages = guard('permission users', [
  mustBeLoggedIn,
  mustAct,
  mustHaveFactor,
  mustBeOn,
  mustReach,
])

/** For what is the owner's alone in that. */
export const ownerManages = guard('owner · users managed', [
  ...[mustBeLoggedIn, mustAct, mustHaveFactor, mustBeOn, mustOwn, mustReach],
])

/** For a user, whatever they act for, where users manage users. */
export const whereManaged = guard('logged in · users managed', [mustBeLoggedIn, mustBeOn])

/** For those who hold this permission there. */
export const permitted = (permission: Permission) =>
  guard(`permission ${permission}`, [
    mustBeLoggedIn,
    mustAct,
    mustHaveFactor,
    (req, res, next) => (req.visit.permissions.includes(permission) ? next() : lacks(req, res, permission)),
  ])

const lacks = (req: Request, res: Response, permission: Permission) =>
  denied(req, res, t('denied.permission', { permission: t(`permission.${permission}.title`) }))

/** Says what is missing, whom to ask, and what this user may do here. */
async function denied(req: Request, res: Response, missing: string) {
  const owner = await getUser(req.app.locals.db, currentClient(req).owner_id)
  show(req, res.status(403), 'client-area/denied', { missing, ask: fullName(owner) })
}
