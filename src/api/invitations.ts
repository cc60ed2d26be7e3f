// Invitations: of a client or of all, one or many at once, sent again, cancelled. The link goes to the invited address
// alone: no answer has it, nor what it could be made from.

import { createRoute, z } from '@hono/zod-openapi'
import {
  type AnyInvitation,
  findInvitations,
  listAllInvitations,
  STATES,
  sentLastFirst,
} from '../domain/all-invitations.ts'
import { ofEachSeen } from '../domain/api-callers.ts'
import { cancelInvitation, findInvitation, type Invitation } from '../domain/invitations.ts'
import { invite, resendInvitation } from '../domain/inviting.ts'
import { reachOf } from '../domain/managing.ts'
import { isMoment } from '../domain/pages.ts'
import { parsePermissions } from '../domain/permissions.ts'
import { NotFound, Refusal } from '../domain/refusal.ts'
import { EMAIL_MAX, lowerCase } from '../domain/users.ts'
import { precisely } from '../domain/whose-invitations.ts'
import { emailField } from '../web/form.ts'
import { messageField } from '../web/message-field.ts'
import { act, show } from './answering.ts'
import { type Api, actor, type Call, clientOf } from './context.ts'
import { Given, keysIn } from './giving.ts'
import { needs } from './guards.ts'
import { Key } from './permissions.ts'
import * as shape from './shapes.ts'

const text = z.string()
const maybe = shape.moment().nullable()

export const InvitationBody = z
  .object({
    ...{ id: shape.id(1), client_id: shape.id(1), email: text },
    permissions: z.array(Key),
    message: text,
    state: z.enum(STATES),
    invited_by: text.openapi({ description: 'The name of the user or admin.', example: 'Alice Ames' }),
    sent_at: shape.moment(),
    send_count: z.int().openapi({ example: 1 }),
    expires_at: shape.moment().openapi({ description: 'The link works until then.' }),
    opened_at: maybe.openapi({ description: 'When something was first sent from the page of the link.' }),
    ended_at: maybe,
    access_ends_at: maybe.openapi({ description: 'When the access ends that it gives.' }),
    accepted_by_user_id: shape.id(2).nullable(),
    decline_word: text.openapi({ description: 'What whoever declined had to say.' }),
    ...{ created_at: shape.moment(), updated_at: shape.moment() },
  })
  .openapi('Invitation')

const bodyOf = (one: AnyInvitation): z.infer<typeof InvitationBody> => ({
  ...{ id: one.id, client_id: one.client_id, email: one.email },
  permissions: parsePermissions(one.permissions),
  ...{ message: one.message, state: one.status, invited_by: one.inviter },
  ...{ sent_at: one.sent_at, send_count: one.send_count, expires_at: one.expires_at },
  ...{ opened_at: one.opened_at, ended_at: one.ended_at, access_ends_at: one.access_ends_at },
  ...{ accepted_by_user_id: one.accepted_by_user_id, decline_word: one.decline_word },
  ...{ created_at: one.created_at, updated_at: one.updated_at },
})

/** As it is now, with who sent it. */
export async function bodyOfId(db: Call['var']['db'], { id }: { id: number }) {
  const [one] = await findInvitations(db, [id])
  if (!one) throw new NotFound()
  return bodyOf(one)
}

/** What is offered, whoever is invited. */
export const Offer = {
  ...Given,
  message: messageField().openapi({ description: 'A few words of your own.', example: 'Welcome!' }),
  ends_on: text.max(10, 'field.malformed').default('').openapi({
    description: 'The last day of the access; without it there is no end.',
    example: '',
  }),
}

/** As the domain takes it. */
export const offered = async (c: Call, { message, ends_on, ...given }: OfferInput) => ({
  ...{ message, endsOn: ends_on, permissions: (await keysIn(c, given)) ?? [] },
})

type OfferInput = z.output<z.ZodObject<typeof Offer>>

const NewInvitation = z.strictObject({ email: emailField(), ...Offer }).openapi('NewInvitation', {
  example: { email: 'dora@example.com', permissions: ['invoices', 'tickets'] },
})

const Query = shape.Page.extend({
  state: z.enum(STATES, 'api.state').optional(),
  email: z
    .string('field.malformed')
    .transform(lowerCase)
    .pipe(z.string().min(1, 'email.missing').max(EMAIL_MAX, 'field.tooLong'))
    .optional()
    .openapi({ description: 'The whole address that was invited.', example: 'dora@example.com' }),
})
const Params = shape.ClientParams.extend({ invitation_id: shape.idIn('invitation_id', 1) })

export const about = { tags: ['Invitations'] }
export const PATH = '/clients/{client_id}/invitations'
export const sends = needs({ right: 'invite', token: 'users' })
const reads = needs({ right: 'list-clients', token: 'users' })

const listAll = createRoute({
  ...{ ...about, method: 'get', path: '/invitations', operationId: 'listAllInvitations' },
  ...{ summary: 'List the invitations of all clients', description: 'What was sent last comes first.' },
  ...needs({ right: 'list-clients' }),
  request: { query: Query },
  responses: shape.read(shape.listOf('Invitations', InvitationBody)),
})

const list = createRoute({
  ...{ ...about, method: 'get', path: PATH, operationId: 'listInvitations' },
  ...{ summary: 'List the invitations of a client', description: 'What was sent last comes first.' },
  ...reads,
  request: { params: shape.ClientParams, query: Query },
  responses: shape.read(shape.listOf('Invitations', InvitationBody)),
})

const get = createRoute({
  ...{ ...about, method: 'get', path: `${PATH}/{invitation_id}` },
  ...{ operationId: 'getInvitation', summary: 'Get an invitation' },
  ...reads,
  request: { params: Params },
  responses: shape.read(InvitationBody),
})

const create = createRoute({
  ...{ ...about, method: 'post', path: PATH, operationId: 'createInvitation', summary: 'Invite an address' },
  description:
    'An address that is invited already gets a new link in place of the old one, with what is offered now. Whether it has a login is never told.',
  ...sends,
  request: { params: shape.ClientParams, headers: shape.DoHeaders, body: shape.bodyOf(NewInvitation) },
  responses: shape.created(InvitationBody),
})

const resend = createRoute({
  ...{ ...about, method: 'post', path: `${PATH}/{invitation_id}/resend` },
  ...{ operationId: 'resendInvitation', summary: 'Send an invitation again' },
  description: 'Of one that is pending or has expired: a new link and seven new days; the old link is dead.',
  ...sends,
  request: { params: Params, headers: shape.DoHeaders },
  responses: shape.done(InvitationBody),
})

const cancel = createRoute({
  ...{ ...about, method: 'post', path: `${PATH}/{invitation_id}/cancel` },
  ...{ operationId: 'cancelInvitation', summary: 'Cancel an invitation' },
  ...sends,
  request: { params: Params, headers: shape.DoHeaders },
  responses: shape.done(InvitationBody),
})

type Looked = z.output<typeof Query>

async function listed(c: Call, { state, email, ...looked }: Looked, client?: { id: number }) {
  const { limit, behind } = shape.wanted(looked)
  if (behind && !isMoment(behind)) throw new Refusal('api.after', 'after')
  const list = (of = client) =>
    listAllInvitations(c.get('db'), {
      ...{ limit, state, before: behind, named: precisely(c.get('db'), { client: of, email }) },
    })
  const rows = client
    ? await list()
    : await ofEachSeen(c.get('db'), c.get('caller'), list, { order: sentLastFirst, limit })
  return shape.pageOf(c, { rows }, { limit }, bodyOf)
}

/** The invitation of the URL; what the host has switched off for users is not shown to them either. */
async function target(c: Call): Promise<Invitation> {
  const client = clientOf(c)
  await reachOf(c.get('db'), actor(c), client)
  const one = await findInvitation(c.get('db'), client, Number(c.req.param('invitation_id')))
  if (!one) throw new NotFound()
  return one
}

export function invitations(api: Api) {
  // First, since the examples of the document run one after the other.
  api.openapi(create, (c) => {
    const { email, ...offer } = c.req.valid('json')
    return act(c, {
      run: async (by) => invite(c.get('db'), by, clientOf(c), { email, ...(await offered(c, offer)) }),
      status: 201,
      answer: (db, { invitation }) => bodyOfId(db, invitation),
      headers: ({ id, client_id }) => ({ Location: `/api/v1/clients/${client_id}/invitations/${id}` }),
    })
  })

  api.openapi(listAll, async (c) => show(c, await listed(c, c.req.valid('query'))))

  api.openapi(list, async (c) => {
    await reachOf(c.get('db'), actor(c), clientOf(c))
    return show(c, await listed(c, c.req.valid('query'), clientOf(c)))
  })

  api.openapi(get, async (c) => show(c, await bodyOfId(c.get('db'), await target(c))))

  for (const [route, run] of [
    [resend, resendInvitation],
    [cancel, cancelInvitation],
  ] as const)
    api.openapi(route, async (c) => {
      const one = await target(c)
      return act(c, {
        run: async (by) => void (await run(c.get('db'), by, clientOf(c), one)),
        status: 200,
        answer: (db) => bodyOfId(db, one),
      })
    })
}
