// Many addresses invited by one call: each is answered by itself, with its invitation or with why there is none.

import { createRoute, z } from '@hono/zod-openapi'
import type { Actor } from '../domain/change.ts'
import { findInvitation } from '../domain/invitations.ts'
import type { invite } from '../domain/inviting.ts'
import { AT_ONCE_MAX, type Invited, inviteMany } from '../domain/inviting-many.ts'
import { NotFound, TooMany } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { check, emailField } from '../web/form.ts'
import { sentenceOf } from '../web/words.ts'
import { act, partOnce } from './answering.ts'
import { type Api, type Call, clientOf } from './context.ts'
import { about, bodyOfId, InvitationBody, Offer, offered, PATH, sends } from './invitations.ts'
import { TYPE } from './problems.ts'
import * as shape from './shapes.ts'

const EXAMPLE = { emails: ['dora@example.com', 'emil@example.com'], preset: 'billing' }
const ADDRESS_MAX = 300

const NewInvitations = z
  .strictObject({
    emails: shape
      .many(z.string('email.malformed').max(ADDRESS_MAX, 'field.tooLong'), 'email.missing')
      .min(1, 'email.missing')
      .max(AT_ONCE_MAX, 'api.tooManyAddresses'),
    ...Offer,
  })
  .openapi('NewInvitations', { example: EXAMPLE })

const Outcomes = z
  .object({
    invited: z.int().openapi({ description: 'How many are invited.' }),
    results: z.array(
      z.object({
        email: z.string(),
        invitation: InvitationBody.optional(),
        problem: z.object({ type: z.string(), detail: z.string() }).optional(),
      }),
    ),
  })
  .openapi('Outcomes')

const createMany = createRoute({
  ...{ ...about, method: 'post', path: `${PATH}/batch` },
  ...{ operationId: 'createInvitations', summary: 'Invite up to 50 addresses' },
  description:
    'Each address is invited by itself, and answered in the order that was sent: with its invitation, or with the problem that was in the way.',
  ...sends,
  request: { params: shape.ClientParams, headers: shape.DoHeaders, body: shape.bodyOf(NewInvitations) },
  responses: shape.done(Outcomes),
})

async function resultOf(db: Db, { typed, invitation, refused }: Invited) {
  if (invitation) return { email: typed, invitation: await bodyOfId(db, invitation) }
  return {
    email: typed,
    ...(refused && { problem: { type: TYPE + refused.key, detail: sentenceOf(refused) } }),
  }
}

/** Limits that are all that is in the way are answered as for one. */
function unlessAllTooMany(outcomes: Invited[]): Invited[] {
  const [first] = outcomes
  if (first?.refused instanceof TooMany && outcomes.every(({ refused }) => refused instanceof TooMany))
    throw first.refused
  return outcomes
}

type Sent = Awaited<ReturnType<typeof invite>>

const sendOnce = (c: Call, by: Actor) => (email: string, send: () => Promise<Sent>) =>
  partOnce<Sent>(c, by, {
    name: email,
    run: send,
    keep: ({ invitation }) => String(invitation.id),
    kept: async (id) => {
      const invitation = await findInvitation(c.get('db'), clientOf(c), Number(id))
      if (!invitation) throw new NotFound()
      return { invitation, replaced: false }
    },
  })

export function manyInvitations(api: Api) {
  api.openapi(createMany, (c) => {
    const { emails, ...offer } = c.req.valid('json')
    const read = (typed: string) => check(emailField(), typed, 'email')
    return act(c, {
      run: async (by) => {
        const what = await offered(c, offer)
        const how = { read, once: sendOnce(c, by) }
        return unlessAllTooMany(await inviteMany(c.get('db'), by, clientOf(c), emails, what, how))
      },
      status: 200,
      answer: async (db, outcomes) => {
        const results = []
        for (const outcome of outcomes) results.push(await resultOf(db, outcome))
        return { invited: outcomes.filter(({ invitation }) => invitation).length, results }
      },
      several: true,
    })
  })
}
