// One user in the Admin Area: what there is to see, and the forms to edit it.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { listActivity } from '../domain/activity.ts'
import { deviceNames } from '../domain/devices.ts'
import { editUser } from '../domain/editing-user.ts'
import { listMergedInto } from '../domain/merged-logins.ts'
import { listSessions } from '../domain/own-sessions.ts'
import { asPerson } from '../domain/people.ts'
import { listPresetsOf } from '../domain/presets.ts'
import { setAddressOfUser } from '../domain/setting-addresses.ts'
import { findUser, fullName, LANGUAGES, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { accountsPage } from '../web/accounts-page.ts'
import { inSentences } from '../web/activity-words.ts'
import { flash } from '../web/flash.ts'
import {
  choiceOf,
  emailField,
  type Form,
  firstName,
  formOf,
  lastName,
  submit,
  yourPassword,
} from '../web/form.ts'
import { actor, mayAdmin } from '../web/request.ts'
import { show } from '../web/views.ts'
import { holds, userOf } from './area.ts'
import { prove } from './proving.ts'

const URL = '/admin/users/:userId'
const ACTIVITY_SHOWN = 10

const ProfileForm = z.object({
  first_name: firstName(),
  last_name: lastName(),
  language: choiceOf(LANGUAGES, 'language.missing'),
})
const AddressForm = z.object({ new_email: emailField(), current_password: yourPassword() })

export function person(db: Db) {
  const page = Router()
  const target = userOf(db)

  async function showPerson(
    req: Request,
    res: Response,
    user: User,
    wrong: { form?: Form; address?: Form } = {},
  ) {
    const { first_name, last_name, language } = user
    const maySee = mayAdmin(req.visit, 'see-activity')
    const accounts = await accountsPage(db, user, req)
    const clients = accounts.accounts.map(({ client }) => client)
    const sessions = await listSessions(db, asPerson(user), '')
    show(req, res, 'admin-area/person', {
      user,
      form: wrong.form ?? formOf(req, { first_name, last_name, language }),
      address: wrong.address ?? formOf(req),
      languages: LANGUAGES,
      ...accounts,
      presets: await listPresetsOf(db, clients),
      into: user.merged_into_id ? await findUser(db, user.merged_into_id) : undefined,
      merged: await listMergedInto(db, user),
      sessions: sessions.map((one) => ({ ...one, names: deviceNames(one.userAgent) })),
      activity: maySee ? inSentences(await listActivity(db, { user, limit: ACTIVITY_SHOWN })) : [],
    })
  }

  page.get(URL, ...holds('list-users'), async (req, res) => showPerson(req, res, await target(req)))

  page.post(URL, ...holds('edit-users'), async (req, res) => {
    const user = await target(req)
    const form = await submit(ProfileForm, req.body, (input) => editUser(db, actor(req), user, input))
    if (form) return showPerson(req, res.status(422), user, { form })
    flash(res, 'success', 'login.saved')
    res.redirect(303, `/admin/users/${user.id}`)
  })

  page.get(`${URL}/email`, ...holds('edit-users'), async (req, res) =>
    showPerson(req, res, await target(req)),
  )

  page.post(`${URL}/email`, ...holds('edit-users'), async (req, res) => {
    const user = await target(req)
    const address = await submit(AddressForm, req.body, async (input) => {
      await prove(db, req, input.current_password)
      await setAddressOfUser(db, actor(req), user, input.new_email)
    })
    if (address) return showPerson(req, res.status(422), user, { address })
    flash(res, 'success', 'login.email.saved', { name: fullName(user) })
    res.redirect(303, `/admin/users/${user.id}`)
  })

  return page
}
