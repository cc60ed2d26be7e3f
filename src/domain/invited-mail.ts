// What the owner is told when somebody else invites to their account. Of several addresses invited at once it is one
// message: the transaction of the first address queues it to go out a little later, each of the others adds its own, and
// behind the last it is sent off. A crash between them loses nothing: then it goes out by itself, with whom it names.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { type Change, doneBy } from './change.ts'
import { type Client, clientName } from './clients.ts'
import { queueEmail } from './emails.ts'
import { inHand } from './handed.ts'
import { fullName, getUser } from './users.ts'

/** Longer than inviting many is tried for (inviting-many.ts). */
const WAITS_MINUTES = 1

/** The message that tells the owner of all that are invited at once. */
export interface Together {
  mail?: { id: number; message_id: string }
}

/** Somebody else invites to the account of this owner, who did not do it. */
export async function tellOwner(trx: Change, client: Client, email: string, together?: Together) {
  const { by } = trx
  if (by.kind === 'user' && by.id === client.owner_id && !by.admin) return
  if (together?.mail && (await addTo(trx, client, together.mail, email))) return
  const owner = await getUser(trx, client.owner_id)
  const data = { client: clientName(client), ...doneBy(by), email, name: fullName(owner) }
  const dueAt = together && inMinutes(WAITS_MINUTES)
  const mail = await queueEmail(trx, 'invitation-sent', {
    ...{ to: owner.email, user: owner, client, data },
    ...(dueAt && { dueAt }),
  })
  if (together && mail) together.mail = mail
}

/** Only those that no worker has taken in hand; a transaction that was undone may have left the id to another message. */
const waiting = (db: Db, mail: NonNullable<Together['mail']>) =>
  db('emails').where({ ...mail, status: 'waiting', claim_token: null })

/**
 * Whether the message still waited, for who is the owner now: meanwhile it may be another. What it names is read from its
 * row, since an address may have been undone.
 */
async function addTo(trx: Change, client: Client, mail: NonNullable<Together['mail']>, email: string) {
  const row = await waiting(trx, mail).where({ user_id: client.owner_id }).first('data')
  if (!row) return false
  const { email: first, emails = first, ...rest } = JSON.parse(row.data)
  const list = [...emails.split('\n'), email]
  const data = { ...rest, emails: list.join('\n'), count: list.length }
  const template = 'invitations-sent'
  const subject = inHand().subject(template, data)
  return (await waiting(trx, mail).update({ template, subject, data: JSON.stringify(data) })) === 1
}

/** Nobody more is added to it. Everybody is invited by now: where this fails it goes out by itself. */
export async function sendOff(db: Db, { mail }: Together) {
  if (!mail) return
  const goes = (trx: Db) => waiting(trx, mail).update({ next_attempt_at: timestamp() })
  await transaction(db, goes, HARMLESS).catch(() => {})
  inHand().wake()
}
