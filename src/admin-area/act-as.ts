// "Log in as this user": from the user's page with the account that they used last, from a client's with that client.

import { type Request, type Response, Router } from 'express'
import { ACTING_MINUTES } from '../domain/acting.ts'
import { findClientUser } from '../domain/associations.ts'
import type { Client } from '../domain/clients.ts'
import { chooseClient } from '../domain/logins.ts'
import { NotFound } from '../domain/refusal.ts'
import { findUser, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { idOf } from '../web/request.ts'
import { actAsUser } from '../web/session.ts'
import { show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'

interface Target {
  user: User
  client: Client | undefined
  back: string
}

export function actAs(db: Db) {
  const page = Router()

  async function ofUser(req: Request): Promise<Target> {
    const user = await findUser(db, idOf(req.params.userId))
    if (!user) throw new NotFound()
    return { user, client: await chooseClient(db, user), back: `/admin/users/${user.id}` }
  }

  async function ofClient(req: Request): Promise<Target> {
    const client = await clientOf(db)(req)
    const user = await findClientUser(db, client, idOf(req.params.userId))
    if (!user) throw new NotFound()
    const mayEnter = client.status !== 'closed' && user.standing === 'open'
    const open = mayEnter ? client : await chooseClient(db, user)
    return { user, client: open, back: `/admin/clients/${client.id}` }
  }

  function ask(req: Request, res: Response, target: Target, form: Form) {
    const data = { ...target, form, action: req.path, minutes: ACTING_MINUTES }
    show(req, res, 'admin-area/act-as', data)
  }

  const pages = [
    ['/admin/users/:userId/act-as', ofUser],
    ['/admin/clients/:id/users/:userId/act-as', ofClient],
  ] as const

  for (const [url, find] of pages) {
    page.get(url, ...holds('act-as-user'), async (req, res) => ask(req, res, await find(req), formOf(req)))

    page.post(url, ...holds('act-as-user'), async (req, res) => {
      const target = await find(req)
      const form = await submit(NoInput, req.body, () => actAsUser(req, res, db, target.user, target.client))
      if (form) return ask(req, res.status(422), target, form)
      res.redirect(303, target.client ? '/clientarea' : '/user/accounts')
    })
  }

  return page
}
