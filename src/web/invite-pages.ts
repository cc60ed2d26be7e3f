// Resend Invite and Cancel Invite are the same in both areas, but for whose client it is and where to go next.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Client } from '../domain/clients.ts'
import { cancelInvitation, findInvitation, type Invitation } from '../domain/invitations.ts'
import { resendInvitation } from '../domain/inviting.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from './flash.ts'
import { type Form, formOf, NoInput, submit } from './form.ts'
import { backToPending, placesInLists } from './invites-lists.ts'
import { actor, idOf } from './request.ts'
import { show } from './views.ts'

export interface InviteArea {
  /** Where the pages are; it ends with the invitation's id. */
  url: string
  guards: RequestHandler[]
  clientOf(req: Request): Promise<Client>
  /** The list to go back to. */
  list(client: Client): string
  layout: string
}

/** The invitation that a URL names, of that client. */
export async function inviteIn(db: Db, { clientOf }: InviteArea, req: Request) {
  const client = await clientOf(req)
  const invitation = await findInvitation(db, client, idOf(req.params.inviteId))
  if (!invitation) throw new NotFound()
  return { client, invitation }
}

export function invitePages(db: Db, area: InviteArea) {
  const page = Router()
  const { url, guards, list, layout } = area
  const target = (req: Request) => inviteIn(db, area, req)

  const steps = {
    resend: { act: resendInvitation, done: 'invite.resent' },
    cancel: { act: cancelInvitation, done: 'invite.cancelled' },
  } as const

  for (const step of ['resend', 'cancel'] as const) {
    const ask = (req: Request, res: Response, client: Client, invitation: Invitation, form: Form) => {
      const here = placesInLists(req)
      const links = { back: list(client) + backToPending(req), action: req.path + here }
      const data = { client, invitation, form, step, ...links, layout }
      show(req, res, 'includes/invite-step', data, 'includes/_invite-step')
    }

    page.get(`${url}/${step}`, ...guards, async (req, res) => {
      const { client, invitation } = await target(req)
      ask(req, res, client, invitation, formOf(req))
    })

    page.post(`${url}/${step}`, ...guards, async (req, res) => {
      const { client, invitation } = await target(req)
      const form = await submit(NoInput, req.body, () => steps[step].act(db, actor(req), client, invitation))
      if (form) return ask(req, res.status(422), client, invitation, form)
      flash(res, 'success', steps[step].done, { email: invitation.email })
      res.redirect(303, list(client) + backToPending(req))
    })
  }
  return page
}
