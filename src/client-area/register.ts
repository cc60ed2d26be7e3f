// Creating a login by oneself. The answer is always "check your mail" (HARD-CASES H17); the mailed link opens
// a page with one button, and in another browser than the one that asked, the password chosen before.

import { randomBytes } from 'node:crypto'
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { Client } from '../domain/clients.ts'
import { asPerson } from '../domain/people.ts'
import { Refusal } from '../domain/refusal.ts'
import { findRegistration, finishRegistration, isSameBrowser, register } from '../domain/registrations.ts'
import type { User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { clearCookie, readCookie, setCookie } from '../web/cookies.ts'
import { flash } from '../web/flash.ts'
import {
  companyName,
  emailField,
  type Form,
  firstName,
  formOf,
  lastName,
  passwordField,
  submit,
} from '../web/form.ts'
import { limit } from '../web/limits.ts'
import { actor } from '../web/request.ts'
import { finishLogin } from '../web/second-step.ts'
import { logIn } from '../web/session.ts'
import { show } from '../web/views.ts'
import { anyone } from './area.ts'

const BROWSER_COOKIE = 'registration'
const BROWSER_DAYS = 1

export const NewLogin = {
  first_name: firstName(),
  last_name: lastName(),
  email: emailField(),
  password: passwordField(),
}
const RegisterForm = z.object({ ...NewLogin, company_name: companyName() })
const ConfirmForm = z.object({ password: z.string().max(1000).default('') })

export function registration(db: Db) {
  const page = Router()
  const showForm = (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/register', { form })

  page.get('/register', ...anyone, (req, res) => {
    if (req.visit.user) return res.redirect(303, '/user/accounts/new')
    showForm(req, res, formOf(req))
  })

  page.post('/register', ...anyone, limit('mail'), async (req, res) => {
    const browser = readCookie(req, BROWSER_COOKIE) ?? randomBytes(24).toString('base64url')
    const form = await submit(RegisterForm, req.body, (input) => register(db, actor(req), input, browser))
    if (form) return showForm(req, res.status(422), form)
    setCookie(res, BROWSER_COOKIE, browser, BROWSER_DAYS)
    show(req, res, 'client-area/check-mail', { email: String(req.body.email).trim() })
  })

  const showConfirm = async (req: Request, res: Response, form: Form) => {
    const found = await findRegistration(db, String(req.params.token))
    if (!found) throw new Refusal('link.dead')
    const sameBrowser = isSameBrowser(found, readCookie(req, BROWSER_COOKIE))
    show(req, res, 'client-area/register-confirm', { form, email: found.email, sameBrowser })
  }

  page.get('/register/:token', ...anyone, limit('link'), (req, res) => showConfirm(req, res, formOf(req)))

  page.post('/register/:token', ...anyone, limit('login'), async (req, res) => {
    const token = String(req.params.token)
    const browser = readCookie(req, BROWSER_COOKIE)
    let made: { user: User; client: Client } | undefined
    const form = await submit(ConfirmForm, req.body, async ({ password }) => {
      made = await finishRegistration(db, actor(req), token, { browser, password })
    })
    if (form || !made) return showConfirm(req, res.status(422), form ?? formOf(req))
    clearCookie(res, BROWSER_COOKIE)
    if (made.user.factors > 0)
      return finishLogin(req, res, db, asPerson(made.user), { returnTo: '/clientarea' })
    await logIn(req, res, db, made.user, { client: made.client })
    flash(res, 'success', 'register.done', { name: made.user.first_name })
    res.redirect(303, '/clientarea')
  })

  return page
}
