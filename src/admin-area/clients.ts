// The list of clients, and opening one: for an existing user found by typing, or for a new one.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import {
  CLIENT_STATUSES,
  type Client,
  clientName,
  countClients,
  listClients,
  openClient,
} from '../domain/clients.ts'
import { cutPage, readPlace } from '../domain/pages.ts'
import { Refusal } from '../domain/refusal.ts'
import { findUser, findUserByEmail, type NewUser, searchUsers, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, submit } from '../web/form.ts'
import { ProfileForm } from '../web/profile-form.ts'
import { actor, idOf } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'

const PAGE_SIZE = 25
const FOUND_MAX = 8

const NewClientForm = ProfileForm.extend({ user_id: z.string().default('') })

/** A new owner's address is typed once: to look for them is enough. */
const typedOnce = (body: Request['body']) =>
  body?.user_id === 'new' && !body.email ? { ...body, email: body.search } : body

export function clients(db: Db) {
  const page = Router()

  page.get('/admin/clients', ...holds('list-clients'), async (req, res) => {
    const search = String(req.query.search ?? '').slice(0, 100)
    const status = CLIENT_STATUSES.find((one) => one === req.query.status)
    const behind = readPlace(req.query.before)
    const options = { search, limit: PAGE_SIZE + 1, ...(status && { status }), behind }
    const found = cutPage(await listClients(db, options), PAGE_SIZE)
    const asked = { search, status: status ?? '', before: behind, statuses: CLIENT_STATUSES }
    const total = await totalBelow({ ...found, ...asked }, async () =>
      search.trim() ? undefined : countClients(db, status),
    )
    show(req, res, 'admin-area/clients', { ...found, ...asked, total }, 'admin-area/_clients')
  })

  async function showNew(req: Request, res: Response, form: Form) {
    const found = await searchUsers(db, String(form.values.search ?? ''), FOUND_MAX)
    const data = { form, ...found, taken: new Set<number>() }
    show(req, res, 'admin-area/new-client', data, 'admin-area/_found')
  }

  page.get('/admin/clients/new', ...holds('edit-clients'), (req, res) =>
    showNew(req, res, formOf(req, req.query)),
  )

  page.post('/admin/clients/new', ...holds('edit-clients'), async (req, res) => {
    let client: Client | undefined
    const form = await submit(NewClientForm, typedOnce(req.body), async ({ user_id, ...profile }) => {
      const { email, first_name, last_name } = profile
      if (user_id === 'new' && (await findUserByEmail(db, email)))
        throw new Refusal('client.new.taken', 'email')
      const owner: User | NewUser | undefined =
        user_id === 'new' ? { email, first_name, last_name } : await findUser(db, idOf(user_id))
      if (!owner) throw new Refusal('associate.choose', 'user_id')
      client = await openClient(db, actor(req), owner, profile)
    })
    if (form || !client) return showNew(req, res.status(422), form ?? formOf(req))
    flash(res, 'success', 'client.opened', { client: clientName(client) })
    res.redirect(303, `/admin/clients/${client.id}`)
  })

  return page
}
