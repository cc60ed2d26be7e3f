// Logging in by a passkey alone, in both areas: the same form of the login page, with the passkey's answer instead of
// address and password. A passkey has verified its person, so there is no second step.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { logInByPasskey, passkeyOptions } from '../domain/passkey-logins.ts'
import type { Person } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { ADMIN_LOGIN, CLIENT_LOGIN, showLogin } from './ask-to-log-in.ts'
import { formOf, submit } from './form.ts'
import { forgiveLogin, limit } from './limits.ts'
import { passkeyField } from './passkey-form.ts'
import { actor, safePath } from './request.ts'
import { completeLogin } from './second-step.ts'

const AREAS = { user: CLIENT_LOGIN, admin: ADMIN_LOGIN }

const PasskeyForm = z.object({ passkey: passkeyField() })

/** Takes the login when it was sent with a passkey; else the password counts. */
export const passkeyLogin =
  (db: Db, kind: Person['kind']): RequestHandler =>
  (req, res, next) =>
    req.body.passkey ? finish(req, res, db, kind) : next()

async function finish(req: Request, res: Response, db: Db, kind: Person['kind']) {
  const area = AREAS[kind]
  const returnTo = safePath(req.body.returnTo, area.home)
  let person: Person | undefined
  const form = await submit(PasskeyForm, req.body, async ({ passkey }) => {
    person = await logInByPasskey(db, actor(req), kind, passkey)
  })
  if (form || !person) return showLogin(req, res.status(422), area, form ?? formOf(req), returnTo)
  await forgiveLogin(req)
  await completeLogin(req, res, db, person, { remember: req.body.remember === '1', returnTo })
}

/** What a browser asks for before it asks for the passkey. */
export function passkeyLoginPages(db: Db, kind: Person['kind'], guard: RequestHandler[]) {
  const page = Router()
  const { login } = AREAS[kind]

  page.get(`${login}/passkey`, ...guard, (_req, res) => res.redirect(303, login))

  page.post(`${login}/passkey`, ...guard, limit('link'), async (_req, res) => {
    res.json(await passkeyOptions(db, kind))
  })

  return page
}
