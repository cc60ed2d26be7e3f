// A user chooses which mail about each of their accounts they get. It is theirs alone: the owner of the account reads
// nothing of it in the account's log.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { findAccount } from './associations.ts'
import { type Actor, change, takeClient } from './change.ts'
import { clientName } from './clients.ts'
import { NotFound, Refusal } from './refusal.ts'
import { allBut, MAIL_KINDS, type MailKind, parseKinds } from './wanted-mail.ts'

/** For each of these accounts, by its id, what the user wants. */
export async function listWantedMail(
  db: Db,
  user: { id: number },
  clients: { id: number }[],
): Promise<Map<number, MailKind[]>> {
  const rows = await db('associations')
    .where({ user_id: user.id })
    .whereIn(
      'client_id',
      clients.map(({ id }) => id),
    )
    .select('client_id', 'unwanted_mail')
  return new Map(rows.map((row) => [row.client_id, allBut(parseKinds(row.unwanted_mail))]))
}

/** Replaces what they want of this account; one that is not theirs is not there. */
export async function chooseMail(
  db: Db,
  by: Actor,
  user: { id: number },
  clientId: number,
  wanted: readonly string[],
) {
  if (wanted.some((kind) => !MAIL_KINDS.some((one) => one === kind)))
    throw new Refusal('notifications.unknown')
  const account = await findAccount(db, user, clientId)
  if (!account) throw new NotFound()
  await change(db, by, async (trx) => {
    const client = await takeClient(trx, account.client)
    const pair = { client_id: client.id, user_id: user.id }
    const row = await trx('associations').where(pair).first('unwanted_mail')
    if (!row) throw new NotFound()
    const before = allBut(parseKinds(row.unwanted_mail))
    const after = MAIL_KINDS.filter((kind) => wanted.includes(kind))
    if (before.join() === after.join()) return
    await trx('associations')
      .where(pair)
      .update({ unwanted_mail: allBut(after).join(), updated_at: timestamp() })
    await record(trx, 'mail.chosen', { user, account: clientName(client), before, after })
  })
  return account.client
}
