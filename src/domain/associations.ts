// A user's access to one client, once per pair (R6). The owner's is never edited or removed (R2).
// Who manages them, and how far, is asked inside the transaction, after the client was taken (managing.ts).

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type AccessTimes, endDay, readEnd, type Standing, standingOf } from './access-times.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { writeDownEnd } from './ending-access.ts'
import { askHooks, fire } from './hooks.ts'
import { endWithin, mustHold, mustManage, mustReachUser } from './managing.ts'
import { choosePermissions, type Permission, parsePermissions, permissionsOf } from './permissions.ts'
import { NotFound, Refusal } from './refusal.ts'
import { endRequests } from './request-mail.ts'
import {
  askToAdd,
  createUser,
  describeNew,
  describeUser,
  type NewUser,
  takeUser,
  type User,
} from './users.ts'

/** A user as one client sees them. */
export interface ClientUser extends User, AccessTimes {
  permissions: Permission[]
  isOwner: boolean
  standing: Standing
  /** When they last entered this client. */
  entered_at: string | null
}

const ACCESS = ['associations.permissions', 'associations.ends_at', 'associations.suspended_at']
type AccessRow = AccessTimes & { permissions: string; entered_at: string | null }

export const accessOf = (db: Db, client: { id: number }) =>
  db('associations')
    .join('users', 'users.id', 'associations.user_id')
    .where('associations.client_id', client.id)
    .select('users.*', ...ACCESS, 'associations.last_login_at as entered_at')

export const toClientUser = (client: Client, row: User & AccessRow): ClientUser => ({
  ...row,
  permissions: permissionsOf(client, { user_id: row.id, permissions: row.permissions }),
  isOwner: row.id === client.owner_id,
  standing: standingOf(row, row.id === client.owner_id),
})

/** Everyone associated with the client, the owner first. */
export async function listClientUsers(db: Db, client: Client): Promise<ClientUser[]> {
  const rows = await accessOf(db, client).orderBy('users.first_name').orderBy('users.id')
  return rows.map((row) => toClientUser(client, row)).sort((a, b) => Number(b.isOwner) - Number(a.isOwner))
}

export async function findClientUser(
  db: Db,
  client: Client,
  userId: number,
): Promise<ClientUser | undefined> {
  const row = await accessOf(db, client).where('users.id', userId).first()
  return row && toClientUser(client, row)
}

/** A client as one of its users sees it. */
export interface Account extends AccessTimes {
  client: Client
  permissions: Permission[]
  isOwner: boolean
  standing: Standing
  entered_at: string | null
}

export const accounts = (db: Db, user: { id: number }) =>
  db('associations')
    .join('clients', 'clients.id', 'associations.client_id')
    .where('associations.user_id', user.id)
    .select('clients.*', ...ACCESS, 'associations.last_login_at as entered_at')

export const toAccount = (user: { id: number }, row: Client & AccessRow): Account => ({
  client: row,
  permissions: permissionsOf(row, { user_id: user.id, permissions: row.permissions }),
  isOwner: row.owner_id === user.id,
  standing: standingOf(row, row.owner_id === user.id),
  ends_at: row.ends_at,
  suspended_at: row.suspended_at,
  entered_at: row.entered_at,
})

/** The clients of a user, also where their access rests or is over: owned ones first, then by name. */
export async function listClientsOf(db: Db, user: { id: number }): Promise<Account[]> {
  const rows = await accounts(db, user)
  return rows
    .map((row) => toAccount(user, row))
    .sort(
      (a, b) =>
        Number(b.isOwner) - Number(a.isOwner) || clientName(a.client).localeCompare(clientName(b.client)),
    )
}

/** What is read along with a client, in the same statement. */
export type Along = (query: Knex.QueryBuilder) => void

/** One of them, however it stands. */
export async function findAccount(
  db: Db,
  user: { id: number },
  clientId: number,
  along: Along = () => {},
): Promise<Account | undefined> {
  const row = await accounts(db, user).where('clients.id', clientId).modify(along).first()
  return row && toAccount(user, row)
}

/** One that this user may act for now, in one query: what every request of somebody logged in asks (R8). */
export async function findClientOf(db: Db, user: { id: number }, clientId: number, along?: Along) {
  const account = await findAccount(db, user, clientId, along)
  return account?.standing === 'open' ? account : undefined
}

export const mustBeOpen = (client: Client) => {
  if (client.status === 'closed') throw new Refusal('client.closed')
}

/** Inside a transaction that has taken the client. */
export async function addAssociation(
  trx: Change,
  client: Client,
  user: User,
  permissions: string,
  ends_at: string | null = null,
) {
  const dates = { ends_at, created_at: timestamp(), updated_at: timestamp() }
  await trx('associations').insert({ client_id: client.id, user_id: user.id, permissions, ...dates })
  await endRequests(trx, client, user)
  const until = endDay(ends_at) ?? undefined
  await record(trx, 'user.associated', { client, user, email: user.email, permissions, until })
  await fire(trx, 'UserAssociated', {
    client: describeClient(client),
    user: describeUser(user),
    permissions: parsePermissions(permissions),
  })
}

/**
 * Send Invite: No (R24): at once, and no e-mail goes out. An unverified address identifies nobody, so an
 * existing login with one asks for `confirmed` (HARD-CASES H6). A new user sets a password by "Forgot password".
 */
export async function associate(
  db: Db,
  by: Actor,
  client: Client,
  who: User | NewUser,
  keys: readonly string[],
  { confirmed = false, endsOn = '' } = {},
): Promise<User> {
  const permissions = choosePermissions(keys)
  const endsAt = readEnd(endsOn)
  const known = 'id' in who
  if (known && !who.email_verified_at && !confirmed)
    throw new Refusal('associate.unverified', 'confirmed', { email: who.email })
  if (!known) await askToAdd(by, who)
  await askHooks(by, 'PreUserAssociate', {
    client: describeClient(client),
    user: known ? describeUser(who) : describeNew(who),
    permissions: parsePermissions(permissions),
  })
  return change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    const reach = await mustManage(trx, current)
    mustBeOpen(current)
    mustHold(reach, permissions)
    const user = known ? await takeUser(trx, who) : await createUser(trx, { ...who, password_hash: null })
    await writeDownEnd(trx, current, user)
    if (await findClientUser(trx, current, user.id)) throw new Refusal('invite.alreadyAssociated', 'user')
    await addAssociation(trx, current, user, permissions, endWithin(reach, endsAt))
    return user
  })
}

/** Takes the client, then gives the association as it is now; refuses the owner's, and one beyond a delegate's reach. */
export async function takeAssociation(
  trx: Change,
  client: Client,
  user: { id: number },
  owner: 'owner.edit' | 'owner.remove' | 'owner.suspend',
) {
  const current = await takeClient(trx, client)
  const reach = await mustManage(trx, current)
  const found = await findClientUser(trx, current, user.id)
  if (!found) throw new NotFound()
  if (found.isOwner) throw new Refusal(owner)
  mustReachUser(reach, found)
  return { client: current, user: found, reach }
}
