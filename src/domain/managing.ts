// Who manages the users of a client (R9, R10): admins by their role; the owner; and whoever holds `users`, a delegate,
// within what they hold themselves (HARD-CASES H16). A delegate touches nobody who holds more, neither the owner nor
// themselves, and gives no later an end than their own. It is asked inside the transaction, after the client was taken:
// what was true when the page was shown may be over. The host may switch all of it off but for admins.

import type { Db } from '../platform/database.ts'
import { type AccessTimes, standingOf } from './access-times.ts'
import type { Actor, Change } from './change.ts'
import type { Client } from './clients.ts'
import { PERMISSIONS, type Permission, parsePermissions } from './permissions.ts'
import { Refusal } from './refusal.ts'
import { isSwitchedOn } from './settings.ts'

/** How far somebody reaches who manages; `delegate` is whose own access bounds it. */
export interface Reach {
  permissions: readonly Permission[]
  endsAt: string | null
  delegate?: number
}

export const WHOLE: Reach = { permissions: PERMISSIONS, endsAt: null }

/** Of a user, apart from whether the host has it switched on; nothing for who manages nobody. */
export async function findReach(db: Db, client: Client, user: { id: number }): Promise<Reach | undefined> {
  if (user.id === client.owner_id) return WHOLE
  const row: (AccessTimes & { permissions: string }) | undefined = await db('associations as s')
    .join('users as u', 'u.id', 's.user_id')
    .where({ 's.client_id': client.id, 's.user_id': user.id, 'u.status': 'active' })
    .first('s.permissions', 's.ends_at', 's.suspended_at')
  const permissions = parsePermissions(row?.permissions ?? '')
  if (!row || standingOf(row, false) !== 'open' || !permissions.includes('users')) return undefined
  return { permissions, endsAt: row.ends_at, delegate: user.id }
}

/** Inside a transaction that has taken the client. */
export const mustManage = (trx: Change, client: Client): Promise<Reach> => reachOf(trx, trx.by, client)

/** How far whoever does it reaches at this moment; refuses who manages nobody. */
export async function reachOf(db: Db, { kind, id }: Pick<Actor, 'kind' | 'id'>, client: Client) {
  if (kind !== 'user') return WHOLE
  if (!(await isSwitchedOn(db, 'manageUsers'))) throw new Refusal('users.off')
  const reach = await findReach(db, client, { id: Number(id) })
  if (!reach) throw new Refusal('users.mayNot')
  return reach
}

/** What is left to the owner: presets of the account, links, requests that were addressed to them. */
export async function mustManageAsOwner(trx: Change, client: Client) {
  if ((await mustManage(trx, client)).delegate) throw new Refusal('users.ownerOnly')
}

/** Whether all of these are theirs to give and to take. */
export const isWithin = ({ permissions }: Reach, keys: readonly Permission[]) =>
  keys.every((key) => permissions.includes(key))

/** Why whoever manages may not touch this user, but for the owner, whom nobody does; nothing where they may. */
export function whyBeyond(reach: Reach, user: { id: number; permissions: readonly Permission[] }) {
  if (user.id === reach.delegate) return 'delegate.yourself'
  return isWithin(reach, user.permissions) ? undefined : 'delegate.holdsMore'
}

export function mustReachUser(reach: Reach, user: { id: number; permissions: readonly Permission[] }) {
  const why = whyBeyond(reach, user)
  if (why) throw new Refusal(why)
}

export function mustReachInvitation(reach: Reach, { permissions }: { permissions: string }) {
  if (!isWithin(reach, parsePermissions(permissions))) throw new Refusal('delegate.invitesMore')
}

/** Nobody gives what they do not hold (R9). */
export function mustHold(reach: Reach, permissions: string) {
  if (!isWithin(reach, parsePermissions(permissions))) throw new Refusal('delegate.beyond', 'permissions')
}

/** Nothing is newly given for longer than whoever gives it has access, whatever end was there before. */
export function mustEndWithin({ endsAt }: Reach, end: string | null) {
  if (endsAt !== null && (end === null || end > endsAt)) throw new Refusal('delegate.givesLonger', 'ends_on')
}

/** The end that is given: a delegate's own where none was chosen, and never a later one. What stays as it is is not given. */
export function endWithin({ endsAt }: Reach, chosen: string | null, before?: string | null): string | null {
  if (endsAt === null || chosen === before) return chosen
  if (chosen !== null && chosen > endsAt) throw new Refusal('delegate.laterEnd', 'ends_on')
  return chosen ?? endsAt
}
