// A pending invitation went to a mistyped address: it is cancelled, so the link that a stranger may hold is dead, and
// the same offer goes to the right one, as an invitation of its own. Both or neither; every check of inviting holds
// for the new address. Hooks are told InviteCancelled and InviteSent: an add-on that knows those misses nothing.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import type { Client } from './clients.ts'
import { endInvitation, findInvitation, type Invitation, recordCancelled } from './invitations.ts'
import { askToSend, insertPending, ownWords, recordSent, sending, takeToInvite } from './inviting.ts'
import { countInviter } from './inviting-limits.ts'
import { NotFound, Refusal } from './refusal.ts'
import { lowerCase } from './users.ts'

/** Gives the invitation that took its place. */
export async function correctAddress(db: Db, by: Actor, client: Client, target: Invitation, typed: string) {
  const email = lowerCase(typed)
  await askToSend(by, client, email, target.permissions)
  return countInviter(db, by, () => change(db, by, (trx) => moveTo(trx, client, target, email)))
}

async function moveTo(trx: Change, client: Client, target: Invitation, email: string) {
  const current = await takeToInvite(trx, client, email)
  const before = await findInvitation(trx, current, target.id)
  if (!before) throw new NotFound()
  if (before.access_ends_at && before.access_ends_at <= timestamp()) throw new Refusal('invite.accessOver')
  if (before.email === email) throw new Refusal('invite.correct.same', 'email')
  const where = { client_id: current.id, open_email: email }
  if (await trx('invitations').where(where).first('id'))
    throw new Refusal('invite.correct.pending', 'email', { email })
  if (!(await endInvitation(trx, before, 'cancelled'))) throw new Refusal('invite.notPending')
  await record(trx, 'invite.corrected', { client: current, before: before.email, after: email })
  await recordCancelled(trx, current, before, 'address corrected')
  const { permissions, access_ends_at } = before
  const message = await ownWords(trx, before)
  const offered = { ...sending(trx), email, permissions, message, access_ends_at }
  await insertPending(trx, current, offered)
  const invitation: Invitation = await trx('invitations').where(where).first()
  await recordSent(trx, current, invitation, 'invite.sent')
  return invitation
}
