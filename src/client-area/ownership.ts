// Transfer of ownership: the owner offers it and may cancel it; the named user accepts or declines at a page of their own,
// whatever account they act for, and whoever else has its address finds nothing there.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findClientUser } from '../domain/associations.ts'
import { clientName, findClient } from '../domain/clients.ts'
import {
  acceptOwnership,
  candidatesAmong,
  declineOwnership,
  offerOwnership,
  withdrawOwnership,
} from '../domain/handing-over.ts'
import { NotFound } from '../domain/refusal.ts'
import { findOffer, findPendingTransfer, isPending, type ShownTransfer } from '../domain/transfers.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, passwordField, submit } from '../web/form.ts'
import { forgiveLogin, limit } from '../web/limits.ts'
import { placesIn } from '../web/places.ts'
import { actor, currentClient, currentUser, idOf } from '../web/request.ts'
import { enter } from '../web/session.ts'
import type { Key } from '../web/translate.ts'
import { usersPage } from '../web/users-page.ts'
import { show } from '../web/views.ts'
import { loggedIn, owner } from './area.ts'

const PAGE = '/account/ownership'
const OFFER = '/user/transfers/:transferId'

const OfferForm = z.object({
  user_id: z.string('transfer.choose' satisfies Key).max(20),
  current_password: passwordField(),
})
const AcceptForm = z.object({ current_password: passwordField() })

export const ownership = (db: Db) => Router().use(offering(db), answering(db))

function offering(db: Db) {
  const page = Router()

  const showPage = async (req: Request, res: Response, form: Form) => {
    const client = currentClient(req)
    const transfer = await findPendingTransfer(db, client)
    const page = await usersPage(db, client, req)
    const candidates = candidatesAmong(client, page.users)
    const here = placesIn(req, ['search', 'before'])
    show(req, res, 'client-area/ownership', { ...page, form, transfer, candidates, here })
  }

  for (const url of [PAGE, `${PAGE}/cancel`])
    page.get(url, ...owner, (req, res) => showPage(req, res, formOf(req)))

  page.post(PAGE, ...owner, limit('login'), limit('mail'), async (req, res) => {
    const client = currentClient(req)
    const form = await submit(OfferForm, req.body, async ({ user_id, current_password }) => {
      const target = await findClientUser(db, client, idOf(user_id))
      if (!target) throw new NotFound()
      await offerOwnership(db, actor(req), client, currentUser(req), target, current_password)
      flash(res, 'success', 'transfer.offered', { name: fullName(target) })
    })
    if (form) return showPage(req, res.status(422), form)
    await forgiveLogin(req)
    res.redirect(303, PAGE)
  })

  page.post(`${PAGE}/cancel`, ...owner, async (req, res) => {
    const transfer = await findPendingTransfer(db, currentClient(req))
    const form = await submit(NoInput, req.body, async () => {
      if (transfer) await withdrawOwnership(db, actor(req), transfer)
    })
    if (form) return showPage(req, res.status(422), form)
    flash(res, transfer ? 'success' : 'warning', transfer ? 'transfer.cancelled' : 'transfer.over')
    res.redirect(303, PAGE)
  })

  return page
}

function answering(db: Db) {
  const page = Router()

  const offerOf = async (req: Request) => {
    const offer = await findOffer(db, currentUser(req), idOf(req.params.transferId))
    if (!offer) throw new NotFound()
    return offer
  }
  const showOffer = (req: Request, res: Response, offer: ShownTransfer, form: Form) =>
    show(req, res, 'client-area/offer', { form, offer, holds: isPending(offer) })

  for (const url of [OFFER, `${OFFER}/accept`, `${OFFER}/decline`])
    page.get(url, ...loggedIn, async (req, res) => showOffer(req, res, await offerOf(req), formOf(req)))

  page.post(`${OFFER}/accept`, ...loggedIn, limit('login'), async (req, res) => {
    const offer = await offerOf(req)
    const form = await submit(AcceptForm, req.body, ({ current_password }) =>
      acceptOwnership(db, actor(req), offer, currentUser(req), current_password),
    )
    if (form) return showOffer(req, res.status(422), await offerOf(req), form)
    await forgiveLogin(req)
    const client = await findClient(db, offer.client_id)
    if (client) await enter(req, db, client)
    flash(res, 'success', 'transfer.accepted', { client: clientName(offer.client) })
    res.redirect(303, '/clientarea')
  })

  page.post(`${OFFER}/decline`, ...loggedIn, async (req, res) => {
    const offer = await offerOf(req)
    const form = await submit(NoInput, req.body, () => declineOwnership(db, actor(req), offer))
    if (form) return showOffer(req, res.status(422), await offerOf(req), form)
    flash(res, 'success', 'transfer.declined', { owner: fullName(offer.from) })
    res.redirect(303, '/user/accounts')
  })

  return page
}
