// How much may be invited, so that nobody is pestered through us (HARD-CASES H17, H24). An inviter is counted over all
// clients. What a client has pending and has sent is read from the tables while the client is taken, so it is exact
// whoever comes at the same moment. How much one address gets, from whomever, is never told: the page answers as ever,
// and the message waits in the outbox until it may go.

import { inDays, inMinutes, now, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Actor, Change } from './change.ts'
import type { Client } from './clients.ts'
import { LIMITS } from './limit-table.ts'
import { counted, countTry, forgiveTry } from './limits.ts'
import { Refusal, TooMany } from './refusal.ts'
import { readLimits } from './settings.ts'
import { findUser } from './users.ts'

/** Sends an invitation, if this inviter may send one more; one that is refused does not count. */
export async function countInviter<T>(db: Db, by: Actor, send: () => Promise<T>): Promise<T> {
  const key = by.kind === 'credential' ? `key ${by.id}` : String(by.id)
  if (by.kind !== 'user') return counted(db, 'invitesOfAdmin', key, send)
  const isVerified = await hasProvenAddress(db, by)
  return counted(db, 'invitesOfUser', key, () =>
    isVerified ? send() : counted(db, 'invitesOfUnverified', key, send),
  )
}

const hasProvenAddress = async (db: Db, { id }: Actor) =>
  Boolean((await findUser(db, Number(id)))?.email_verified_at)

/** Words of one's own go out only from somebody whose address is known to be theirs (HARD-CASES H24). */
export async function mustMayWrite(db: Db, by: Actor, again?: 'invite.resend.unverified') {
  if (by.kind !== 'user' || (await hasProvenAddress(db, by))) return
  throw again ? new Refusal(again) : new Refusal('invite.message.unverified', 'message')
}

const secondsUntil = (moment: string) =>
  Math.max(1, Math.ceil((new Date(moment).getTime() - now().getTime()) / 1000))

/** Refuses one more pending invitation of a client that has as many as it may; it frees one by cancelling. */
export async function mustHaveRoom(trx: Change, client: Client) {
  const { pendingOfClient: count } = await readLimits(trx)
  // Pending ones alone have an open address. Asked for their status, SQLite reads the pending ones of all clients.
  const [pending] = await trx('invitations')
    .where({ client_id: client.id })
    .whereNotNull('open_email')
    .where('expires_at', '>', timestamp())
    .count({ n: '*' })
    .min({ first: 'expires_at' })
  if (Number(pending?.n ?? 0) < count) return
  throw new TooMany(secondsUntil(String(pending?.first)), LIMITS.pendingOfClient.over, { count })
}

/** Refuses what is sent too often; each message of an invitation counts, also of one that is sent again. */
export async function maySend(trx: Change, client: Client) {
  const { invitesOfClient: count } = await readLimits(trx)
  const oldest: { created_at: string } | undefined = await trx('emails')
    .where({ client_id: client.id, template: 'invitation' })
    .orderBy('id', 'desc')
    .offset(count - 1)
    .first('created_at')
  const again = oldest && inDays(1, new Date(oldest.created_at))
  if (again && again > timestamp())
    throw new TooMany(secondsUntil(again), LIMITS.invitesOfClient.over, { count })
}

/** Mail to name+anything arrives at name: else whoever pesters would only have to count up. */
const mailboxOf = (address: string) => address.replace(/^([^+]+)\+.*(?=@)/, '$1')

/** Messages that strangers cause: over the limit they wait. */
const HELD: Record<string, 'mailsToInvited' | 'mailsToOwner'> = {
  invitation: 'mailsToInvited',
  'invitation-reminder': 'mailsToInvited',
  'access-request': 'mailsToOwner',
}

type Held = { template: string; to_address: string }

/** Counts such a message just before it goes out, or gives the moment when it may. */
export async function holdBack(db: Db, { template, to_address }: Held): Promise<string | undefined> {
  const limit = HELD[template]
  if (!limit) return undefined
  try {
    await countTry(db, limit, mailboxOf(to_address))
    return undefined
  } catch (error) {
    if (error instanceof TooMany) return inMinutes(error.seconds / 60)
    throw error
  }
}

/** It did not go out after all. */
export async function letGo(db: Db, { template, to_address }: Held) {
  const limit = HELD[template]
  if (limit) await forgiveTry(db, limit, mailboxOf(to_address))
}
