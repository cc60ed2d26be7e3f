// "May this user do this for this client?", asked by other applications: one indexed read, and the same answer that our
// own pages go by. Access that rests or is over, a closed client, a login that is not active, and a second factor that
// the client demands and the user lacks, all say no, and why.

import type { Db } from '../platform/database.ts'
import { type AccessTimes, standingOf } from './access-times.ts'
import { type Permission, permissionsOf } from './permissions.ts'

export const ANSWERS = [
  ...(['owner', 'granted', 'not-granted', 'not-associated', 'suspended', 'ended'] as const),
  ...(['client-closed', 'login-not-active', 'factor-needed'] as const),
] as const

export type Answer = (typeof ANSWERS)[number]

interface Row extends AccessTimes {
  user_id: number
  permissions: string
  owner_id: number
  require_factor: number
  client_status: string
  login_status: string
  factors: number
}

export async function mayUser(
  db: Db,
  client: { id: number },
  userId: number,
  permission: Permission,
): Promise<{ allowed: boolean; because: Answer }> {
  const row: Row | undefined = await db('associations as a')
    .join('clients as c', 'c.id', 'a.client_id')
    .join('users as u', 'u.id', 'a.user_id')
    .where({ 'a.client_id': client.id, 'a.user_id': userId })
    .first(
      ...['a.user_id', 'a.permissions', 'a.ends_at', 'a.suspended_at', 'c.owner_id', 'c.require_factor'],
      ...['c.status as client_status', 'u.status as login_status', 'u.factors'],
    )
  const because = answerOf(row, permission)
  return { allowed: because === 'owner' || because === 'granted', because }
}

function answerOf(row: Row | undefined, permission: Permission): Answer {
  if (!row) return 'not-associated'
  if (row.client_status === 'closed') return 'client-closed'
  if (row.login_status !== 'active') return 'login-not-active'
  const isOwner = row.owner_id === row.user_id
  const standing = standingOf(row, isOwner)
  if (standing !== 'open') return standing
  if (row.require_factor && row.factors === 0) return 'factor-needed'
  if (isOwner) return 'owner'
  return permissionsOf(row, row).includes(permission) ? 'granted' : 'not-granted'
}
