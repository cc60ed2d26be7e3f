// Whoever has not answered two days before an invitation runs out is told once more, if the host wants that. Once for
// each sending: `reminded_at` is set by a guarded update, and Resend clears it. The mail carries the same link, counts
// for what one address may get in a day, and is not sent if the invitation ended meanwhile (HARD-CASES H11, H17).

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { type Client, clientName, findClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import type { Invitation } from './invitations.ts'
import { offerNow } from './offers.ts'
import { readSettings } from './settings.ts'

export const REMIND_DAYS_BEFORE = 2
const REMIND_AT_ONCE = 200

/** The job: gives how many were reminded. */
export async function remindInvited(db: Db, as: () => Actor): Promise<number> {
  let reminded = 0
  if ((await readSettings(db)).remindInvited !== '1') return reminded
  for (let after = 0; ; ) {
    const due: Invitation[] = await db<Invitation>('invitations')
      .where({ status: 'pending', reminded_at: null })
      .where('id', '>', after)
      .where('expires_at', '>', timestamp())
      .where('expires_at', '<=', inDays(REMIND_DAYS_BEFORE))
      .orderBy('id')
      .limit(REMIND_AT_ONCE)
    after = due.at(-1)?.id ?? 0
    if (after === 0) return reminded
    for (const invitation of due)
      reminded += Number(await change(db, as(), (trx) => remindOf(trx, invitation)))
  }
}

/** Whoever may give nothing any more gets no words of theirs sent either. */
async function remindOf(trx: Change, invitation: Invitation): Promise<boolean> {
  const client = (await findClient(trx, invitation.client_id)) as Client
  const offer = await offerNow(trx, client, invitation)
  if (!offer) return false
  const rows = await trx('invitations')
    .where({ id: invitation.id, nonce: invitation.nonce, status: 'pending', reminded_at: null })
    .where('expires_at', '>', timestamp())
    .update({ reminded_at: timestamp() })
  if (rows !== 1) return false
  const { email } = invitation
  await record(trx, 'invite.reminded', { client, email })
  const data = { inviter: offer.inviter.name, client: clientName(client) }
  await queueEmail(trx, 'invitation-reminder', { to: email, client, invitation, data })
  return true
}
