// One client: summary, profile, closing and opening again.

import { type Request, type Response, Router } from 'express'
import { listActivity } from '../domain/activity.ts'
import { type Client, clientName, editClient } from '../domain/clients.ts'
import { closeClient, reopenClient } from '../domain/closing.ts'
import { countClientUsers, getOwner } from '../domain/listing-client-users.ts'
import { countPending } from '../domain/listing-invitations.ts'
import type { Db } from '../platform/database.ts'
import { inSentences } from '../web/activity-words.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { ProfileForm, profileOf } from '../web/profile-form.ts'
import { actor, mayAdmin } from '../web/request.ts'
import { totalOf } from '../web/totals.ts'
import { show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'

const URL = '/admin/clients/:id'
const ACTIVITY_SHOWN = 12

export function client(db: Db) {
  const page = Router()
  const target = clientOf(db)

  page.get(URL, ...holds('list-clients'), async (req, res) => {
    const client = await target(req)
    const owner = await getOwner(db, client)
    const total = totalOf(await countClientUsers(db, client))
    const pending = totalOf(await countPending(db, client))
    const activity = mayAdmin(req.visit, 'see-activity')
      ? inSentences(await listActivity(db, { client, limit: ACTIVITY_SHOWN }))
      : undefined
    show(req, res, 'admin-area/client', { client, owner, total, pending, activity, tab: 'summary' })
  })

  const showProfile = (req: Request, res: Response, client: Client, form: Form) =>
    show(req, res, 'admin-area/profile', { client, form, tab: 'profile' })

  page.get(`${URL}/profile`, ...holds('edit-clients'), async (req, res) => {
    const client = await target(req)
    showProfile(req, res, client, formOf(req, profileOf(client)))
  })

  page.post(`${URL}/profile`, ...holds('edit-clients'), async (req, res) => {
    const client = await target(req)
    const form = await submit(ProfileForm, req.body, (input) => editClient(db, actor(req), client, input))
    if (form) return showProfile(req, res.status(422), client, form)
    flash(res, 'success', 'details.saved')
    res.redirect(303, `/admin/clients/${client.id}/profile`)
  })

  const steps = {
    close: { act: closeClient, done: 'client.closedNow' },
    reopen: { act: reopenClient, done: 'client.openNow' },
  } as const

  for (const step of ['close', 'reopen'] as const) {
    const ask = (req: Request, res: Response, client: Client, form: Form) =>
      show(
        req,
        res,
        'admin-area/client-step',
        { client, form, step, tab: 'summary' },
        'admin-area/_client-step',
      )

    page.get(`${URL}/${step}`, ...holds('edit-clients'), async (req, res) =>
      ask(req, res, await target(req), formOf(req)),
    )

    page.post(`${URL}/${step}`, ...holds('edit-clients'), async (req, res) => {
      const client = await target(req)
      const form = await submit(NoInput, req.body, () => steps[step].act(db, actor(req), client))
      if (form) return ask(req, res.status(422), client, form)
      flash(res, 'success', steps[step].done, { client: clientName(client) })
      res.redirect(303, `/admin/clients/${client.id}`)
    })
  }

  return page
}
