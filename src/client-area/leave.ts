// A user gives up their own access to an account; nobody can do it in their name.

import { type Request, type Response, Router } from 'express'
import { type Account, findAccount } from '../domain/associations.ts'
import { clientName } from '../domain/clients.ts'
import { leave } from '../domain/leaving.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { actor, currentUser, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { loggedIn } from './area.ts'

const URL = '/user/accounts/:clientId/leave'

export function leavePage(db: Db) {
  const page = Router()

  async function target(req: Request) {
    const account = await findAccount(db, currentUser(req), idOf(req.params.clientId))
    if (!account || account.standing === 'ended') throw new NotFound()
    return account
  }

  const ask = (req: Request, res: Response, account: Account, form: Form) =>
    show(req, res, 'client-area/leave', { account, form })

  page.get(URL, ...loggedIn, async (req, res) => ask(req, res, await target(req), formOf(req)))

  page.post(URL, ...loggedIn, async (req, res) => {
    const account = await target(req)
    const form = await submit(NoInput, req.body, () =>
      leave(db, actor(req), account.client, currentUser(req)),
    )
    if (form) return ask(req, res.status(422), account, form)
    flash(res, 'success', 'leave.done', { client: clientName(account.client) })
    res.redirect(303, '/user/accounts')
  })

  return page
}
