// An offer to be associated. It is pending, then one of accepted, declined, cancelled or expired; only a
// pending one can be ended, by a guarded update whose row count decides, and no end state is ever left
// again but for resend from expired (R11, R21). It is over when its time has come, whether or not the
// job has written that down (R15). One is pending per client and address: open_email holds that (R12).

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record, recordAll } from './activity.ts'
import { type Actor, type Change, change, takeClient, takeClients } from './change.ts'
import { type Client, describeClient } from './clients.ts'
import { fire, fireAll } from './hooks.ts'
import { mustManage, mustReachInvitation } from './managing.ts'
import { loginsOf } from './merged-logins.ts'
import { parsePermissions } from './permissions.ts'
import { Refusal } from './refusal.ts'
import { supersedeMail } from './superseding.ts'

export type Status = 'pending' | 'accepted' | 'declined' | 'cancelled' | 'expired'

export interface Invitation {
  id: number
  client_id: number
  email: string
  open_email: string | null
  permissions: string
  message: string
  status: Status
  nonce: string
  invited_by_user_id: number | null
  invited_by_admin_id: number | null
  sent_at: string
  send_count: number
  expires_at: string
  ended_at: string | null
  accepted_by_user_id: number | null
  /** When something was first sent from the page of its link (HARD-CASES H28). */
  opened_at: string | null
  reminded_at: string | null
  /** When the access that it gives ends. */
  access_ends_at: string | null
  /** What whoever declined had to say. */
  decline_word: string
  created_at: string
  updated_at: string
}

export const VALID_FOR_DAYS = 7
const EXPIRE_AT_ONCE = 200

/** What hooks may know: nothing that the link could be made from. */
export const describeInvitation = (invitation: Invitation) => ({
  id: invitation.id,
  email: invitation.email,
  permissions: parsePermissions(invitation.permissions),
  status: invitation.status,
  sentAt: invitation.sent_at,
  sendCount: invitation.send_count,
  expiresAt: invitation.expires_at,
})

export const isOpen = (invitation: Invitation) =>
  invitation.status === 'pending' && invitation.expires_at > timestamp()

export const findInvitation = (db: Db, client: { id: number }, id: number): Promise<Invitation | undefined> =>
  db<Invitation>('invitations').where({ id, client_id: client.id }).first()

/** The guarded update behind every end: true for exactly one caller, and only from pending. Its mail is over with it. */
export async function endInvitation(
  trx: Change,
  invitation: Invitation,
  status: Exclude<Status, 'pending'>,
  more: { accepted_by_user_id?: number; decline_word?: string } = {},
): Promise<boolean> {
  const at = timestamp()
  const rows = await trx('invitations')
    .where({ id: invitation.id, status: 'pending', nonce: invitation.nonce })
    .where('expires_at', status === 'expired' ? '<=' : '>', at)
    .update({ status, open_email: null, ended_at: at, updated_at: at, ...more })
  if (rows === 1) await supersedeMail(trx, [invitation.id])
  return rows === 1
}

/** *Cancel Invite*. Refuses one that ended in the meantime. */
export const cancelInvitation = (db: Db, by: Actor, client: Client, invitation: Invitation) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    const reach = await mustManage(trx, current)
    const fresh = await findInvitation(trx, current, invitation.id)
    if (fresh) mustReachInvitation(reach, fresh)
    if (!fresh || !(await endInvitation(trx, fresh, 'cancelled'))) throw new Refusal('invite.notPending')
    await recordCancelled(trx, current, fresh)
  })

/** Cancels the pending ones of a client that match, inside the transaction that takes their ground away. */
export async function cancelPending(
  trx: Change,
  client: Client,
  match: Partial<Invitation>,
  reason: string,
  only = (_: Invitation) => true,
) {
  const { invited_by_user_id: inviter, ...rest } = match
  const inviters = inviter ? await loginsOf(trx, { id: inviter }) : []
  const pending = await trx<Invitation>('invitations')
    .where({ client_id: client.id, status: 'pending', ...rest })
    .modify((query) => inviter && query.whereIn('invited_by_user_id', inviters))
  for (const invitation of pending.filter(only))
    if (await endInvitation(trx, invitation, 'cancelled'))
      await recordCancelled(trx, client, invitation, reason)
}

export async function recordCancelled(trx: Change, client: Client, invitation: Invitation, reason?: string) {
  await record(trx, 'invite.cancelled', { client, email: invitation.email, reason })
  await fire(trx, 'InviteCancelled', {
    client: describeClient(client),
    invitation: describeInvitation({ ...invitation, status: 'cancelled' }),
  })
}

/** Writes down that an invitation's time has come, once. */
export async function expireInvitation(trx: Change, client: Client, invitation: Invitation) {
  if (!(await endInvitation(trx, invitation, 'expired'))) return false
  await recordExpired(trx, [{ client, invitation }])
  return true
}

async function recordExpired(trx: Change, all: { client: Client; invitation: Invitation }[]) {
  const abouts = all.map(({ client, invitation }) => ({ client, email: invitation.email }))
  await recordAll(trx, 'invite.expired', abouts)
  const payloads = all.map(({ client, invitation }) => ({
    client: describeClient(client),
    invitation: describeInvitation({ ...invitation, status: 'expired' }),
  }))
  await fireAll(trx, 'InviteExpired', payloads)
}

/**
 * The job: all that ran out, some in a transaction, so that a crash loses nothing and nobody waits long for a client
 * that it has taken. Gives their number.
 */
export async function expireInvitations(db: Db, as: () => Actor): Promise<number> {
  let expired = 0
  for (let due = await listDue(db); due.length > 0; due = await listDue(db, due.at(-1))) {
    const some = due
    expired += await change(db, as(), (trx) => expireSome(trx, some))
  }
  return expired
}

/** The next that ran out. Never from the start again: what was just ended stands there until the database clears it away. */
async function listDue(db: Db, last?: Invitation): Promise<Invitation[]> {
  const pending = () => db<Invitation>('invitations').where({ status: 'pending' }).limit(EXPIRE_AT_ONCE)
  const same =
    last && pending().where({ expires_at: last.expires_at }).where('id', '>', last.id).orderBy('id')
  const found = (await same) ?? []
  if (found.length > 0) return found
  return pending()
    .where('expires_at', '>', last?.expires_at ?? '')
    .where('expires_at', '<=', timestamp())
    .orderBy(['expires_at', 'id'])
}

/** Those that are still due once their clients are taken; whoever ends or sends one again takes its client as well. */
async function expireSome(trx: Change, some: Invitation[]): Promise<number> {
  const clients = await takeClients(
    trx,
    some.map(({ client_id }) => client_id),
  )
  const at = timestamp()
  const ids = some.map(({ id }) => id)
  const due = () =>
    trx<Invitation>('invitations')
      .whereIn('id', ids)
      .where({ status: 'pending' })
      .where('expires_at', '<=', at)
  const all = (await due().orderBy('id')).map((invitation) => ({
    invitation,
    client: clients.get(invitation.client_id) as Client,
  }))
  if (all.length === 0) return 0
  const rows = await due().update({ status: 'expired', open_email: null, ended_at: at, updated_at: at })
  if (rows !== all.length)
    throw new Error('An invitation was changed by somebody who had not taken its client.')
  await supersedeMail(
    trx,
    all.map(({ invitation }) => invitation.id),
  )
  await recordExpired(trx, all)
  return rows
}
