// Suspend Access and Resume Access are the same in both areas, but for whose client it is and where to go next.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type ClientUser, findClientUser } from '../domain/associations.ts'
import type { Client } from '../domain/clients.ts'
import { whyBeyond } from '../domain/managing.ts'
import { NotFound } from '../domain/refusal.ts'
import { resume, suspend } from '../domain/suspending.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from './flash.ts'
import { type Form, formOf, NoInput, submit } from './form.ts'
import { actor, idOf } from './request.ts'
import { show } from './views.ts'

interface Area {
  /** Where the pages are; it ends with the user's id. */
  url: string
  looking: RequestHandler[]
  doing: RequestHandler[]
  clientOf(req: Request): Promise<Client>
  /** The list to go back to. */
  list(client: Client): string
  layout: string
}

export function accessPages(db: Db, { url, looking, doing, clientOf, list, layout }: Area) {
  const page = Router()

  async function target(req: Request) {
    const client = await clientOf(req)
    const user = await findClientUser(db, client, idOf(req.params.userId))
    if (!user) throw new NotFound()
    return { client, user }
  }

  const steps = { suspend, resume }

  for (const step of ['suspend', 'resume'] as const) {
    const ask = (req: Request, res: Response, client: Client, user: ClientUser, form: Form) => {
      const { reach } = req.visit
      const why = reach && !user.isOwner ? whyBeyond(reach, user) : undefined
      const data = { client, user, why, form, step, back: list(client), action: req.path, layout }
      show(req, res, 'includes/access-step', data, 'includes/_access-step')
    }

    page.get(`${url}/${step}`, ...looking, async (req, res) => {
      const { client, user } = await target(req)
      ask(req, res, client, user, formOf(req))
    })

    page.post(`${url}/${step}`, ...doing, async (req, res) => {
      const { client, user } = await target(req)
      const form = await submit(NoInput, req.body, () => steps[step](db, actor(req), client, user))
      if (form) return ask(req, res.status(422), client, user, form)
      flash(res, 'success', `${step}.done`, { name: fullName(user) })
      res.redirect(303, list(client))
    })
  }
  return page
}
