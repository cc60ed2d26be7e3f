// The link of an invitation, beside the mail: an owner or an admin may look at it to hand it over themselves, and
// somebody who sends something from its page has opened it. The link is derived and not stored (R23), so showing it
// changes nothing of the one that was mailed; that it was shown is in the log.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { mustBeOpen } from './associations.ts'
import { type Actor, change, takeClient } from './change.ts'
import type { Client } from './clients.ts'
import { findInvitation, type Invitation, isOpen } from './invitations.ts'
import { linkTo, readToken } from './links.ts'
import { mustManageAsOwner } from './managing.ts'
import { Refusal } from './refusal.ts'

/** *Copy link*: of a pending one, as it is at this moment. */
export const showLink = (db: Db, by: Actor, client: Client, target: Invitation): Promise<string> =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    await mustManageAsOwner(trx, current)
    mustBeOpen(current)
    const invitation = await findInvitation(trx, current, target.id)
    if (!invitation || !isOpen(invitation)) throw new Refusal('invite.notPending')
    await record(trx, 'invite.linkShown', { client: current, email: invitation.email })
    return linkTo('invite', invitation)
  })

/** Notes, once for each link, that something was sent from its page; looking at it notes nothing (R16, HARD-CASES H28). */
export async function markOpened(db: Db, by: Actor, token: string): Promise<void> {
  const invitation = await readToken('invite', token, (id) =>
    db<Invitation>('invitations').where({ id }).first(),
  )
  if (!invitation || !isOpen(invitation) || invitation.opened_at) return
  await change(db, by, async (trx) => {
    const rows = await trx('invitations')
      .where({ id: invitation.id, nonce: invitation.nonce, status: 'pending', opened_at: null })
      .update({ opened_at: timestamp() })
    if (rows === 1)
      await record(trx, 'invite.opened', { client: { id: invitation.client_id }, email: invitation.email })
  })
}
