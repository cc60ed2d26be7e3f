// The users of a client: list, get, associate directly, set permissions or the last day, suspend and resume, remove.
// Who manages how far is decided by the domain, inside the transaction: a delegate's token reaches what they hold.

import { createRoute, z } from '@hono/zod-openapi'
import { endDay } from '../domain/access-times.ts'
import { findUserFor, mustLookAtUsers } from '../domain/api-callers.ts'
import { associate, type ClientUser, findClientUser } from '../domain/associations.ts'
import { setPermissions } from '../domain/editing-access.ts'
import { listAssociations } from '../domain/listing-client-users.ts'
import { NotFound } from '../domain/refusal.ts'
import { removeAccess } from '../domain/removing-access.ts'
import { resume, suspend } from '../domain/suspending.ts'
import type { Db } from '../platform/database.ts'
import { act, mustMatch, show } from './answering.ts'
import { type Api, type Call, clientOf } from './context.ts'
import { Given, keysIn } from './giving.ts'
import { needs } from './guards.ts'
import { Key } from './permissions.ts'
import * as shape from './shapes.ts'

const AssociationBody = z
  .object({
    user_id: shape.id(2),
    ...{ first_name: z.string(), last_name: z.string(), email: z.string() },
    is_owner: z.boolean(),
    permissions: z.array(Key),
    standing: z.enum(['open', 'suspended', 'ended']),
    ends_on: z.string().nullable().openapi({ description: 'The last day of access.' }),
    suspended_at: shape.moment().nullable(),
  })
  .openapi('Association')

const bodyOf = (user: ClientUser): z.infer<typeof AssociationBody> => ({
  ...{ user_id: user.id, first_name: user.first_name, last_name: user.last_name, email: user.email },
  ...{ is_owner: user.isOwner, permissions: user.permissions, standing: user.standing },
  ...{ ends_on: endDay(user.ends_at), suspended_at: user.suspended_at },
})

const given = {
  ...Given,
  ends_on: z.string('until.malformed').optional().openapi({
    description: 'The last day of access, as 2027-12-31; empty for no end.',
  }),
}

const NewAssociation = z
  .strictObject({
    user_id: shape.id(3),
    ...given,
    confirmed: shape.yesOrNo().optional().openapi({
      description: 'True where nobody has shown yet that the address is theirs, and you know that it is.',
    }),
  })
  .openapi('NewAssociation', { example: { user_id: 3, permissions: ['invoices', 'tickets'] } })

const AssociationEdit = z
  .strictObject(given)
  .openapi('AssociationEdit', { example: { permissions: ['invoices', 'tickets'] } })

const Suspension = z
  .strictObject({ suspended: shape.yesOrNo() })
  .openapi('Suspension', { example: { suspended: true } })

const about = { tags: ['Users of a client'] }
const LIST = '/clients/{client_id}/users'
const ONE = `${LIST}/{user_id}` as const
const oneLike = (example: number) => ({
  params: shape.ClientParams.extend({ user_id: shape.idIn('user_id', example) }),
})
const one = oneLike(2)
const managing = needs({ right: 'manage-access', token: 'users' })

const list = createRoute({
  ...{ ...about, method: 'get', path: LIST, operationId: 'listAssociations' },
  ...{ summary: 'List the users of a client', ...needs({ right: 'list-clients', token: 'users' }) },
  request: { params: shape.ClientParams, query: shape.Page },
  responses: shape.read(shape.listOf('Associations', AssociationBody)),
})

const get = createRoute({
  ...{ ...about, method: 'get', path: ONE, operationId: 'getAssociation' },
  ...{ summary: 'Get a user of a client', ...needs({ right: 'list-clients', token: 'users' }) },
  request: one,
  responses: shape.read(AssociationBody),
})

const create = createRoute({
  ...{ ...about, method: 'post', path: LIST, operationId: 'associateUser' },
  ...{ summary: 'Associate a user directly', ...needs({ right: 'manage-access' }) },
  description: 'At once, and no email goes out. A key for some clients reaches only users of those.',
  request: {
    ...{ params: shape.ClientParams, headers: shape.DoHeaders },
    body: shape.bodyOf(NewAssociation),
  },
  responses: shape.created(AssociationBody),
})

const edit = createRoute({
  ...{ ...about, method: 'patch', path: ONE, operationId: 'editAssociation' },
  ...{ summary: 'Set permissions or the last day', ...managing },
  description: 'What is not sent stays as it is. The owner’s access is never edited.',
  request: { ...one, headers: shape.EditHeaders, body: shape.bodyOf(AssociationEdit) },
  responses: shape.edited(AssociationBody),
})

const rest = createRoute({
  ...{ ...about, method: 'post', path: `${ONE}/suspension`, operationId: 'suspendAssociation' },
  ...{ summary: 'Suspend or resume access', ...managing },
  request: { ...oneLike(3), headers: shape.DoHeaders, body: shape.bodyOf(Suspension) },
  responses: shape.done(AssociationBody),
})

const remove = createRoute({
  ...{ ...about, method: 'delete', path: ONE, operationId: 'removeAssociation' },
  ...{ summary: 'Remove access', description: 'The answer is the access as it was.', ...managing },
  request: { ...oneLike(3), headers: shape.DoHeaders },
  responses: shape.done(AssociationBody),
})

async function getOne(db: Db, c: Call, id: number): Promise<ClientUser> {
  const user = await findClientUser(db, clientOf(c), id)
  if (!user) throw new NotFound()
  return user
}

export function associations(api: Api) {
  reads(api)
  gives(api)
  takes(api)
}

function reads(api: Api) {
  api.openapi(list, async (c) => {
    await mustLookAtUsers(c.get('db'), c.get('caller'))
    const page = shape.wanted(c.req.valid('query'))
    const rows = await listAssociations(c.get('db'), clientOf(c), page)
    return show(c, shape.pageOf(c, { rows }, page, bodyOf))
  })

  api.openapi(get, async (c) => {
    await mustLookAtUsers(c.get('db'), c.get('caller'))
    return show(c, bodyOf(await getOne(c.get('db'), c, c.req.valid('param').user_id)))
  })
}

function gives(api: Api) {
  api.openapi(create, (c) => {
    const { user_id, ends_on: endsOn = '', confirmed = false, ...input } = c.req.valid('json')
    const client = clientOf(c)
    return act(c, {
      run: async (by) => {
        const user = await findUserFor(c.get('db'), c.get('caller'), user_id)
        const keys = (await keysIn(c, input)) ?? []
        return associate(c.get('db'), by, client, user, keys, { confirmed, endsOn })
      },
      status: 201,
      answer: async (db) => bodyOf(await getOne(db, c, user_id)),
      headers: () => ({ Location: `/api/v1/clients/${client.id}/users/${user_id}` }),
    })
  })

  api.openapi(edit, (c) => {
    const { user_id } = c.req.valid('param')
    const { ends_on, ...input } = c.req.valid('json')
    return act(c, {
      run: async (by) =>
        setPermissions(
          c.get('db'),
          by,
          clientOf(c),
          { id: user_id },
          await keysIn(c, input),
          ends_on,
          (now) => mustMatch(c, bodyOf(now)),
        ),
      status: 200,
      answer: async (db) => bodyOf(await getOne(db, c, user_id)),
    })
  })
}

function takes(api: Api) {
  api.openapi(rest, (c) => {
    const { user_id } = c.req.valid('param')
    const step = c.req.valid('json').suspended ? suspend : resume
    return act(c, {
      run: async (by) => step(c.get('db'), by, clientOf(c), await getOne(c.get('db'), c, user_id)),
      status: 200,
      answer: async (db) => bodyOf(await getOne(db, c, user_id)),
    })
  })

  api.openapi(remove, (c) => {
    const { user_id } = c.req.valid('param')
    return act(c, {
      run: async (by) => {
        const user = await getOne(c.get('db'), c, user_id)
        return removeAccess(c.get('db'), by, clientOf(c), user)
      },
      status: 200,
      answer: (_, was) => bodyOf(was),
    })
  })
}
