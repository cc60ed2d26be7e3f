// A pending transfer of ownership on a client's Users tab, and stopping it.

import { type Request, type Response, Router } from 'express'
import type { Client } from '../domain/clients.ts'
import { withdrawOwnership } from '../domain/handing-over.ts'
import { NotFound } from '../domain/refusal.ts'
import { findTransfer, type ShownTransfer } from '../domain/transfers.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { actor, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'

const URL = '/admin/clients/:id/transfers/:transferId/stop'

export function transfers(db: Db) {
  const page = Router()
  const clientIn = clientOf(db)

  async function target(req: Request) {
    const client = await clientIn(req)
    const transfer = await findTransfer(db, client, idOf(req.params.transferId))
    if (!transfer) throw new NotFound()
    return { client, transfer }
  }

  const ask = (req: Request, res: Response, client: Client, transfer: ShownTransfer, form: Form) =>
    show(req, res, 'admin-area/stop-transfer', { client, transfer, form, tab: 'users' })

  page.get(URL, ...holds('change-owner'), async (req, res) => {
    const { client, transfer } = await target(req)
    ask(req, res, client, transfer, formOf(req))
  })

  page.post(URL, ...holds('change-owner'), async (req, res) => {
    const { client, transfer } = await target(req)
    const form = await submit(NoInput, req.body, () => withdrawOwnership(db, actor(req), transfer))
    if (form) return ask(req, res.status(422), client, transfer, form)
    flash(res, 'success', 'transfer.stopped')
    res.redirect(303, `/admin/clients/${client.id}/users`)
  })

  return page
}
