// Transfer of ownership by the owner (HARD-CASES H10): both sides show their password, and what decides is asked again at
// acceptance, after the client was taken: whoever offered is still the owner, whoever was named may still become it, and
// the client is open. A mail that was forwarded opens nothing: only the named user accepts, logged in.

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type ClientUser, findClientUser, mustBeOpen } from './associations.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { mayBeTakenBack } from './email-changes.ts'
import { queueEmail } from './emails.ts'
import { provePassword } from './factors.ts'
import { askHooks, fire } from './hooks.ts'
import { counted } from './limits.ts'
import { moveOwnership } from './ownership.ts'
import { asPerson } from './people.ts'
import { NotFound, Refusal, type Values } from './refusal.ts'
import { endTransfer, isPending, type ShownTransfer, TRANSFER_DAYS, type Transfer } from './transfers.ts'
import { describeUser, fullName, getUser, takeUser, type User } from './users.ts'

/** A login as recent as this is one that somebody looks after. */
const RECENT_DAYS = 30

export type WhyNot = 'disabled' | 'unverified' | 'suspended' | 'ends' | 'away' | 'noFactor'

export interface Candidate {
  user: ClientUser
  /** Why they cannot be chosen now. */
  not?: WhyNot | undefined
}

/** Of these users of the account the others, with why they could not become its owner now. */
export const candidatesAmong = (client: Client, users: ClientUser[]): Candidate[] =>
  users.filter(({ isOwner }) => !isOwner).map((user) => ({ user, not: whyNot(client, user) }))

/** An unverified address identifies nobody (HARD-CASES H6); a login that nobody looks after protects nothing. */
function whyNot(client: Client, user: ClientUser): WhyNot | undefined {
  if (user.status !== 'active') return 'disabled'
  if (!user.email_verified_at) return 'unverified'
  if (user.standing === 'suspended') return 'suspended'
  if (user.ends_at) return 'ends'
  if (client.require_factor && user.factors === 0) return 'noFactor'
  const isRecent = user.last_login_at !== null && user.last_login_at > inDays(-RECENT_DAYS)
  return user.factors > 0 || isRecent ? undefined : 'away'
}

const refuse = (why: WhyNot | undefined, user: User) => {
  if (why) throw new Refusal(`transfer.not.${why}`, 'user_id', { name: fullName(user) })
}

/** The owner offers the account to one of its users, and shows their own password. */
export async function offerOwnership(
  db: Db,
  by: Actor,
  client: Client,
  owner: User,
  target: ClientUser,
  password: string,
) {
  if (target.id === owner.id) throw new Refusal('transfer.self', 'user_id')
  refuse(whyNot(client, target), target)
  await provePassword(db, asPerson(owner), password, 'current_password')
  await askHooks(by, 'PreOwnerChange', { client: describeClient(client), user: describeUser(target) })
  const offer = () => offerNow(db, by, client, target)
  return counted(db, 'offersOfOwnership', String(owner.id), offer)
}

/**
 * The host offers it in the owner's name: who could make an owner at once may also have the new one asked. The owner is
 * told who did it, and can cancel it. Gives the number of the offer.
 */
export async function offerForOwner(db: Db, by: Actor, client: Client, target: ClientUser): Promise<number> {
  if (by.kind !== 'admin' && by.kind !== 'credential') throw new Refusal('users.adminOnly')
  if (target.isOwner) throw new Refusal('owner.already', 'user_id')
  refuse(whyNot(client, target), target)
  await askHooks(by, 'PreOwnerChange', { client: describeClient(client), user: describeUser(target) })
  return offerNow(db, by, client, target)
}

const offerNow = (db: Db, by: Actor, client: Client, target: ClientUser) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    if (by.kind === 'user' && current.owner_id !== by.id) throw new Refusal('users.ownerOnly')
    mustBeOpen(current)
    const owner = await getUser(trx, current.owner_id)
    if (await mayBeTakenBack(trx, owner))
      throw new Refusal(by.kind === 'user' ? 'transfer.wayBack' : 'transfer.wayBack.owner')
    const user = await findClientUser(trx, current, target.id)
    if (!user) throw new NotFound()
    if (user.isOwner) throw new Refusal('owner.already', 'user_id')
    refuse(whyNot(current, user), user)
    await mustBeAlone(trx, current)
    return insertOffer(trx, current, owner, user)
  })

/** One at a time for a client; one whose time is over is written down as that. */
async function mustBeAlone(trx: Change, client: Client) {
  const open: Transfer | undefined = await trx('ownership_transfers')
    .where({ open_client_id: client.id })
    .first()
  if (!open) return
  if (isPending(open)) throw new Refusal('transfer.oneAtATime')
  await endTransfer(trx, client, open, 'expired')
}

async function insertOffer(trx: Change, client: Client, owner: User, user: User): Promise<number> {
  const expires_at = inDays(TRANSFER_DAYS)
  const [id] = await trx('ownership_transfers').insert({
    client_id: client.id,
    open_client_id: client.id,
    from_user_id: owner.id,
    to_user_id: user.id,
    credential_id: trx.by.kind === 'credential' ? trx.by.id : null,
    status: 'pending',
    expires_at,
    created_at: timestamp(),
    updated_at: timestamp(),
  })
  await record(trx, 'transfer.requested', { client, user, before: owner.email, after: user.email })
  await fire(trx, 'OwnershipTransferRequested', {
    client: describeClient(client),
    user: describeUser(user),
    owner: describeUser(owner),
    expiresAt: expires_at,
  })
  const data = { row: Number(id), client: clientName(client), owner: fullName(owner), user: fullName(user) }
  const who = trx.by.kind === 'user' ? '' : '-for'
  await queueEmail(trx, `transfer-offered${who}`, { to: user.email, user, client, data })
  await queueEmail(trx, `transfer-requested${who}`, { to: owner.email, user: owner, client, data })
  return Number(id)
}

/** The named user takes the account over, and shows their own password. */
export async function acceptOwnership(
  db: Db,
  by: Actor,
  transfer: ShownTransfer,
  user: User,
  password: string,
) {
  if (!isPending(transfer)) throw new Refusal('transfer.over')
  await provePassword(db, asPerson(user), password, 'current_password')
  await askHooks(by, 'PreOwnerChange', { client: describeClient(transfer.client), user: describeUser(user) })
  return change(db, by, async (trx) => {
    const current = await takeClient(trx, transfer.client)
    mustBeOpen(current)
    const target = await findClientUser(trx, current, (await takeUser(trx, user)).id)
    const former = await getUser(trx, transfer.from_user_id)
    const isOffered = former.id === current.owner_id && former.status === 'active'
    if (!target || target.standing === 'ended' || !isOffered) throw new Refusal('transfer.over')
    if (target.id !== transfer.to_user_id) throw new NotFound()
    if (target.standing === 'suspended') throw new Refusal('transfer.suspended')
    if (!target.email_verified_at) throw new Refusal('transfer.unverified')
    if (current.require_factor && target.factors === 0) throw new Refusal('transfer.factorFirst')
    await mustBeSettled(trx, target, former)
    if (!(await endTransfer(trx, current, transfer, 'accepted'))) throw new Refusal('transfer.over')
    await moveOwnership(trx, current, former, target, offeredBy(transfer, former))
  })
}

/** The owner handed it over, or a key had offered it in their name: then they did nothing. */
const offeredBy = ({ madeBy }: ShownTransfer, former: User): Values =>
  madeBy ? { by: madeBy, byKey: 1, inName: 1 } : { by: fullName(former) }

/**
 * Whoever stole a login changes its address first. Ownership has no way back, so neither side's address may have one
 * (HARD-CASES H19): its owner is asked for the old address back in time, and the offer of a thief is gone with it.
 */
async function mustBeSettled(trx: Change, target: User, former: User) {
  if (await mayBeTakenBack(trx, target)) throw new Refusal('transfer.wayBack.yours')
  if (await mayBeTakenBack(trx, former))
    throw new Refusal('transfer.wayBack.theirs', undefined, { name: fullName(former) })
}

/** The named user does not want it. */
export const declineOwnership = (db: Db, by: Actor, transfer: ShownTransfer) =>
  change(db, by, async (trx) => {
    if (by.id !== transfer.to_user_id) throw new NotFound()
    const current = await takeClient(trx, transfer.client)
    if (!(await endTransfer(trx, current, transfer, 'declined'))) throw new Refusal('transfer.over')
  })

/** By the owner, or by an admin whose right the page asked for. */
export const withdrawOwnership = (db: Db, by: Actor, transfer: ShownTransfer) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, transfer.client)
    if (by.kind === 'user' && by.id !== current.owner_id) throw new Refusal('users.ownerOnly')
    if (!(await endTransfer(trx, current, transfer, 'cancelled'))) throw new Refusal('transfer.over')
  })
