// Copy link, in both areas: a question, and after it the link, once, on a page that no browser keeps.

import { type Request, type Response, Router } from 'express'
import type { Client } from '../domain/clients.ts'
import { showLink } from '../domain/invitation-links.ts'
import type { Invitation } from '../domain/invitations.ts'
import type { Db } from '../platform/database.ts'
import { type Form, formOf, NoInput, submit } from './form.ts'
import { type InviteArea, inviteIn } from './invite-pages.ts'
import { backToPending, placesInLists } from './invites-lists.ts'
import { actor } from './request.ts'
import { show } from './views.ts'

export function linkPages(db: Db, area: InviteArea) {
  const page = Router()
  const { url, guards, list, layout } = area

  const ask = (req: Request, res: Response, client: Client, invitation: Invitation, form: Form) => {
    const here = placesInLists(req)
    const links = { back: list(client) + backToPending(req), action: req.path + here }
    const data = { client, invitation, form, step: 'link', ...links, layout }
    show(req, res, 'includes/invite-step', data, 'includes/_invite-step')
  }

  page.get(`${url}/link`, ...guards, async (req, res) => {
    const { client, invitation } = await inviteIn(db, area, req)
    ask(req, res, client, invitation, formOf(req))
  })

  page.post(`${url}/link`, ...guards, async (req, res) => {
    const { client, invitation } = await inviteIn(db, area, req)
    let link = ''
    const form = await submit(NoInput, req.body, async () => {
      link = await showLink(db, actor(req), client, invitation)
    })
    if (form) return ask(req, res.status(422), client, invitation, form)
    const back = list(client) + backToPending(req)
    show(req, res, 'includes/invite-link', { client, invitation, link, back, layout })
  })
  return page
}
