// Sending an invitation, and sending it again. Inviting an address that is pending replaces permissions
// and message, makes a new link and kills the old one (R12); so does Resend Invite (R14). No step looks at
// whether the address has a login, so the answer and its time are the same for all (R22).

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { endAnswered } from './access-requests.ts'
import { earliest, endDay, readEnd } from './access-times.ts'
import { record } from './activity.ts'
import { mustBeOpen } from './associations.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { writeDownEnd } from './ending-access.ts'
import { askHooks, fire } from './hooks.ts'
import {
  describeInvitation,
  expireInvitation,
  findInvitation,
  type Invitation,
  VALID_FOR_DAYS,
} from './invitations.ts'
import { type Together, tellOwner } from './invited-mail.ts'
import { countInviter, maySend, mustHaveRoom, mustMayWrite } from './inviting-limits.ts'
import { newNonce } from './links.ts'
import { endWithin, mustHold, mustManage, mustReachInvitation } from './managing.ts'
import { choosePermissions, parsePermissions } from './permissions.ts'
import { NotFound, Refusal } from './refusal.ts'
import { supersedeMail } from './superseding.ts'
import { lowerCase } from './users.ts'

export interface Invite {
  email: string
  permissions: readonly string[]
  message?: string
  /** The last day of the access; '' for no end. */
  endsOn?: string
}

/** Gives the invitation, and whether it took the place of a pending one. Refuses who is associated already. */
export async function invite(db: Db, by: Actor, client: Client, input: Invite, together?: Together) {
  const email = lowerCase(input.email)
  const permissions = choosePermissions(input.permissions)
  const access_ends_at = readEnd(input.endsOn ?? '')
  const now = { email, permissions, message: input.message ?? '', access_ends_at }
  if (now.message) await mustMayWrite(db, by)
  await askToSend(by, client, email, permissions)
  return countInviter(db, by, () => change(db, by, (trx) => replaceOrInsert(trx, client, now, together)))
}

async function replaceOrInsert(trx: Change, client: Client, what: Offered, together?: Together) {
  const { client: current, reach } = await takeToInvite(trx, client, what.email)
  mustHold(reach, what.permissions)
  const where = { client_id: current.id, open_email: what.email }
  const pending: Invitation | undefined = await trx('invitations').where(where).first()
  if (pending) mustReachInvitation(reach, pending)
  const access_ends_at = endWithin(reach, what.access_ends_at)
  const now = { ...sending(trx), ...what, access_ends_at }
  const replaced = pending !== undefined && (await replacePending(trx, current, now))
  if (!replaced) {
    await mustHaveRoom(trx, current)
    await insertPending(trx, current, now)
  }
  const invitation: Invitation = await trx('invitations').where(where).first()
  await recordSent(trx, current, invitation, replaced ? 'invite.replaced' : 'invite.sent', together)
  return { invitation, replaced }
}

/** *Resend Invite*: a new link, seven new days; runs every check of inviting (HARD-CASES H27). */
export async function resendInvitation(db: Db, by: Actor, client: Client, target: Invitation) {
  await askToSend(by, client, target.email, target.permissions)
  return countInviter(db, by, () => change(db, by, (trx) => sendAgain(trx, client, target)))
}

async function sendAgain(trx: Change, client: Client, target: Invitation) {
  const { client: current, reach } = await takeToInvite(trx, client, target.email)
  const before = await findInvitation(trx, current, target.id)
  if (!before) throw new NotFound()
  mustReachInvitation(reach, before)
  if (before.status !== 'pending' && before.status !== 'expired') throw new Refusal('invite.notPending')
  if (before.access_ends_at && before.access_ends_at <= timestamp()) throw new Refusal('invite.accessOver')
  if (before.status === 'expired') await mustHaveRoom(trx, current)
  const now = sending(trx)
  const message = await ownWords(trx, before)
  const rows = await trx('invitations')
    .where({ id: before.id, status: before.status, nonce: before.nonce })
    .update({
      ...now,
      message,
      access_ends_at: earliest(before.access_ends_at, reach.endsAt),
      status: 'pending',
      open_email: before.email,
      ended_at: null,
    })
    .increment('send_count', 1)
    .catch((error) => {
      throw isDuplicate(error) ? new Refusal('invite.newerPending') : error
    })
  if (rows !== 1) throw new Refusal('invite.notPending')
  const invitation = (await findInvitation(trx, current, before.id)) as Invitation
  await recordSent(trx, current, invitation, 'invite.resent')
  return invitation
}

/** Nobody sends the words of somebody else as their own, nor any while their address is not proven (HARD-CASES H24). */
export async function ownWords(trx: Change, { message, ...before }: Invitation): Promise<string> {
  const { invited_by_user_id, invited_by_admin_id } = sending(trx)
  const isSame =
    before.invited_by_user_id === invited_by_user_id && before.invited_by_admin_id === invited_by_admin_id
  if (!isSame || !message) return ''
  await mustMayWrite(trx, trx.by, 'invite.resend.unverified')
  return message
}

export const askToSend = (by: Actor, client: Client, email: string, permissions: string) =>
  askHooks(by, 'PreInviteSend', {
    client: describeClient(client),
    email,
    permissions: parsePermissions(permissions),
  })

/** Takes the client and makes sure that this address can be invited to it now; with how far whoever invites reaches. */
export async function takeToInvite(trx: Change, client: Client, email: string) {
  const current = await takeClient(trx, client)
  const reach = await mustManage(trx, current)
  mustBeOpen(current)
  const known = await trx('users').where({ email }).first('id', 'merged_into_id')
  const user = { id: known?.merged_into_id ?? known?.id ?? 0 }
  const associated = await trx('associations')
    .where({ client_id: current.id, user_id: user.id })
    .first('user_id')
  if (associated && !(await writeDownEnd(trx, current, user)))
    throw new Refusal('invite.alreadyAssociated', 'email')
  const ranOut: Invitation | undefined = await trx('invitations')
    .where({ client_id: current.id, open_email: email })
    .where('expires_at', '<=', timestamp())
    .first()
  if (ranOut) await expireInvitation(trx, current, ranOut)
  await maySend(trx, current)
  return { client: current, reach }
}

/** A new link, neither opened nor reminded of, a new week; and the one who sends is the inviter from now on (HARD-CASES H16). */
export const sending = ({ by }: Change) => ({
  nonce: newNonce(),
  invited_by_user_id: by.kind === 'user' ? by.id : null,
  invited_by_admin_id: by.kind === 'admin' ? by.id : (by.madeBy ?? null),
  sent_at: timestamp(),
  expires_at: inDays(VALID_FOR_DAYS),
  opened_at: null,
  reminded_at: null,
  updated_at: timestamp(),
})

type Offered = { email: string; permissions: string; message: string; access_ends_at: string | null }
type Sending = ReturnType<typeof sending> & Offered

const replacePending = async (trx: Change, client: Client, now: Sending) =>
  (await trx('invitations')
    .where({ client_id: client.id, open_email: now.email, status: 'pending' })
    .update(now)
    .increment('send_count', 1)) === 1

export const insertPending = (trx: Change, client: Client, now: Sending) =>
  trx('invitations').insert({
    ...now,
    client_id: client.id,
    open_email: now.email,
    status: 'pending',
    created_at: now.updated_at,
  })

/** A request was addressed to the owner, for any of their accounts: a delegate of one does not end it. */
const answersForOwner = (by: Actor, { owner_id }: Client) => by.kind !== 'user' || by.id === owner_id

export async function recordSent(
  trx: Change,
  client: Client,
  invitation: Invitation,
  action: string,
  together?: Together,
) {
  const { email, permissions } = invitation
  if (answersForOwner(trx.by, client)) await endAnswered(trx, client, email)
  const until = endDay(invitation.access_ends_at) ?? undefined
  await record(trx, action, { client, email, permissions, until })
  const about = { client: describeClient(client), invitation: describeInvitation(invitation) }
  await fire(trx, action === 'invite.resent' ? 'InviteResent' : 'InviteSent', about)
  if (action !== 'invite.sent') await supersedeMail(trx, [invitation.id])
  await queueEmail(trx, 'invitation', {
    to: email,
    client,
    invitation,
    data: { inviter: await senderName(trx, invitation), client: clientName(client) },
  })
  if (action === 'invite.sent') await tellOwner(trx, client, email, together)
}

/** As the page of the link names them: of a key whoever answers for it, since what a program is called says nothing. */
async function senderName(trx: Change, { invited_by_admin_id }: Invitation): Promise<string> {
  const isKey = trx.by.kind === 'credential'
  const admin = isKey && (await trx('admins').where({ id: invited_by_admin_id }).first('name'))
  return admin ? admin.name : trx.by.name
}
