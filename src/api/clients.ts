// Clients: list, get, create, edit, close.

import { createRoute, z } from '@hono/zod-openapi'
import { listClientsFor, mustSeeAll, whoseDetails } from '../domain/api-callers.ts'
import { CLIENT_STATUSES, type Client, editClient, getClient, openClientFor } from '../domain/clients.ts'
import { closeClient, reopenClient } from '../domain/closing.ts'
import { ProfileForm } from '../web/profile-form.ts'
import { act, givenIn, mustMatch, show } from './answering.ts'
import { type Api, type Call, clientOf } from './context.ts'
import { needs } from './guards.ts'
import * as shape from './shapes.ts'

const ACME = {
  ...{ company_name: 'Example Hosting', first_name: 'Erin', last_name: 'Example', email: 'erin@example.com' },
  ...{ city: 'Berlin', country: 'DE' },
}

const text = z.string()

const ClientBody = z
  .object({
    id: shape.id(1),
    owner_id: shape.id(1).openapi({ description: 'The user who owns it.' }),
    status: z.enum(CLIENT_STATUSES),
    ...{ company_name: text, first_name: text, last_name: text, email: text, phone: text },
    ...{ address1: text, address2: text, city: text, state: text, postcode: text, country: text },
    require_factor: z.boolean().openapi({ description: 'Everyone who acts for it needs two-factor.' }),
    ...{ created_at: shape.moment(), updated_at: shape.moment() },
  })
  .openapi('Client')

/** Named one by one: a row may hold more, such as what its reader may do with it, and the ETag is made of this. */
const bodyOf = (client: Client): z.infer<typeof ClientBody> => ({
  ...{ id: client.id, owner_id: client.owner_id, status: client.status },
  ...{ company_name: client.company_name, first_name: client.first_name, last_name: client.last_name },
  ...{ email: client.email, phone: client.phone, address1: client.address1, address2: client.address2 },
  ...{ city: client.city, state: client.state, postcode: client.postcode, country: client.country },
  require_factor: client.require_factor === 1,
  ...{ created_at: client.created_at, updated_at: client.updated_at },
})

/** For whoever may act for it but not see its details. */
const HIDDEN = {
  ...{ phone: '', address1: '', address2: '', city: '', state: '', postcode: '', country: '' },
} satisfies Partial<z.infer<typeof ClientBody>>

async function bodiesFor(c: Call, clients: Client[]) {
  const whole = await whoseDetails(c.get('db'), c.get('caller'), clients)
  return (client: Client) => ({ ...bodyOf(client), ...(!whole.has(client.id) && HIDDEN) })
}

const DETAILS = 'A personal token reads address and phone where its user holds `profile`, as on the pages.'

const Query = shape.Page.extend({
  search: z.string('field.malformed').max(100, 'field.tooLong').optional().openapi({
    description: 'Words of names or email addresses.',
    example: 'acme',
  }),
  status: z.enum(CLIENT_STATUSES, 'api.status').optional(),
})

const NewClient = z
  .strictObject({
    ...ProfileForm.shape,
    owner_id: shape.id(1).optional().openapi({
      description:
        'The user who will own it; without it a new login is made of the name and address. With a personal token it is the user of the token.',
    }),
  })
  .openapi('NewClient', { example: ACME })

const ClientEdit = shape.edit(ProfileForm).openapi('ClientEdit', { example: { city: 'Hamburg' } })

const about = { tags: ['Clients'] }
const one = { params: shape.ClientParams }

const list = createRoute({
  ...{ ...about, method: 'get', path: '/clients', operationId: 'listClients', summary: 'List clients' },
  description: DETAILS,
  ...needs({ right: 'list-clients', token: 'login' }),
  request: { query: Query },
  responses: shape.read(shape.listOf('Clients', ClientBody)),
})

const get = createRoute({
  ...{
    ...about,
    method: 'get',
    path: '/clients/{client_id}',
    operationId: 'getClient',
    summary: 'Get a client',
    description: DETAILS,
  },
  ...needs({ right: 'list-clients', token: 'associated' }),
  request: one,
  responses: shape.read(ClientBody),
})

const create = createRoute({
  ...{ ...about, method: 'post', path: '/clients', operationId: 'createClient', summary: 'Create a client' },
  ...needs({ right: 'edit-clients', token: 'login' }),
  request: { headers: shape.DoHeaders, body: shape.bodyOf(NewClient) },
  responses: shape.created(ClientBody),
})

const edit = createRoute({
  ...{ ...about, method: 'patch', path: '/clients/{client_id}' },
  ...{ operationId: 'editClient', summary: 'Edit a client', description: 'What is not sent stays as it is.' },
  ...needs({ right: 'edit-clients', token: 'profile' }),
  request: { ...one, headers: shape.EditHeaders, body: shape.bodyOf(ClientEdit) },
  responses: shape.edited(ClientBody),
})

/** The one that the example of creating made. */
const created = { params: z.object({ client_id: shape.idIn('client_id', 5) }) }

const close = createRoute({
  ...{ ...about, method: 'post', path: '/clients/{client_id}/close' },
  ...{ operationId: 'closeClient', summary: 'Close a client' },
  description: 'Nobody acts for a closed client, and its pending invitations are cancelled.',
  ...needs({ right: 'edit-clients' }),
  request: { ...created, headers: shape.DoHeaders },
  responses: shape.done(ClientBody),
})

const reopen = createRoute({
  ...{ ...about, method: 'post', path: '/clients/{client_id}/reopen' },
  ...{ operationId: 'reopenClient', summary: 'Open a closed client again' },
  description: 'Who was associated is again; invitations that were cancelled stay so.',
  ...needs({ right: 'edit-clients' }),
  request: { ...created, headers: shape.DoHeaders },
  responses: shape.done(ClientBody),
})

export function clients(api: Api) {
  reads(api)
  writes(api)
}

function reads(api: Api) {
  api.openapi(list, async (c) => {
    const { after, limit, ...looked } = c.req.valid('query')
    const page = shape.wanted({ after, limit })
    const found = await listClientsFor(c.get('db'), c.get('caller'), { ...looked, ...page })
    return show(c, shape.pageOf(c, found, page, await bodiesFor(c, found.rows)))
  })

  api.openapi(get, async (c) => show(c, (await bodiesFor(c, [clientOf(c)]))(clientOf(c))))
}

function writes(api: Api) {
  api.openapi(create, (c) => {
    const { owner_id, ...profile } = c.req.valid('json')
    mustSeeAll(c.get('caller'))
    return act(c, {
      run: (by) => openClientFor(c.get('db'), by, owner_id, profile),
      status: 201,
      answer: (_, client) => bodyOf(client),
      headers: ({ id }) => ({ Location: `/api/v1/clients/${id}` }),
    })
  })

  api.openapi(edit, (c) =>
    act(c, {
      run: (by) =>
        editClient(c.get('db'), by, clientOf(c), givenIn(c, c.req.valid('json')), (now) =>
          mustMatch(c, bodyOf(now)),
        ),
      status: 200,
      answer: async (db) => bodyOf(await getClient(db, clientOf(c).id)),
    }),
  )

  for (const [route, run] of [
    [close, closeClient],
    [reopen, reopenClient],
  ] as const)
    api.openapi(route, (c) =>
      act(c, {
        run: (by) => run(c.get('db'), by, clientOf(c)),
        status: 200,
        answer: async (db) => bodyOf(await getClient(db, clientOf(c).id)),
      }),
    )
}
