// Your Profile: name and language, whether the address is proven, and asking for another one.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { clientName } from '../domain/clients.ts'
import { editUser } from '../domain/editing-user.ts'
import { requestEmailChange } from '../domain/email-changes.ts'
import { bringAlong, listLeftBehind } from '../domain/shared-addresses.ts'
import { LANGUAGES } from '../domain/users.ts'
import { resendVerification } from '../domain/verifications.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import {
  choiceOf,
  emailField,
  type Form,
  firstName,
  formOf,
  lastName,
  NoInput,
  passwordField,
  submit,
} from '../web/form.ts'
import { forgiveLogin, limit } from '../web/limits.ts'
import { actor, currentUser, idOf, isOwner } from '../web/request.ts'
import { show } from '../web/views.ts'
import { loggedIn } from './area.ts'

const ProfileForm = z.object({
  first_name: firstName(),
  last_name: lastName(),
  language: choiceOf(LANGUAGES, 'language.missing'),
})
const ClientForm = z.object({ client_id: z.string().default('') })
const AddressForm = z.object({ new_email: emailField(), current_password: passwordField() })

export function profile(db: Db) {
  const page = Router()

  const showProfile = async (req: Request, res: Response, wrong: { form?: Form; address?: Form } = {}) => {
    const user = currentUser(req)
    const { first_name, last_name, language } = user
    const form = wrong.form ?? formOf(req, { first_name, last_name, language })
    const address = wrong.address ?? formOf(req, { new_email: likeClient(req) })
    const leftBehind = await listLeftBehind(db, user)
    show(req, res, 'client-area/profile', { form, address, leftBehind, languages: LANGUAGES })
  }

  for (const url of ['/user/profile', '/user/email', '/user/verify', '/user/email/accounts'])
    page.get(url, ...loggedIn, (req, res) => showProfile(req, res))

  page.post('/user/profile', ...loggedIn, async (req, res) => {
    const form = await submit(ProfileForm, req.body, (input) =>
      editUser(db, actor(req), currentUser(req), input),
    )
    if (form) return showProfile(req, res.status(422), { form })
    flash(res, 'success', 'profile.saved')
    res.redirect(303, '/user/profile')
  })

  page.post('/user/email', ...loggedIn, limit('login'), limit('mail'), async (req, res) => {
    const address = await submit(AddressForm, req.body, (input) =>
      requestEmailChange(db, actor(req), currentUser(req), input),
    )
    if (address) return showProfile(req, res.status(422), { address })
    await forgiveLogin(req)
    show(req, res, 'client-area/check-mail', { email: String(req.body.new_email).trim() })
  })

  page.post('/user/verify', ...loggedIn, limit('mail'), async (req, res) => {
    const user = currentUser(req)
    const address = await submit(NoInput, req.body, () => resendVerification(db, actor(req), user))
    if (address) return showProfile(req, res.status(422), { address })
    flash(res, 'success', 'verify.sent', { email: user.email })
    res.redirect(303, '/user/profile')
  })

  page.post('/user/email/accounts', ...loggedIn, async (req, res) => {
    const user = currentUser(req)
    let client = ''
    const address = await submit(ClientForm, req.body, async ({ client_id }) => {
      client = clientName(await bringAlong(db, actor(req), user, idOf(client_id)))
    })
    if (address) return showProfile(req, res.status(422), { address })
    flash(res, 'success', 'sharedAddress.done', { client, email: user.email })
    res.redirect(303, '/user/profile')
  })

  return page
}

/** Where Account Details led here: the address that the account got, to be asked for as the login's. */
const likeClient = ({ query, visit }: Request) =>
  query.address === 'account' && isOwner(visit) ? visit.client?.email : undefined
