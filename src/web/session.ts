// Cookies to people and back. Every request reads afresh who is logged in, which client they act for and
// what they may do there (R8): two queries.

import type { Request, RequestHandler, Response } from 'express'
import { isActingId, startActing } from '../domain/acting.ts'
import { type Admin, recordAdminLogin } from '../domain/admins.ts'
import { findClientOf } from '../domain/associations.ts'
import type { Client } from '../domain/clients.ts'
import { noteDevice } from '../domain/devices.ts'
import { enterClient, markEntered } from '../domain/entering.ts'
import { chooseClient, recordLogin } from '../domain/logins.ts'
import { asPerson, type Person } from '../domain/people.ts'
import { renewAdminSession, renewUserSession } from '../domain/renewing-sessions.ts'
import {
  actFor,
  endAdminSession,
  endUserSession,
  findAdminSession,
  findUserSession,
  startAdminSession,
  startUserSession,
} from '../domain/sessions.ts'
import { lastSettings, readSettings, SETTINGS } from '../domain/settings.ts'
import type { User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { clearCookie, readCookie, setCookie } from './cookies.ts'
import { deviceToKeep } from './device-cookie.ts'
import { flash, takeFlash } from './flash.ts'
import { actor, currentAdmin, isAdminArea, newRequestId } from './request.ts'

export const USER_COOKIE = 'session'
export const ADMIN_COOKIE = 'admin_session'
const COOKIE_DAYS = 90

/** So that every later step, an error page too, finds a visit. */
export const begin: RequestHandler = (req, res, next) => {
  req.visit = { requestId: newRequestId(), permissions: [], settings: SETTINGS }
  res.set('X-Request-Id', req.visit.requestId)
  next()
}

/** Whose house this is, for every page, also those that refuse before anybody is recognised. */
export const readHost =
  (db: Db): RequestHandler =>
  async (req, _res, next) => {
    req.visit.settings = lastSettings(db)
    req.visit.settings = await readSettings(db)
    next()
  }

/** Who this is, for every page. */
export const recognise =
  (db: Db): RequestHandler =>
  async (req, res, next) => {
    const told = req.method === 'GET' ? takeFlash(req, res) : undefined
    if (told) req.visit.flash = told
    await (isAdminArea(req) ? recogniseAdmin(db, req) : recogniseUser(db, req, res))
    next()
  }

async function recogniseAdmin(db: Db, req: Request) {
  const id = readCookie(req, ADMIN_COOKIE)
  const admin = id && (await findAdminSession(db, id))
  if (id && admin) Object.assign(req.visit, { admin, sessionId: id })
}

async function recogniseUser(db: Db, req: Request, res: Response) {
  const id = readCookie(req, USER_COOKIE)
  const session = id ? await findUserSession(db, id, readCookie(req, ADMIN_COOKIE)) : undefined
  if (id && !session && isActingId(id)) {
    clearCookie(res, USER_COOKIE)
    flash(res, 'warning', 'acting.over')
  }
  if (!id || !session) return
  const { user } = session
  Object.assign(req.visit, { user, sessionId: id, ...('acting' in session && { acting: session.acting }) })
  const here = session.actingClientId && (await findClientOf(db, user, session.actingClientId))
  if (here && here.client.status !== 'closed')
    Object.assign(req.visit, { client: here.client, permissions: here.permissions })
}

const where = (req: Request) => ({ ip: req.ip ?? '', userAgent: req.get('User-Agent') ?? '' })

interface LoggingIn {
  /** The account to act for; else the one used last. */
  client?: Client
  /** Whether the browser keeps the session when it is closed. */
  remember?: boolean
}

/** From now on this browser is known to them. */
export async function noteBrowser(req: Request, res: Response, db: Db, person: Person, isTold = false) {
  const { kind, id, name } = person
  const by = { ...actor(req), kind, id, name }
  await noteDevice(db, by, person, { hash: deviceToKeep(req, res), isTold, ...where(req) })
}

/** Logs in with a new session, whatever was there before. */
export async function logIn(req: Request, res: Response, db: Db, user: User, how: LoggingIn = {}) {
  if (req.visit.sessionId) await endUserSession(db, req.visit.sessionId)
  await recordLogin(db, actor(req), user)
  await noteBrowser(req, res, db, asPerson(user))
  req.visit.user = user
  const acting = how.client ?? (await chooseClient(db, user))
  if (acting) await markEntered(db, acting, user)
  const id = await startUserSession(db, user, where(req), acting?.id ?? null, how.remember)
  setCookie(res, USER_COOKIE, id, how.remember ? COOKIE_DAYS : undefined)
}

/** A new id for the same session: after what makes it worth more, or another's copy of it worth nothing. */
export async function renewSession(req: Request, res: Response, db: Db) {
  if (!req.visit.sessionId) return
  const { id, remember } = await renewUserSession(db, req.visit.sessionId)
  req.visit.sessionId = id
  setCookie(res, USER_COOKIE, id, remember ? COOKIE_DAYS : undefined)
}

export async function renewAdmin(req: Request, res: Response, db: Db) {
  if (!req.visit.sessionId) return
  req.visit.sessionId = await renewAdminSession(db, req.visit.sessionId)
  setCookie(res, ADMIN_COOKIE, req.visit.sessionId)
}

export async function logInAdmin(req: Request, res: Response, db: Db, admin: Admin) {
  if (req.visit.sessionId) await endAdminSession(db, req.visit.sessionId)
  await recordAdminLogin(db, actor(req), admin)
  await noteBrowser(req, res, db, asPerson(admin))
  setCookie(res, ADMIN_COOKIE, await startAdminSession(db, admin, where(req)))
}

/** This browser is the user's, by an admin, in place of whoever was logged in to the Client Area. */
export async function actAsUser(req: Request, res: Response, db: Db, user: User, client: Client | undefined) {
  const { sessionId = '' } = req.visit
  const starting = { admin: currentAdmin(req), adminSessionId: sessionId, user, client, where: where(req) }
  const former = readCookie(req, USER_COOKIE)
  setCookie(res, USER_COOKIE, await startActing(db, actor(req), { ...starting, former }))
}

/** From here on this session acts for the client. An admin who does is not the user who was here last. */
export async function enter(req: Request, db: Db, client: Client) {
  const { sessionId, user, acting } = req.visit
  if (!sessionId || !user) return
  await (acting ? actFor(db, sessionId, client) : enterClient(db, sessionId, client, user))
}
