// What stands of an invitation now: no more than its inviter may still give (R20), until no later than their own access
// (HARD-CASES H16), and nothing where they may give nothing any more. The page of the link, accepting, and the mails
// that carry the link all ask here, so that a mail which waited says what its link gives when it goes out.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type AccessTimes, earliest, standingOf } from './access-times.ts'
import { type Client, findClient } from './clients.ts'
import { type Invitation, isOpen } from './invitations.ts'
import { loginNow } from './merged-logins.ts'
import { formatPermissions, type Permission, parsePermissions, permissionsOf } from './permissions.ts'
import { fullName, type User } from './users.ts'

export interface Inviter {
  name: string
  email: string
  user?: User
}

/** Everything that the accept page tells. */
export interface Offer {
  invitation: Invitation
  client: Client
  inviter: Inviter
  permissions: Permission[]
  endsAt: string | null
}

const isOver = (end: string | null) => end !== null && end <= timestamp()

export async function offerNow(db: Db, client: Client, invitation: Invitation): Promise<Offer | undefined> {
  if (client.status === 'closed') return undefined
  const offered = parsePermissions(invitation.permissions)
  const endsAt = invitation.access_ends_at
  if (invitation.invited_by_user_id)
    return offerOf(db, client, invitation, await loginNow(db, invitation.invited_by_user_id))
  const admin = await db('admins').where({ id: invitation.invited_by_admin_id }).first('name', 'email')
  if (!admin || isOver(endsAt)) return undefined
  return { invitation, client, inviter: admin, permissions: offered, endsAt }
}

async function offerOf(db: Db, client: Client, invitation: Invitation, inviterId: number) {
  const user: (User & AccessTimes & { permissions: string }) | undefined = await db('associations as s')
    .join('users as u', 'u.id', 's.user_id')
    .where({ 's.client_id': client.id, 's.user_id': inviterId })
    .first('u.*', 's.permissions', 's.ends_at', 's.suspended_at')
  if (user?.status !== 'active') return undefined
  if (standingOf(user, user.id === client.owner_id) !== 'open') return undefined
  const held = permissionsOf(client, { user_id: user.id, permissions: user.permissions })
  const permissions = parsePermissions(invitation.permissions).filter((key) => held.includes(key))
  const endsAt = earliest(invitation.access_ends_at, user.ends_at)
  if (permissions.length === 0 || isOver(endsAt)) return undefined
  // Whoever's address is not proven (any more) writes to nobody (HARD-CASES H24).
  const told = user.email_verified_at ? invitation : { ...invitation, message: '' }
  const inviter = { name: fullName(user), email: user.email, user }
  return { invitation: told, client, inviter, permissions, endsAt }
}

/** An invitation as its mail is to tell it. */
export interface Mailed extends Invitation {
  /** Whether its link gives anything. */
  stands?: boolean
}

/** Cuts these down to what they give now. */
export async function cutDown(db: Db, rows: Mailed[]) {
  for (const row of rows) {
    const client = isOpen(row) ? await findClient(db, row.client_id) : undefined
    const offer = client && (await offerNow(db, client, row))
    row.stands = offer !== undefined
    if (!offer) continue
    row.permissions = formatPermissions(offer.permissions)
    row.access_ends_at = offer.endsAt
    row.message = offer.invitation.message
  }
}
