// Notifications: which mail about each of their accounts a user gets. A page of accounts is one form, so that saving one
// of them loses nothing of the others.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { chooseMail, listWantedMail } from '../domain/choosing-mail.ts'
import { Refusal } from '../domain/refusal.ts'
import { MAIL_KINDS } from '../domain/wanted-mail.ts'
import type { Db } from '../platform/database.ts'
import { ACCOUNTS_AT, accountsPage } from '../web/accounts-page.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, manyOf, submit } from '../web/form.ts'
import { placesIn } from '../web/places.ts'
import { actor, currentUser, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { loggedIn } from './area.ts'

const URL = '/user/notifications'

const MailForm = z.object({ client_id: manyOf(), kinds: manyOf() })

/** A box says which account it is of: "7-joined". One of an account that the form does not name is of no kind. */
function chosenIn({ client_id, kinds }: z.output<typeof MailForm>) {
  const chosen = new Map(client_id.map((id): [number, string[]] => [idOf(id), []]))
  for (const box of kinds) {
    const [id = '', kind = ''] = box.split('-')
    const wanted = chosen.get(idOf(id))
    if (!wanted) throw new Refusal('notifications.unknown')
    wanted.push(kind)
  }
  return chosen
}

export function notifications(db: Db) {
  async function showPage(req: Request, res: Response, form: Form) {
    const user = currentUser(req)
    const page = await accountsPage(db, user, req)
    const ids = page.accounts.map(({ client }) => client.id)
    const wanted = await listWantedMail(db, user, ids)
    const accounts = page.accounts.map((one) => ({
      ...one,
      wanted: wanted.get(one.client.id) ?? MAIL_KINDS,
    }))
    show(req, res, 'client-area/notifications', {
      ...{ ...page, accounts, kinds: MAIL_KINDS, form, here: placesIn(req, ACCOUNTS_AT) },
    })
  }

  return Router()
    .get(URL, ...loggedIn, (req, res) => showPage(req, res, formOf(req)))
    .post(URL, ...loggedIn, async (req, res) => {
      const form = await submit(MailForm, req.body, async (input) =>
        chooseMail(db, actor(req), currentUser(req), chosenIn(input)),
      )
      if (form) return showPage(req, res.status(422), form)
      flash(res, 'success', 'notifications.saved')
      res.redirect(303, URL + placesIn(req, ACCOUNTS_AT))
    })
}
