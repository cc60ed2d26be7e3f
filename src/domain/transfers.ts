// The offer to hand an account over to another of its users, by its owner or in the owner's name. It is pending, then one
// of accepted, declined, cancelled or expired, by a guarded update whose row count decides; no end is ever left again. One
// is pending for a client: open_client_id holds that. It is over when its seven days are, whether or not the job has
// written that down. Whatever takes its ground away (another owner, the client closed, access removed) cancels it in the
// same transaction.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { Refusal } from './refusal.ts'
import { describeUser, fullName, getUser, type User } from './users.ts'

export const TRANSFER_STATUSES = ['pending', 'accepted', 'declined', 'cancelled', 'expired'] as const
type Status = (typeof TRANSFER_STATUSES)[number]
export type TransferEnd = Exclude<Status, 'pending'>

export interface Transfer {
  id: number
  client_id: number
  open_client_id: number | null
  from_user_id: number
  to_user_id: number
  /** The API key that made it in the owner's name. */
  credential_id: number | null
  status: Status
  expires_at: string
  ended_at: string | null
  created_at: string
  updated_at: string
}

/** With both people and the account, as pages show it. */
export interface ShownTransfer extends Transfer {
  from: User
  to: User
  client: Client
  /** The name of the key that made it. */
  madeBy?: string | undefined
}

export const TRANSFER_DAYS = 7
const EXPIRE_AT_ONCE = 200

export const isPending = ({ status, expires_at }: Transfer) =>
  status === 'pending' && expires_at > timestamp()

/** What it is, also before the job has written down that its time is over. */
export const statusNow = (transfer: Transfer): Status =>
  transfer.status === 'pending' && !isPending(transfer) ? 'expired' : transfer.status

const pending = (db: Db) =>
  db<Transfer>('ownership_transfers').where({ status: 'pending' }).where('expires_at', '>', timestamp())

async function shown(db: Db, transfer: Transfer): Promise<ShownTransfer> {
  const client: Client = await db('clients').where({ id: transfer.client_id }).first()
  const [from, to] = [await getUser(db, transfer.from_user_id), await getUser(db, transfer.to_user_id)]
  const { credential_id } = transfer
  const key = credential_id && (await db('api_credentials').where({ id: credential_id }).first('name'))
  return { ...transfer, from, to, client, madeBy: key?.name }
}

/** The pending one of a client, if any. */
export async function findPendingTransfer(
  db: Db,
  client: { id: number },
): Promise<ShownTransfer | undefined> {
  const found = await pending(db).where({ client_id: client.id }).first()
  return found && shown(db, found)
}

/** Whether this client is offered to a user. */
export const isOffered = async (db: Db, client: { id: number }, user: { id: number }): Promise<boolean> =>
  Boolean(await pending(db).where({ client_id: client.id, to_user_id: user.id }).first('id'))

/** What is offered to a user, wherever. */
export async function listOffers(db: Db, user: { id: number }): Promise<ShownTransfer[]> {
  const offers: ShownTransfer[] = []
  for (const one of await pending(db).where({ to_user_id: user.id }).orderBy('id'))
    offers.push(await shown(db, one))
  return offers
}

/** One that was offered to this very user, whatever became of it; anybody else's is not there. */
export async function findOffer(
  db: Db,
  user: { id: number },
  id: number,
): Promise<ShownTransfer | undefined> {
  const found = await db<Transfer>('ownership_transfers').where({ id, to_user_id: user.id }).first()
  return found && shown(db, found)
}

/** One of this client, whatever became of it. */
export async function findTransfer(
  db: Db,
  client: { id: number },
  id: number,
): Promise<ShownTransfer | undefined> {
  const found = await db<Transfer>('ownership_transfers').where({ id, client_id: client.id }).first()
  return found && shown(db, found)
}

/**
 * The guarded update behind every end, with what it tells: true for exactly one caller, and only from pending. Inside a
 * transaction that has taken the client. Who was offered it is mailed only where they were waiting for it.
 */
export async function endTransfer(
  trx: Change,
  client: Client,
  transfer: Transfer,
  how: TransferEnd,
  reason?: string,
): Promise<boolean> {
  const at = timestamp()
  const rows = await trx('ownership_transfers')
    .where({ id: transfer.id, status: 'pending' })
    .where('expires_at', how === 'expired' ? '<=' : '>', at)
    .update({ status: how, open_client_id: null, ended_at: at, updated_at: at })
  if (rows !== 1) return false
  const [owner, user] = [await getUser(trx, transfer.from_user_id), await getUser(trx, transfer.to_user_id)]
  await record(trx, `transfer.${how}`, { client, user, before: owner.email, after: user.email, reason })
  const about = { client: describeClient(client), user: describeUser(user), owner: describeUser(owner), how }
  await fire(trx, 'OwnershipTransferEnded', about)
  // What follows an acceptance is told as every change of owner is.
  if (how === 'accepted') return true
  for (const to of how === 'cancelled' ? [owner, user] : [owner])
    await queueEmail(trx, `transfer-${how}`, {
      to: to.email,
      user: to,
      client,
      data: { name: fullName(to), client: clientName(client), owner: fullName(owner), user: fullName(user) },
    })
  return true
}

/** Cancels what is pending, inside the transaction that takes its ground away; `party`: only where they are in it. */
export async function cancelTransfer(trx: Change, client: Client, reason: string, party?: { id: number }) {
  const open: Transfer[] = await trx('ownership_transfers').where({ open_client_id: client.id })
  for (const one of open)
    if (!party || [one.from_user_id, one.to_user_id].includes(party.id))
      await endTransfer(trx, client, one, 'cancelled', reason)
}

/** Whom the owner is handing the account to is not for a delegate to send away, which would end the offer. */
export async function mustNotBeOffered(trx: Change, client: Client, user: { id: number }) {
  const offer = await trx('ownership_transfers')
    .where({ open_client_id: client.id, to_user_id: user.id })
    .first('id')
  if (offer) throw new Refusal('delegate.offered')
}

/**
 * A login came back to its owner: what was offered in their name meanwhile may not be what they want. Takes the clients,
 * so it comes before anything else of a transaction.
 */
export async function cancelOffersOf(trx: Change, user: { id: number }) {
  const offers: Transfer[] = await trx('ownership_transfers')
    .where({ from_user_id: user.id, status: 'pending' })
    .orderBy('client_id')
  for (const { client_id } of offers)
    await cancelTransfer(trx, await takeClient(trx, { id: client_id }), 'login taken back', user)
}

/** The job: all that ran out, each in a transaction of its own so that a crash loses nothing. Gives their number. */
export async function expireTransfers(db: Db, as: () => Actor): Promise<number> {
  let expired = 0
  for (;;) {
    const due: Transfer[] = await db<Transfer>('ownership_transfers')
      .where({ status: 'pending' })
      .where('expires_at', '<=', timestamp())
      .orderBy('id')
      .limit(EXPIRE_AT_ONCE)
    if (due.length === 0) return expired
    for (const transfer of due) {
      const isMine = await change(db, as(), async (trx) => {
        const client = await takeClient(trx, { id: transfer.client_id })
        return endTransfer(trx, client, transfer, 'expired')
      })
      expired += Number(isMine)
    }
  }
}
