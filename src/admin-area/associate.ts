// Associate User: pick someone, or create them; choose permissions; invite, or associate at once (R24, R25).

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { associate } from '../domain/associations.ts'
import type { Client } from '../domain/clients.ts'
import { invite } from '../domain/inviting.ts'
import { findAssociated } from '../domain/listing-client-users.ts'
import { PERMISSIONS } from '../domain/permissions.ts'
import { listPresets } from '../domain/presets.ts'
import { Refusal } from '../domain/refusal.ts'
import { findUser, lowerCase, NAME_MAX, searchUsers, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import {
  check,
  choiceOf,
  emailField,
  type Form,
  firstName,
  formOf,
  lastName,
  manyOf,
  submit,
} from '../web/form.ts'
import { messageField } from '../web/message-field.ts'
import { asksToTick, statusOf, tickedForm } from '../web/presets.ts'
import { actor, idOf, mustHold } from '../web/request.ts'
import { show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'

const URL = '/admin/clients/:id/users/associate'
const FOUND_MAX = 8

const Fields = z.object({
  search: z.string().trim().max(300, 'field.tooLong').default(''),
  user_id: z.string().default(''),
  first_name: z.string().default(''),
  last_name: z.string().default(''),
  send_invite: choiceOf(['yes', 'no'], 'choice.missing').default('yes'),
  check_all: z.string().optional(),
  permissions: manyOf(),
  message: messageField(),
  ends_on: z.string().default(''),
  confirmed: z.string().optional(),
})
/** Somebody who is created on the spot is told all that is missing of them at once. */
const NewUserFields = Fields.extend({ search: emailField(), first_name: firstName(), last_name: lastName() })

type Input = z.output<typeof Fields>

const isCreated = ({ body }: Request) => body.user_id === 'new' && body.send_invite === 'no'

export function associatePage(db: Db) {
  const page = Router()
  const target = clientOf(db)

  async function showForm(req: Request, res: Response, client: Client, form: Form) {
    const search = String(form.values.search ?? '').slice(0, NAME_MAX)
    const { found, mayBeMore } = await searchUsers(db, search, FOUND_MAX)
    const taken = await findAssociated(db, client, found)
    const presets = await listPresets(db, client)
    const data = { client, form, found, mayBeMore, taken, presets, tab: 'users' }
    show(req, res, 'admin-area/associate', data, 'admin-area/_found')
  }

  page.get(URL, ...holds('invite'), async (req, res) => {
    await showForm(req, res, await target(req), formOf(req, { send_invite: 'yes', ...req.query }))
  })

  /** The user who was picked; none for *Create new user*. */
  async function picked(input: Input): Promise<User | undefined> {
    if (input.user_id === 'new') return undefined
    const user = await findUser(db, idOf(input.user_id))
    if (!user) throw new Refusal('associate.choose', 'search')
    return user
  }

  async function act(req: Request, client: Client, { check_all, ...input }: Input) {
    const permissions = check_all ? PERMISSIONS : input.permissions
    const user = await picked(input)
    const email = user?.email ?? check(emailField(), input.search, 'search')
    if (input.send_invite === 'yes') {
      const { message, ends_on: endsOn } = input
      const { replaced } = await invite(db, actor(req), client, { email, permissions, message, endsOn })
      return { key: replaced ? 'invite.replaced' : 'invite.sent', email } as const
    }
    const { first_name, last_name, ends_on: endsOn } = input
    const who = user ?? { email: lowerCase(email), first_name, last_name }
    mustHold(req, 'manage-access')
    const confirmed = Boolean(input.confirmed)
    await associate(db, actor(req), client, who, permissions, { confirmed, endsOn })
    return { key: 'associate.done', email } as const
  }

  page.post(URL, ...holds('invite'), async (req, res) => {
    const client = await target(req)
    const ticked = asksToTick(req) && tickedForm(req, await listPresets(db, client))
    if (ticked) return showForm(req, res.status(statusOf(ticked)), client, ticked)
    let done: Awaited<ReturnType<typeof act>> | undefined
    const form = await submit(isCreated(req) ? NewUserFields : Fields, req.body, async (input) => {
      done = await act(req, client, input)
    })
    if (form || !done) return showForm(req, res.status(422), client, form ?? formOf(req))
    flash(res, 'success', done.key, { email: done.email })
    res.redirect(303, `/admin/clients/${client.id}/users`)
  })

  return page
}
