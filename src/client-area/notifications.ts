// Notifications: which mail about each of their accounts a user gets.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { chooseMail, listWantedMail } from '../domain/choosing-mail.ts'
import { clientName } from '../domain/clients.ts'
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

const MailForm = z.object({ client_id: z.string().default(''), kinds: manyOf() })

export function notifications(db: Db) {
  async function showPage(req: Request, res: Response, form: Form) {
    const user = currentUser(req)
    const page = await accountsPage(db, user, req)
    const clients = page.accounts.map(({ client }) => client)
    const wanted = await listWantedMail(db, user, clients)
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
      let client = ''
      const form = await submit(MailForm, req.body, async ({ client_id, kinds }) => {
        client = clientName(await chooseMail(db, actor(req), currentUser(req), idOf(client_id), kinds))
      })
      if (form) return showPage(req, res.status(422), form)
      flash(res, 'success', 'notifications.saved', { client })
      res.redirect(303, URL + placesIn(req, ACCOUNTS_AT))
    })
}
