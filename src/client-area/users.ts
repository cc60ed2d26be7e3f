// User Management: who may act for this account, and who was invited to. For whoever manages its users (R10), who is
// offered what they may give, and told whom they may not touch (HARD-CASES H16).

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findRequest } from '../domain/access-requests.ts'
import { endDay } from '../domain/access-times.ts'
import { type ClientUser, findClientUser } from '../domain/associations.ts'
import { setPermissions } from '../domain/editing-access.ts'
import type { Invitation } from '../domain/invitations.ts'
import { isWithin, type Reach, whyBeyond } from '../domain/managing.ts'
import { parsePermissions } from '../domain/permissions.ts'
import { listPresets } from '../domain/presets.ts'
import { NotFound } from '../domain/refusal.ts'
import { removeAccess } from '../domain/removing-access.ts'
import { requireFactor } from '../domain/require-factor.ts'
import { findPendingTransfer, isOffered, type ShownTransfer } from '../domain/transfers.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, manyOf, NoInput, submit } from '../web/form.ts'
import { actAs } from '../web/guards.ts'
import { invitesLists } from '../web/invites-lists.ts'
import { asksToTick, statusOf, tickedForm } from '../web/presets.ts'
import { actor, currentClient, currentReach, currentUser, idOf, isOwner } from '../web/request.ts'
import { requestsPage } from '../web/requests-page.ts'
import { mustBeSeen, seenFor } from '../web/seen.ts'
import { usersPage } from '../web/users-page.ts'
import { show } from '../web/views.ts'
import { manages, ownerManages } from './area.ts'
import { inviting, type Outcome } from './inviting.ts'

const PAGE = '/account/users'

const permissionsForm = (all: readonly string[]) =>
  z
    .object({ check_all: z.string().optional(), permissions: manyOf(), ends_on: z.string().optional() })
    .transform(({ check_all, permissions, ends_on }) => ({
      permissions: check_all ? all : permissions,
      endsOn: ends_on,
    }))

/** What forms offer to whoever does not hold everything, and until when. */
const bounds = ({ delegate, permissions, endsAt }: Reach) =>
  delegate ? { givable: permissions, endsBy: endsAt } : {}

/** A pending transfer is told to both who are in it, and to nobody else. */
function handingOver(req: Request, transfer: ShownTransfer | undefined) {
  if (isOwner(req.visit)) return { transfer }
  return transfer?.to_user_id === currentUser(req).id ? { offers: [transfer] } : {}
}

export function users(db: Db) {
  const page = Router()
  const presetsOf = (req: Request) => listPresets(db, currentClient(req))

  async function showUsers(req: Request, res: Response, form: Form, outcomes: Outcome[] = []) {
    const [client, reach] = [currentClient(req), currentReach(req)]
    const page = await usersPage(db, client, req)
    const { pending: offered, earlier } = await invitesLists(db, client, req)
    const requests = await requestsPage(db, client, req)
    const handing = handingOver(req, await findPendingTransfer(db, client))
    const users = page.users.map((user) => ({ ...user, why: !user.isOwner && whyBeyond(reach, user) }))
    const isBeyond = (one: Invitation) => !isWithin(reach, parsePermissions(one.permissions))
    const list = offered.list.map((one) => ({ ...one, isBeyond: isBeyond(one) }))
    const pending = { ...offered, list }
    const bounded = { ...bounds(reach), presets: await presetsOf(req) }
    const lists = { ...page, ...bounded, ...handing, users, pending, earlier, requests }
    const mayWrite = currentUser(req).email_verified_at !== null
    show(req, res, 'client-area/users', { form, outcomes, mayWrite, ...lists }, 'client-area/_lists')
  }

  /** *Invite* of a request: the form begins with the address of who asks. */
  async function asked(req: Request) {
    const id = idOf(req.query.request)
    const request = id && (await findRequest(db, currentClient(req), id))
    return request ? { email: request.email } : {}
  }

  for (const url of [PAGE, `${PAGE}/invite`, `${PAGE}/require-factor`])
    page.get(url, ...manages, async (req, res) => showUsers(req, res, formOf(req, await asked(req))))

  page.use(inviting(db, showUsers))

  page.post(`${PAGE}/require-factor`, ...ownerManages, async (req, res) => {
    const isRequired = req.body.require_factor === '1'
    const form = await submit(NoInput, req.body, () =>
      requireFactor(db, actor(req), currentClient(req), currentUser(req), isRequired),
    )
    if (form) return showUsers(req, res.status(422), form)
    flash(res, 'success', isRequired ? 'requireFactor.done' : 'requireFactor.ended')
    res.redirect(303, PAGE)
  })

  const target = async (req: Request): Promise<ClientUser> => {
    const found = await findClientUser(db, currentClient(req), idOf(req.params.userId))
    if (!found) throw new NotFound()
    return found
  }

  async function showPermissions(req: Request, res: Response, user: ClientUser, form: Form) {
    const reach = currentReach(req)
    const why = user.isOwner ? undefined : whyBeyond(reach, user)
    const data = {
      ...bounds(reach),
      user,
      why,
      form,
      seen: seenFor(user, form),
      presets: await presetsOf(req),
    }
    show(req, res, 'client-area/permissions', data)
  }

  page.get(`${PAGE}/:userId/permissions`, ...manages, async (req, res) => {
    const user = await target(req)
    const ends_on = endDay(user.ends_at)
    await showPermissions(req, res, user, formOf(req, { permissions: user.permissions, ends_on }))
  })

  page.post(`${PAGE}/:userId/permissions`, ...actAs('manage-access', manages), async (req, res) => {
    const user = await target(req)
    const all = currentReach(req).permissions
    const ticked = asksToTick(req) && tickedForm(req, await presetsOf(req), all)
    if (ticked) return showPermissions(req, res.status(statusOf(ticked)), user, ticked)
    const form = await submit(permissionsForm(all), req.body, (input) => {
      const { permissions, endsOn } = input
      const seen = mustBeSeen(req, input)
      return setPermissions(db, actor(req), currentClient(req), user, permissions, endsOn, seen)
    })
    if (form) return showPermissions(req, res.status(422), await target(req), form)
    flash(res, 'success', 'permissions.saved', { name: fullName(user) })
    res.redirect(303, PAGE)
  })

  async function showRemove(req: Request, res: Response, user: ClientUser, form: Form) {
    const why = whyBeyond(currentReach(req), user)
    const data = { user, why, form, offered: await isOffered(db, currentClient(req), user) }
    show(req, res, 'client-area/remove', data, 'client-area/_remove')
  }

  page.get(`${PAGE}/:userId/remove`, ...manages, async (req, res) =>
    showRemove(req, res, await target(req), formOf(req)),
  )

  page.post(`${PAGE}/:userId/remove`, ...actAs('manage-access', manages), async (req, res) => {
    const user = await target(req)
    const form = await submit(NoInput, req.body, () => removeAccess(db, actor(req), currentClient(req), user))
    if (form) return showRemove(req, res.status(422), user, form)
    flash(res, 'success', 'access.removed', { name: fullName(user) })
    res.redirect(303, PAGE)
  })

  return page
}
