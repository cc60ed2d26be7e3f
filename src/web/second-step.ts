// How a login ends, in both areas: with a session, or first with the page that asks for the second factor. Where
// one was going and a form that was kept ride along in the hidden fields of that page.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { Client } from '../domain/clients.ts'
import { passkeyOptions } from '../domain/passkey-logins.ts'
import { listPasskeys } from '../domain/passkeys.ts'
import { findPersonRow, type Person } from '../domain/people.ts'
import { Refusal } from '../domain/refusal.ts'
import { findSecondStep, passSecondStep, startSecondStep } from '../domain/second-steps.ts'
import { findTotp } from '../domain/totp.ts'
import type { Db } from '../platform/database.ts'
import { ADMIN_LOGIN, CLIENT_LOGIN, passLogin, showLogin } from './ask-to-log-in.ts'
import { clearCookie, readCookie, setCookie } from './cookies.ts'
import { flash } from './flash.ts'
import { check, emptyForm, type Form, formOf, optionalLine, requiredLine, submit } from './form.ts'
import { keptOf, showKept } from './kept-form.ts'
import { forgiveLogin, limit } from './limits.ts'
import { passkeyField } from './passkey-form.ts'
import { actor, safePath } from './request.ts'
import { logIn, logInAdmin } from './session.ts'
import { t } from './translate.ts'
import { tryLogin } from './try-login.ts'
import { show } from './views.ts'

const AREAS = {
  user: { ...CLIENT_LOGIN, cookie: 'second_step', layout: 'client-area' },
  admin: { ...ADMIN_LOGIN, cookie: 'admin_second_step', layout: 'admin-area' },
}

const GivenForm = z.object({ code: optionalLine(100), passkey: passkeyField() })

interface Ending {
  remember?: boolean
  /** The account to act for, where no second step comes between; else the one used last. */
  client?: Client
  /** Where to go, if the form does not say. */
  returnTo?: string
}

const urlOf = (kind: Person['kind']) => `${AREAS[kind].login}/second-step`

async function showStep(
  req: Request,
  res: Response,
  db: Db,
  person: Person,
  { form, returnTo }: { form: Form; returnTo: string },
) {
  const { kind } = person
  show(req, res, 'includes/second-step', {
    form,
    returnTo,
    hasApp: Boolean(await findTotp(db, person)),
    hasPasskey: (await listPasskeys(db, person)).length > 0,
    kept: keptOf(req),
    action: urlOf(kind),
    ...AREAS[kind],
  })
}

/** After the right password: the second step for whoever has a factor, else the session. */
export async function finishLogin(req: Request, res: Response, db: Db, person: Person, how: Ending = {}) {
  const { home, cookie } = AREAS[person.kind]
  const returnTo = how.returnTo ?? safePath(req.body?.returnTo, home)
  if (person.factors === 0) return completeLogin(req, res, db, person, { ...how, returnTo })
  setCookie(res, cookie, await startSecondStep(db, person, { remember: how.remember ?? false }))
  if (keptOf(req)) return showStep(req, res, db, person, { form: emptyForm(), returnTo })
  res.redirect(303, `${urlOf(person.kind)}?returnTo=${encodeURIComponent(returnTo)}`)
}

/** Ends it with the session, once everything has been shown. */
export async function completeLogin(
  req: Request,
  res: Response,
  db: Db,
  person: Person,
  { returnTo = '/', ...how }: Ending,
) {
  const found = await findPersonRow(db, person)
  if ('first_name' in found) await logIn(req, res, db, found, how)
  else await logInAdmin(req, res, db, found)
  if (!(await showKept(req, res, returnTo))) res.redirect(303, returnTo)
}

/** The page that asks for the code: before it is given there is no session (HARD-CASES H19). */
export function secondStepPages(
  db: Db,
  kind: Person['kind'],
  guards: { get: RequestHandler[]; post: RequestHandler[] },
) {
  const page = Router()
  const { cookie, home, login } = AREAS[kind]
  const area = kind === 'user' ? CLIENT_LOGIN : ADMIN_LOGIN

  page.get(urlOf(kind), ...guards.get, async (req, res) => {
    const returnTo = safePath(req.query.returnTo, home)
    const step = await findSecondStep(db, kind, readCookie(req, cookie) ?? '')
    if (step) return showStep(req, res, db, step.person, { form: formOf(req), returnTo })
    if (req.visit.user || req.visit.admin) return passLogin(req, res, area)
    flash(res, 'warning', 'secondStep.over')
    res.redirect(303, `${login}?returnTo=${encodeURIComponent(returnTo)}`)
  })

  page.post(urlOf(kind), ...guards.post, limit('login'), async (req, res) => {
    const id = readCookie(req, cookie) ?? ''
    const returnTo = safePath(req.body.returnTo, home)
    let passed: Awaited<ReturnType<typeof passSecondStep>> | undefined
    const form = await submit(GivenForm, req.body, async (given) => {
      if (!given.passkey) check(requiredLine('code.missing', 100), given.code, 'code')
      const step = await findSecondStep(db, kind, id)
      const pass = () => passSecondStep(db, actor(req), kind, id, given)
      // Codes are counted apart from passwords: whoever has the password must not try codes without end.
      const who = `second step of ${step?.person.email}`
      passed = step ? await tryLogin(req, kind, who, pass, { hashes: false }) : undefined
    })
    const waiting = form && (await findSecondStep(db, kind, id))
    if (waiting) return showStep(req, res.status(422), db, waiting.person, { form, returnTo })
    clearCookie(res, cookie)
    if (!passed) {
      const over = { values: {}, errors: { '': t('secondStep.over') } }
      return showLogin(req, res.status(422), area, over, returnTo)
    }
    await forgiveLogin(req)
    await completeLogin(req, res, db, passed.person, { remember: passed.remember, returnTo })
  })

  page.get(`${urlOf(kind)}/passkey`, ...guards.get, (_req, res) => res.redirect(303, urlOf(kind)))

  page.post(`${urlOf(kind)}/passkey`, ...guards.post, limit('link'), async (req, res) => {
    const step = await findSecondStep(db, kind, readCookie(req, cookie) ?? '')
    if (!step) throw new Refusal('secondStep.over')
    res.json(await passkeyOptions(db, kind, step.person))
  })

  return page
}
