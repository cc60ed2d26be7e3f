// What happened: all that a credential may see, or of one client; of a token what the pages show its user.

import { createRoute, z } from '@hono/zod-openapi'
import { type Activity, type ActivityFilter, heldIn, listActivity, newestFirst } from '../domain/activity.ts'
import { asReadBy, type Reader, readerOf, readersFilter } from '../domain/activity-readers.ts'
import { ofEachSeen } from '../domain/api-callers.ts'
import { Refusal } from '../domain/refusal.ts'
import { ACTIONS } from '../web/activity-actions.ts'
import { inSentences } from '../web/activity-words.ts'
import { show } from './answering.ts'
import { type Api, type Call, clientOf } from './context.ts'
import { needs } from './guards.ts'
import * as shape from './shapes.ts'

const KINDS = ['user', 'admin', 'credential', 'system', 'visitor'] as const
const number = z.int().nullable()
const someone = z.object({ id: z.int(), name: z.string() })

const Entry = z
  .object({
    ...{ id: shape.id(1), at: shape.moment() },
    actor: z.object({ kind: z.enum(KINDS), id: number, name: z.string() }),
    token: z
      .string()
      .nullable()
      .openapi({ description: 'The personal token that the user came with.', example: null }),
    acting_admin: someone.nullable().openapi({ description: 'The admin who acted as that user.' }),
    client_id: number,
    user_id: number.openapi({ description: 'Whom it is about.' }),
    action: z.string().openapi({ example: 'invite.sent' }),
    sentence: z.string().openapi({ description: 'For people.' }),
    detail: shape
      .anyObject()
      .openapi({ description: 'What was before and after, and whatever else belongs to it.', example: {} }),
    ip: z.string().openapi({ description: 'Empty where it is not yours to know.' }),
  })
  .openapi('ActivityEntry')

function bodyOf(entry: Activity): z.infer<typeof Entry> {
  const [told] = inSentences([entry])
  const { acting_admin_id, acting_admin_name } = entry
  const { detail, token = null } = heldIn(entry)
  return {
    ...{ id: entry.id, at: entry.at },
    actor: { kind: entry.actor_kind, id: entry.actor_id, name: entry.actor_name },
    token,
    acting_admin: acting_admin_id === null ? null : { id: acting_admin_id, name: acting_admin_name ?? '' },
    ...{ client_id: entry.client_id, user_id: entry.user_id, action: entry.action },
    sentence: `${told?.who} ${told?.what}`,
    detail,
    ip: entry.ip,
  }
}

const idText = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'field.malformed')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 1 })
const day = () => z.iso.date('field.malformed').optional().openapi({ description: 'A day in UTC, included.' })

const Filters = {
  user_id: idText().openapi({ description: 'Whom it is about, or who did it.' }),
  admin_id: idText().openapi({ description: 'Who did it, as themselves or as a user.' }),
  credential_id: idText().openapi({ description: 'The API key that did it.' }),
  action: z
    .string()
    .refine((action) => ACTIONS.includes(action), 'log.bad.action')
    .optional(),
  ...{ from: day(), to: day() },
}
const OfClient = shape.Page.extend(Filters)
const OfAll = shape.Page.extend({ client_id: idText(), ...Filters })

const about = { tags: ['Activity'], responses: shape.read(shape.listOf('Activity', Entry)) }

const list = createRoute({
  ...{ ...about, method: 'get', path: '/activity', operationId: 'listActivity', summary: 'List activity' },
  description:
    'Newest first. An API key for some clients sees what happened with those; a personal token what its user did, and what was done with their login.',
  ...needs({ right: 'see-activity', token: 'login' }),
  request: { query: OfAll },
})

const listOfClient = createRoute({
  ...{ ...about, method: 'get', path: '/clients/{client_id}/activity' },
  ...{ operationId: 'listClientActivity', summary: 'List the activity of a client' },
  description: 'Newest first.',
  ...needs({ right: 'see-activity', token: 'owner' }),
  request: { params: shape.ClientParams, query: OfClient },
})

async function listed(c: Call, asked: z.output<typeof OfAll>, reader?: Reader) {
  const { after, limit: most, client_id, user_id, admin_id, credential_id, ...same } = asked
  const { limit, behind } = shape.wanted({ after, limit: most })
  const filter: ActivityFilter = {
    ...{ ...same, before: behind?.id },
    ...(user_id && { user: { id: user_id } }),
    ...(admin_id && { admin: { id: admin_id } }),
    ...(credential_id && { credential: { id: credential_id } }),
    ...(reader && readersFilter(reader)),
  }
  // Of a token its reader says it; a client of the URL was looked for by the guard.
  const isSeen = reader || c.req.param('client_id')
  const list = async (client = client_id ? { id: client_id } : undefined) =>
    client_id && client?.id !== client_id
      ? []
      : listActivity(c.get('db'), { ...(client && { client }), ...filter, limit })
  const rows = isSeen
    ? await list()
    : await ofEachSeen(c.get('db'), c.get('caller'), list, { order: newestFirst, limit })
  const read = reader ? rows.map((entry) => asReadBy(reader, entry)) : rows
  return shape.pageOf(c, { rows: read }, { limit }, bodyOf)
}

export function activity(api: Api) {
  api.openapi(list, async (c) => {
    const [asked, { user }] = [c.req.valid('query'), c.get('caller')]
    // Of a token it is its own user already.
    if (user && asked.user_id) throw new Refusal('api.notForTokens', 'user_id')
    return show(c, await listed(c, asked, user && (await readerOf(c.get('db'), user))))
  })

  api.openapi(listOfClient, async (c) => {
    const [client, { user }] = [clientOf(c), c.get('caller')]
    const reader = user && (await readerOf(c.get('db'), user, client))
    return show(c, await listed(c, { ...c.req.valid('query'), client_id: client.id }, reader))
  })
}
