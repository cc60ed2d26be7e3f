// Invitations of all clients: finding them, resending or cancelling several at once, and correcting an address.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import {
  AGES,
  type AnyInvitation,
  actOnMany,
  countAllInvitations,
  findInvitations,
  listAllInvitations,
  MOST_AT_ONCE,
  type Outcome,
  STATES,
  type Step,
} from '../domain/all-invitations.ts'
import { type Client, findClient } from '../domain/clients.ts'
import { correctAddress } from '../domain/correcting-addresses.ts'
import { cutPage, isMoment, type Place, readPlace } from '../domain/pages.ts'
import { NotFound, Refusal, TooMany } from '../domain/refusal.ts'
import { EMAIL_MAX } from '../domain/users.ts'
import { findNamed } from '../domain/whose-invitations.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { emailField, type Form, formOf, manyOf, submit } from '../web/form.ts'
import { placesIn } from '../web/places.ts'
import { actor, idOf } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'
import { t } from '../web/translate.ts'
import { type Data, show } from '../web/views.ts'
import { tellTooMany } from '../web/words.ts'
import { holds } from './area.ts'

const URL = '/admin/invitations'
const PAGE_SIZE = 25
const WORDS_MAX = 100

const ManyForm = z.object({ ids: manyOf() })
const AddressForm = z.object({ email: emailField() })

/** What says where somebody is in the list: whatever is done to its rows leads back there. */
const PLACES = ['email', 'client', 'inviter', 'state', 'age', 'before']
const hereIn = (req: Request) => placesIn(req, PLACES)

const wordsIn = (value: unknown, most = WORDS_MAX) =>
  typeof value === 'string' ? value.trim().slice(0, most) : ''

async function readList(db: Db, query: Request['query'], from: Place | undefined): Promise<Data> {
  const state = STATES.find((one) => one === query.state)
  const age = AGES.find((one) => one === query.age)
  const email = wordsIn(query.email, EMAIL_MAX)
  const asked = { email, client: wordsIn(query.client), inviter: wordsIn(query.inviter) }
  const before = isMoment(from) ? from : undefined
  const named = await findNamed(db, asked)
  const wanted = { named, state, age, before, limit: PAGE_SIZE + 1 }
  const rows = await listAllInvitations(db, wanted)
  // What stood on that page may have been sent again, or be something else by now.
  if (before && rows.length === 0) return readList(db, query, undefined)
  const found = cutPage({ rows }, PAGE_SIZE)
  // Counted among the first alone, it would not be how many there are.
  const count = async () => (named.isCut ? undefined : countAllInvitations(db, wanted))
  const total = await totalBelow({ ...found, before }, count)
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
    const list = await readList(db, req.query, readPlace(req.query.before))
    show(req, res, 'admin-area/invitations', { ...list, here: hereIn(req) }, 'admin-area/_invitations')
  })

  for (const step of ['resend', 'cancel'] as const) several(db, page, step)

  page.use(correcting(db))
  return page
}

function several(db: Db, page: Router, step: Step) {
  async function ask(req: Request, res: Response, ids: string[], form: Form) {
    const chosen = await findInvitations(db, idsIn(ids))
    show(req, res, 'admin-area/invitations-step', { step, chosen, form, here: hereIn(req) })
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
    show(req, res, 'admin-area/invitations-done', { step, done, not, here: hereIn(req) })
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
    show(req, res, 'admin-area/invitation-address', { invitation, form, here: hereIn(req) })

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
    res.redirect(303, URL + hereIn(req))
  })

  return page
}
