// "May this user do this for this client?", asked by other applications: one indexed read, and the same answer that our
// own pages go by. Access that rests or is over, a closed client, a login that is not active, and a second factor that
// the client demands and the user lacks, all say no, and why.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import { standingOf } from './access-times.ts'
import { type Caller, getClientFor, type SeenClient } from './api-callers.ts'
import type { Client } from './clients.ts'
import { type Permission, permissionsOf } from './permissions.ts'

export const ANSWERS = [
  ...(['owner', 'granted', 'not-granted', 'not-associated', 'suspended', 'ended'] as const),
  ...(['client-closed', 'login-not-active', 'factor-needed'] as const),
] as const

export type Answer = (typeof ANSWERS)[number]

/** A client, and beside it what one user has there: nothing where they are not associated. */
interface Asked extends Client {
  their_id: number | null
  their_permissions: string
  their_end: string | null
  their_suspension: string | null
  their_status: string
  their_factors: number
}

export interface AskedClient extends SeenClient {
  client: Asked
}

/** The client as the caller may see it, together with what this user has there. */
export async function getClientAsked(
  db: Db,
  caller: Caller,
  clientId: number,
  userId: number,
): Promise<AskedClient> {
  const seen = await getClientFor(db, caller, clientId, (query) => readTheirs(db, query, userId))
  return seen as AskedClient
}

const readTheirs = (db: Db, query: Knex.QueryBuilder, userId: number) =>
  query
    .leftJoin('associations as t', (on) =>
      on.on('t.client_id', 'clients.id').andOn('t.user_id', db.raw('?', [userId])),
    )
    .leftJoin('users as u', 'u.id', 't.user_id')
    .select(
      ...['t.user_id as their_id', 't.permissions as their_permissions', 't.ends_at as their_end'],
      ...['t.suspended_at as their_suspension', 'u.status as their_status', 'u.factors as their_factors'],
    )

export function mayUser({ client }: AskedClient, permission: Permission) {
  const because = answerOf(client, permission)
  return { allowed: because === 'owner' || because === 'granted', because }
}

function answerOf(client: Asked, permission: Permission): Answer {
  if (client.their_id === null) return 'not-associated'
  if (client.status === 'closed') return 'client-closed'
  if (client.their_status !== 'active') return 'login-not-active'
  const isOwner = client.owner_id === client.their_id
  const standing = standingOf({ ends_at: client.their_end, suspended_at: client.their_suspension }, isOwner)
  if (standing !== 'open') return standing
  if (client.require_factor && client.their_factors === 0) return 'factor-needed'
  if (isOwner) return 'owner'
  const theirs = { user_id: client.their_id, permissions: client.their_permissions }
  return permissionsOf(client, theirs).includes(permission) ? 'granted' : 'not-granted'
}
