// Switch Account: all accounts of this user, and opening a further one of one's own (R4).

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findAccount, listClientsOf } from '../domain/associations.ts'
import { clientName, openClient } from '../domain/clients.ts'
import { listPresetsOf } from '../domain/presets.ts'
import { NotFound } from '../domain/refusal.ts'
import { listOffers } from '../domain/transfers.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { companyName, type Form, formOf, submit } from '../web/form.ts'
import { actAs } from '../web/guards.ts'
import { actor, currentUser, idOf } from '../web/request.ts'
import { enter } from '../web/session.ts'
import { show } from '../web/views.ts'
import { loggedIn } from './area.ts'

const NewAccountForm = z.object({ company_name: companyName() })

const BLANK = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }

export function accounts(db: Db) {
  const page = Router()

  page.get('/user/accounts', ...loggedIn, async (req, res) => {
    const user = currentUser(req)
    const accounts = await listClientsOf(db, user)
    const presets = await listPresetsOf(
      db,
      accounts.map(({ client }) => client),
    )
    show(req, res, 'client-area/accounts', { accounts, presets, offers: await listOffers(db, user) })
  })

  page.post('/user/accounts', ...actAs('act-as-user', loggedIn), async (req, res) => {
    const chosen = await findAccount(db, currentUser(req), idOf(req.body.client_id))
    if (!chosen) throw new NotFound()
    if (chosen.client.status === 'closed') {
      flash(res, 'warning', 'client.closedForYou', { client: clientName(chosen.client) })
      return res.redirect(303, '/user/accounts')
    }
    if (chosen.standing !== 'open') {
      flash(res, 'warning', `accounts.${chosen.standing}`, { client: clientName(chosen.client) })
      return res.redirect(303, '/user/accounts')
    }
    await enter(req, db, chosen.client)
    flash(res, 'success', 'account.switched', { client: clientName(chosen.client) })
    res.redirect(303, '/clientarea')
  })

  const showNew = (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/new-account', { form })

  page.get('/user/accounts/new', ...loggedIn, (req, res) => showNew(req, res, formOf(req)))

  page.post('/user/accounts/new', ...loggedIn, async (req, res) => {
    const { first_name, last_name, email } = currentUser(req)
    const form = await submit(NewAccountForm, req.body, async ({ company_name }) => {
      const profile = { ...BLANK, company_name, first_name, last_name, email }
      const client = await openClient(db, actor(req), currentUser(req), profile)
      await enter(req, db, client)
      flash(res, 'success', 'account.opened', { client: clientName(client) })
    })
    if (form) return showNew(req, res.status(422), form)
    res.redirect(303, '/clientarea')
  })

  return page
}
