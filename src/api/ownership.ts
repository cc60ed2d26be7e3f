// Who owns a client: making another user its owner, and the offer that the new owner has to accept. Accepting takes the
// password of whoever was offered it, so it is done in the pages alone; so is an owner's own offer (HARD-CASES H10).

import { createRoute, z } from '@hono/zod-openapi'
import { type ClientUser, findClientUser } from '../domain/associations.ts'
import { getClient } from '../domain/clients.ts'
import { offerForOwner, withdrawOwnership } from '../domain/handing-over.ts'
import { makeOwner } from '../domain/ownership.ts'
import { NotFound, Refusal } from '../domain/refusal.ts'
import {
  findPendingTransfer,
  findTransfer,
  type ShownTransfer,
  statusNow,
  TRANSFER_STATUSES,
} from '../domain/transfers.ts'
import type { Db } from '../platform/database.ts'
import { act, show } from './answering.ts'
import { type Api, type Call, clientOf } from './context.ts'
import { needs } from './guards.ts'
import * as shape from './shapes.ts'

const TransferBody = z
  .object({
    ...{ id: shape.id(1), client_id: shape.id(1) },
    from_user_id: shape.id(1).openapi({ description: 'The owner.' }),
    to_user_id: shape.id(2).openapi({ description: 'Who was offered it.' }),
    status: z.enum(TRANSFER_STATUSES),
    ...{ expires_at: shape.moment(), ended_at: shape.moment().nullable(), created_at: shape.moment() },
  })
  .openapi('Transfer')

const bodyOf = (one: ShownTransfer): z.infer<typeof TransferBody> => ({
  ...{ id: one.id, client_id: one.client_id, from_user_id: one.from_user_id, to_user_id: one.to_user_id },
  ...{ status: statusNow(one), expires_at: one.expires_at },
  ...{ ended_at: one.ended_at, created_at: one.created_at },
})

const OwnershipBody = z
  .object({
    client_id: shape.id(1),
    owner_id: shape.id(1).openapi({ description: 'The user who owns it.' }),
    transfer: TransferBody.nullable().openapi({ description: 'The offer that is pending.' }),
  })
  .openapi('Ownership')

// The examples of the document run one after the other: 2 is the owner when it is offered to 1.
const Target = (name: string, user_id: number) =>
  z
    .strictObject({ user_id: shape.id(user_id).openapi({ description: 'A user of the client.' }) })
    .openapi(name, { example: { user_id } })

const about = { tags: ['Ownership'] }
const PATH = '/clients/{client_id}/ownership'
const TRANSFERS = '/clients/{client_id}/transfers'
const ONE = `${TRANSFERS}/{transfer_id}` as const
const one = {
  params: z.object({
    client_id: shape.idIn('client_id', 1),
    transfer_id: shape.idIn('transfer_id', 1),
  }),
}

const get = createRoute({
  ...{ ...about, method: 'get', path: PATH, operationId: 'getOwnership' },
  ...{
    summary: 'Get the owner and the pending transfer',
    ...needs({ right: 'list-clients', token: 'owner' }),
  },
  request: { params: shape.ClientParams },
  responses: shape.read(OwnershipBody),
})

const make = createRoute({
  ...{ ...about, method: 'post', path: PATH, operationId: 'makeOwner', summary: 'Make a user the owner' },
  description: 'At once. Both are told by email, and a transfer that is pending is cancelled.',
  ...needs({ right: 'change-owner' }),
  request: {
    ...{ params: shape.ClientParams, headers: shape.DoHeaders },
    body: shape.bodyOf(Target('NewOwner', 2)),
  },
  responses: shape.done(OwnershipBody),
})

const offer = createRoute({
  ...{ ...about, method: 'post', path: TRANSFERS, operationId: 'createTransfer' },
  ...{ summary: 'Offer ownership in the owner’s name' },
  description: 'The user accepts in the Client Area, with the password, within 7 days. The owner is told.',
  ...needs({ right: 'change-owner', token: 'password' }),
  request: {
    ...{ params: shape.ClientParams, headers: shape.DoHeaders },
    body: shape.bodyOf(Target('NewTransfer', 1)),
  },
  responses: shape.created(TransferBody),
})

const getOffer = createRoute({
  ...{ ...about, method: 'get', path: ONE, operationId: 'getTransfer', summary: 'Get a transfer' },
  ...needs({ right: 'list-clients' }),
  request: one,
  responses: shape.read(TransferBody),
})

const cancel = createRoute({
  ...{ ...about, method: 'post', path: `${ONE}/cancel`, operationId: 'cancelTransfer' },
  ...{ summary: 'Cancel a transfer', ...needs({ right: 'change-owner', token: 'owner' }) },
  description: 'The owner stays the owner. Both are told by email.',
  request: { ...one, headers: shape.DoHeaders },
  responses: shape.done(TransferBody),
})

async function ownershipOf(db: Db, c: Call): Promise<z.infer<typeof OwnershipBody>> {
  const client = await getClient(db, clientOf(c).id)
  const transfer = await findPendingTransfer(db, client)
  return { client_id: client.id, owner_id: client.owner_id, transfer: transfer ? bodyOf(transfer) : null }
}

/** A user of the client; one of no or another client is told of alike. */
async function getCandidate(c: Call, id: number): Promise<ClientUser> {
  const user = await findClientUser(c.get('db'), clientOf(c), id)
  if (!user) throw new Refusal('owner.notAssociated', 'user_id')
  return user
}

async function getTransfer(db: Db, c: Call): Promise<ShownTransfer> {
  const found = await findTransfer(db, clientOf(c), Number(c.req.param('transfer_id')))
  if (!found) throw new NotFound()
  return found
}

export function ownership(api: Api) {
  api.openapi(get, async (c) => show(c, await ownershipOf(c.get('db'), c)))

  api.openapi(make, (c) =>
    act(c, {
      run: async (by) =>
        makeOwner(c.get('db'), by, clientOf(c), await getCandidate(c, c.req.valid('json').user_id)),
      status: 200,
      answer: (db) => ownershipOf(db, c),
    }),
  )

  transfers(api)
}

function transfers(api: Api) {
  api.openapi(offer, (c) =>
    act(c, {
      run: async (by) =>
        offerForOwner(c.get('db'), by, clientOf(c), await getCandidate(c, c.req.valid('json').user_id)),
      status: 201,
      answer: async (db, id) => bodyOf((await findTransfer(db, clientOf(c), id)) as ShownTransfer),
      headers: ({ id, client_id }) => ({ Location: `/api/v1/clients/${client_id}/transfers/${id}` }),
    }),
  )

  api.openapi(getOffer, async (c) => show(c, bodyOf(await getTransfer(c.get('db'), c))))

  api.openapi(cancel, (c) =>
    act(c, {
      run: async (by) => withdrawOwnership(c.get('db'), by, await getTransfer(c.get('db'), c)),
      status: 200,
      answer: async (db) => bodyOf(await getTransfer(db, c)),
    }),
  )
}
