// A user chooses which mail about each of their accounts they get. It is theirs alone: the owner of the account reads
// nothing of it in the account's log.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClients } from './change.ts'
import { type Client, clientName } from './clients.ts'
import { NotFound, Refusal } from './refusal.ts'
import { allBut, MAIL_KINDS, type MailKind, parseKinds } from './wanted-mail.ts'

/** For each of these accounts, by their ids, what the user wants. */
export async function listWantedMail(
  db: Db,
  user: { id: number },
  clientIds: number[],
): Promise<Map<number, MailKind[]>> {
  const rows = await db('associations')
    .where({ user_id: user.id })
    .whereIn('client_id', clientIds)
    .select('client_id', 'unwanted_mail')
  return new Map(rows.map((row) => [row.client_id, allBut(parseKinds(row.unwanted_mail))]))
}

/** Replaces what they want of these accounts, by their ids: of all or of none; one that is not theirs is not there. */
export async function chooseMail(
  db: Db,
  by: Actor,
  user: { id: number },
  chosen: ReadonlyMap<number, readonly string[]>,
) {
  if ([...chosen.values()].flat().some((kind) => !MAIL_KINDS.some((one) => one === kind)))
    throw new Refusal('notifications.unknown')
  const wanted = (id: number) => MAIL_KINDS.filter((kind) => chosen.get(id)?.includes(kind))
  const now = await listWantedMail(db, user, [...chosen.keys()])
  if (now.size < chosen.size) throw new NotFound()
  // The others are not taken: who saves a page of accounts keeps nobody waiting where nothing changes.
  const changed = [...chosen.keys()].filter((id) => now.get(id)?.join() !== wanted(id).join())
  if (changed.length === 0) return
  await change(db, by, async (trx) => {
    const clients = await takeClients(trx, changed)
    const before = await listWantedMail(trx, user, changed)
    for (const id of changed) await choose(trx, user, clients.get(id), before.get(id), wanted(id))
  })
}

async function choose(
  trx: Change,
  user: { id: number },
  client: Client | undefined,
  before: MailKind[] | undefined,
  after: MailKind[],
) {
  if (!client || !before) throw new NotFound()
  if (before.join() === after.join()) return
  await trx('associations')
    .where({ client_id: client.id, user_id: user.id })
    .update({ unwanted_mail: allBut(after).join(), updated_at: timestamp() })
  await record(trx, 'mail.chosen', { user, account: clientName(client), before, after })
}
