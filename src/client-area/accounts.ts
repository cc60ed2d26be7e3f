// Switch Account: the accounts of this user, recently used first, searched where there are many; and opening a further
// one of one's own (R4).

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findAccount } from '../domain/associations.ts'
import { clientName, openClient } from '../domain/clients.ts'
import { listPresetsOf } from '../domain/presets.ts'
import { NotFound } from '../domain/refusal.ts'
import { listOffers } from '../domain/transfers.ts'
import type { Db } from '../platform/database.ts'
import { accountsPage } from '../web/accounts-page.ts'
import { flash } from '../web/flash.ts'
import { companyName, type Form, formOf, submit } from '../web/form.ts'
import { actAs } from '../web/guards.ts'
import { showKept } from '../web/kept-form.ts'
import { actor, currentUser, idOf, safePath } from '../web/request.ts'
import { enter } from '../web/session.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { whyNotEntered } from '../web/which-account.ts'
import { loggedIn } from './area.ts'

const SEARCH_FROM = 10

const NewAccountForm = z.object({ company_name: companyName() })

const BLANK = { address1: '', address2: '', city: '', state: '', postcode: '', country: '', phone: '' }

export function accounts(db: Db) {
  const page = Router()

  page.get('/user/accounts', ...loggedIn, async (req, res) => {
    const user = currentUser(req)
    const { all, ...data } = await accountsPage(db, user, req)
    const presets = await listPresetsOf(
      db,
      data.accounts.map(({ client }) => client),
    )
    const searches = all >= SEARCH_FROM || data.search !== ''
    const offers = await listOffers(db, user)
    show(req, res, 'client-area/accounts', { ...data, presets, searches, offers }, 'client-area/_accounts')
  })

  page.post('/user/accounts', ...actAs('act-as-user', loggedIn), async (req, res) => {
    const chosen = await findAccount(db, currentUser(req), idOf(req.body.client_id))
    if (!chosen) throw new NotFound()
    const { client, permissions } = chosen
    const name = { client: clientName(client) }
    const whyNot = whyNotEntered(chosen)
    if (whyNot) {
      flash(res, 'warning', whyNot, name)
      return res.redirect(303, '/user/accounts')
    }
    await enter(req, db, client)
    const back = safePath(req.body.back, '/clientarea')
    Object.assign(req.visit, { client, permissions })
    const kept = [t('account.switched', name), t('kept.switched')] as const
    if (await showKept(req, res, back, ...kept)) return
    flash(res, 'success', 'account.switched', name)
    res.redirect(303, back)
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
