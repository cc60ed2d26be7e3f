// A client's Users tab, and Manage User: permissions, Make Owner, removing access.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { endDay } from '../domain/access-times.ts'
import { type ClientUser, findClientUser } from '../domain/associations.ts'
import { type Client, clientName } from '../domain/clients.ts'
import { setPermissions } from '../domain/editing-access.ts'
import { makeOwner } from '../domain/ownership.ts'
import { PERMISSIONS } from '../domain/permissions.ts'
import { listPresets } from '../domain/presets.ts'
import { NotFound } from '../domain/refusal.ts'
import { removeAccess } from '../domain/removing-access.ts'
import { findPendingTransfer, isOffered } from '../domain/transfers.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { accessPages } from '../web/access-pages.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, manyOf, NoInput, submit } from '../web/form.ts'
import { invitePages } from '../web/invite-pages.ts'
import { invitesLists } from '../web/invites-lists.ts'
import { linkPages } from '../web/link-pages.ts'
import { asksToTick, statusOf, tickedForm } from '../web/presets.ts'
import { actor, idOf, mustHold } from '../web/request.ts'
import { mustBeSeen, seenFor } from '../web/seen.ts'
import { usersPage } from '../web/users-page.ts'
import { show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'

const URL = '/admin/clients/:id/users'

const listOf = (client: Client) => `/admin/clients/${client.id}/users`

const ManageForm = z
  .object({
    make_owner: z.string().optional(),
    check_all: z.string().optional(),
    permissions: manyOf(),
    ends_on: z.string().optional(),
  })
  .transform(({ make_owner, check_all, permissions, ends_on }) => ({
    makeOwner: Boolean(make_owner),
    permissions: check_all ? PERMISSIONS : permissions,
    endsOn: ends_on,
  }))

export function users(db: Db) {
  const page = Router()
  const client = clientOf(db)

  page.get(URL, ...holds('list-clients'), async (req, res) => {
    const one = await client(req)
    const lists = {
      ...(await usersPage(db, one, req)),
      ...(await invitesLists(db, one, req)),
      transfer: await findPendingTransfer(db, one),
      presets: await listPresets(db, one),
    }
    show(req, res, 'admin-area/users', { client: one, ...lists, tab: 'users' }, 'admin-area/_lists')
  })

  async function target(req: Request) {
    const one = await client(req)
    const user = await findClientUser(db, one, idOf(req.params.userId))
    if (!user) throw new NotFound()
    return { client: one, user }
  }

  async function showManage(req: Request, res: Response, client: Client, user: ClientUser, form: Form) {
    const presets = await listPresets(db, client)
    show(req, res, 'admin-area/manage-user', {
      ...{ client, user, form, presets, tab: 'users' },
      seen: seenFor(user, form),
    })
  }

  page.get(`${URL}/:userId`, ...holds('manage-access'), async (req, res) => {
    const { client, user } = await target(req)
    await showManage(
      req,
      res,
      client,
      user,
      formOf(req, { permissions: user.permissions, ends_on: endDay(user.ends_at) }),
    )
  })

  async function act(req: Request, client: Client, user: ClientUser, input: z.output<typeof ManageForm>) {
    const { makeOwner: isToOwn, permissions, endsOn } = input
    if (!isToOwn)
      return setPermissions(db, actor(req), client, user, permissions, endsOn, mustBeSeen(req, input))
    mustHold(req, 'change-owner')
    return makeOwner(db, actor(req), client, user)
  }

  page.post(`${URL}/:userId`, ...holds('manage-access'), async (req, res) => {
    const { client, user } = await target(req)
    const ticked = asksToTick(req) && tickedForm(req, await listPresets(db, client))
    if (ticked) return showManage(req, res.status(statusOf(ticked)), client, user, ticked)
    const form = await submit(ManageForm, req.body, (input) => act(req, client, user, input))
    if (form) return showManage(req, res.status(422), client, (await target(req)).user, form)
    const names = { name: fullName(user), client: clientName(client) }
    flash(res, 'success', req.body.make_owner ? 'owner.changed' : 'permissions.saved', names)
    res.redirect(303, listOf(client))
  })

  async function showRemove(req: Request, res: Response, client: Client, user: ClientUser, form: Form) {
    const data = { client, user, form, offered: await isOffered(db, client, user), tab: 'users' }
    show(req, res, 'admin-area/remove', data, 'admin-area/_remove')
  }

  page.get(`${URL}/:userId/remove`, ...holds('manage-access'), async (req, res) => {
    const { client, user } = await target(req)
    await showRemove(req, res, client, user, formOf(req))
  })

  page.post(`${URL}/:userId/remove`, ...holds('manage-access'), async (req, res) => {
    const { client, user } = await target(req)
    const form = await submit(NoInput, req.body, () => removeAccess(db, actor(req), client, user))
    if (form) return showRemove(req, res.status(422), client, user, form)
    flash(res, 'success', 'access.removed', { name: fullName(user) })
    res.redirect(303, listOf(client))
  })

  const guards = holds('manage-access')
  const area = { clientOf: client, list: listOf, layout: 'admin-area' }
  page.use(accessPages(db, { url: `${URL}/:userId`, looking: guards, doing: guards, ...area }))
  const invites = { url: '/admin/clients/:id/invites/:inviteId', ...area }
  page.use(
    invitePages(db, { ...invites, guards: holds('invite') }),
    linkPages(db, { ...invites, guards: holds('copy-links') }),
  )
  return page
}
