// Invitations of all clients: finding them, resending or cancelling several at once, and correcting an address.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import {
  AGES,
  type AnyInvitation,
  actOnMany,
  countAllInvitations,
  findInvitations,
  findNamed,
  listAllInvitations,
  MOST_AT_ONCE,
  type Outcome,
  STATES,
  type Step,
} from '../domain/all-invitations.ts'
import { type Client, findClient } from '../domain/clients.ts'
import { correctAddress } from '../domain/correcting-addresses.ts'
import { cutPage, isMoment, readPlace } from '../domain/pages.ts'
import { NotFound, Refusal, TooMany } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { emailField, type Form, formOf, manyOf, submit } from '../web/form.ts'
import { actor, idOf } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { tellTooMany } from '../web/words.ts'
import { holds } from './area.ts'

const URL = '/admin/invitations'
const PAGE_SIZE = 25
const WORDS_MAX = 100

const ManyForm = z.object({ ids: manyOf() })
const AddressForm = z.object({ email: emailField() })

const wordsIn = (value: unknown) => (typeof value === 'string' ? value.trim().slice(0, WORDS_MAX) : '')

async function readList(db: Db, { query }: Request) {
  const state = STATES.find((one) => one === query.state)
  const age = AGES.find((one) => one === query.age)
  const asked = { client: wordsIn(query.client), inviter: wordsIn(query.inviter) }
  const place = readPlace(query.before)
  const before = isMoment(place) ? place : undefined
  const named = await findNamed(db, asked)
  const wanted = { named, state, age, before, limit: PAGE_SIZE + 1 }
  const found = cutPage({ rows: await listAllInvitations(db, wanted) }, PAGE_SIZE)
  const total = await totalBelow({ ...found, before }, () => countAllInvitations(db, wanted))
  const filters = { ...asked, state: state ?? '', age: age ?? '' }
  return { ...found, before, total, filters, mayBeMore: named.isCut, states: STATES, ages: AGES }
}

const idsIn = (ids: string[]) => ids.map(idOf).filter(Boolean)

const whyNot = ({ refusal }: Outcome) => {
  if (!refusal) return undefined
  return refusal instanceof TooMany ? tellTooMany(refusal) : t(refusal.key, refusal.values)
}

export function invitations(db: Db) {
  const page = Router()

  page.get(URL, ...holds('list-clients'), async (req, res) => {
    show(req, res, 'admin-area/invitations', await readList(db, req), 'admin-area/_invitations')
  })

  for (const step of ['resend', 'cancel'] as const) several(db, page, step)

  page.use(correcting(db))
  return page
}

function several(db: Db, page: Router, step: Step) {
  async function ask(req: Request, res: Response, ids: string[], form: Form) {
    const chosen = await findInvitations(db, idsIn(ids))
    show(req, res, 'admin-area/invitations-step', { step, chosen, form })
  }

  page.get(`${URL}/${step}`, ...holds('invite'), async (req, res) => {
    const { data } = ManyForm.safeParse(req.query)
    await ask(req, res, data?.ids ?? [], formOf(req))
  })

  page.post(`${URL}/${step}`, ...holds('invite'), async (req, res) => {
    let outcomes: Outcome[] = []
    const form = await submit(ManyForm, req.body, async ({ ids }) => {
      if (ids.length > MOST_AT_ONCE) throw new Refusal('invitations.tooMany', '', { max: MOST_AT_ONCE })
      outcomes = await actOnMany(db, actor(req), step, idsIn(ids))
      if (outcomes.length === 0) throw new Refusal('invitations.choose')
    })
    if (form) return ask(req, res.status(422), [], form)
    const told = outcomes.map((outcome) => ({ ...outcome, why: whyNot(outcome) }))
    const [done, not] = [told.filter(({ why }) => !why), told.filter(({ why }) => why)]
    show(req, res, 'admin-area/invitations-done', { step, done, not })
  })
}

function correcting(db: Db) {
  const page = Router()

  async function target(req: Request): Promise<{ invitation: AnyInvitation; client: Client }> {
    const [invitation] = await findInvitations(db, [idOf(req.params.inviteId)])
    const client = invitation && (await findClient(db, invitation.client_id))
    if (!client) throw new NotFound()
    return { invitation, client }
  }

  const showForm = (req: Request, res: Response, invitation: AnyInvitation, form: Form) =>
    show(req, res, 'admin-area/invitation-address', { invitation, form })

  page.get(`${URL}/:inviteId/address`, ...holds('invite'), async (req, res) => {
    const { invitation } = await target(req)
    showForm(req, res, invitation, formOf(req, { email: invitation.email }))
  })

  page.post(`${URL}/:inviteId/address`, ...holds('invite'), async (req, res) => {
    const { invitation, client } = await target(req)
    const form = await submit(AddressForm, req.body, ({ email }) =>
      correctAddress(db, actor(req), client, invitation, email),
    )
    if (form) return showForm(req, res.status(422), invitation, form)
    const email = String(req.body.email).trim()
    flash(res, 'success', 'invite.correct.done', { email, before: invitation.email })
    res.redirect(303, URL)
  })

  return page
}
