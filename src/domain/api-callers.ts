// Who calls the API: a credential of the host's, with rights, or a user by a personal token, with permissions. Both are
// read afresh on every call (R8), and so is what the admin may do who answers for a credential. A client that a caller
// may not see is not there.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { type CredentialRow, standingOfCredential } from './api-credentials.ts'
import { type Along, findClientOf } from './associations.ts'
import type { Actor } from './change.ts'
import { type Client, type LookedForClients, listClients } from './clients.ts'
import { fingerprint } from './links.ts'
import { type LookedForUsers, listUsers } from './looking-after-users.ts'
import { isWithinNetworks } from './networks.ts'
import { PERMISSIONS, type Permission, permissionsOf } from './permissions.ts'
import { NotFound, Refusal } from './refusal.ts'
import { ownRoleOf, parseRights, type Right, rightsIn } from './rights.ts'
import { isSwitchedOn } from './settings.ts'
import { findUser, fullName, type User } from './users.ts'

export interface Caller {
  credential: CredentialRow
  /** What a credential may do; a personal token has none. */
  rights: Right[]
  /** Whose personal token it is. */
  user?: User
}

const SECRET = /^latchkey_(key|token)_[\w-]{43}$/

/** The admin who answers for a credential, as they are now; a personal token has none. */
interface Answering {
  admin_status: string | null
  admin_role: string | null
  own_rights: string | null
}

/** The caller behind a secret; nothing for one that is unknown, ended, revoked, or of somebody who is not active. */
export const findCaller = async (db: Db, secret: string): Promise<Caller | undefined> =>
  SECRET.test(secret) ? callerWhere(db, { 'k.secret_hash': fingerprint(secret) }) : undefined

/** The same for what a credential did before: whether it may still, as it is now. */
export const findCallerById = (db: Db, id: number) => callerWhere(db, { 'k.id': id })

async function callerWhere(db: Db, where: Record<string, string | number>): Promise<Caller | undefined> {
  const row: (CredentialRow & Answering) | undefined = await db('api_credentials as k')
    .leftJoin('admins as a', 'a.id', 'k.admin_id')
    .leftJoin('roles as r', 'r.id', ownRoleOf(db, 'a.role'))
    .where(where)
    .first('k.*', 'a.status as admin_status', 'a.role as admin_role', 'r.rights as own_rights')
  if (!row || standingOfCredential(row) !== 'live') return undefined
  const { admin_status, admin_role, own_rights, ...credential } = row
  if (credential.user_id === null) {
    if (admin_status !== 'active' || admin_role === null) return undefined
    const theirs = rightsIn(admin_role, own_rights)
    const rights = parseRights(credential.rights).filter((right) => theirs.includes(right))
    return { credential, rights }
  }
  const user = await findUser(db, credential.user_id)
  return user?.status === 'active' ? { credential, rights: [], user } : undefined
}

export const mayComeFrom = (ip: string, { credential }: Caller) => isWithinNetworks(ip, credential.addresses)

/** Refuses a caller from elsewhere. */
export function mustComeFrom(ip: string, caller: Caller) {
  if (!mayComeFrom(ip, caller)) throw new Refusal('api.address', undefined, { ip })
}

/** When and from where a credential was used last, at most once a minute: many calls make one write. */
export async function noteUse(db: Db, { credential }: Caller, ip: string): Promise<void> {
  const minuteAgo = inMinutes(-1)
  if (credential.last_used_at && credential.last_used_at > minuteAgo) return
  const write = (trx: Db) =>
    trx('api_credentials')
      .where({ id: credential.id })
      .where((long) => long.whereNull('last_used_at').orWhere('last_used_at', '<=', minuteAgo))
      .update({ last_used_at: timestamp(), last_used_ip: ip })
  await transaction(db, write, HARMLESS)
}

/** Who does it, as the activity log tells it. */
export const whoCalls = ({
  credential,
  user,
}: Caller): Pick<Actor, 'kind' | 'id' | 'name' | 'token' | 'madeBy'> =>
  user
    ? { kind: 'user', id: user.id, name: fullName(user), token: credential.name }
    : { kind: 'credential', id: credential.id, name: credential.name, madeBy: credential.admin_id }

/** A client as the caller may see it; a credential holds every permission, as an admin does. */
export interface SeenClient {
  client: Client
  permissions: readonly Permission[]
  isOwner: boolean
}

/** Refuses, as not there, what the caller may not see; for a user also what they may not act for now. */
export async function getClientFor(
  db: Db,
  { credential, user }: Caller,
  id: number,
  along: Along = () => {},
): Promise<SeenClient> {
  if (user) {
    const account = await findClientOf(db, user, id, along)
    if (!account || account.client.status === 'closed') throw new NotFound()
    if (account.client.require_factor && user.factors === 0) throw new Refusal('api.factorNeeded')
    return account
  }
  const client: Client | undefined = await db('clients')
    .modify((seen) => credential.all_clients || seen.whereIn('clients.id', listedFor(db, credential)))
    .where('clients.id', id)
    .modify(along)
    .first('clients.*')
  if (!client) throw new NotFound()
  return { client, permissions: PERMISSIONS, isOwner: false }
}

/** Refuses a credential for some clients where something of no client yet is made. */
export function mustSeeAll({ credential, user }: Caller) {
  if (!user && !credential.all_clients) throw new Refusal('api.allClients')
}

/** A login that the caller may look at: a token its user's alone, a key for some clients those of their users. */
async function findSeenUser(db: Db, { credential, user }: Caller, id: number): Promise<User | undefined> {
  if (user && user.id !== id) return undefined
  if (user || credential.all_clients) return findUser(db, id)
  const theirs = db('associations').where('user_id', id).whereIn('client_id', listedFor(db, credential))
  return (await theirs.first('user_id')) ? findUser(db, id) : undefined
}

/** A user whom a key may name: one for some clients only theirs, so that it learns of nobody else. */
export async function findUserFor(db: Db, caller: Caller, id: number): Promise<User> {
  const user = await findSeenUser(db, caller, id)
  if (!user) throw new Refusal('api.noSuchUser', 'user_id')
  return user
}

/** The login that a URL names; one that the caller may not look at is not there. */
export async function getUserFor(db: Db, caller: Caller, id: number): Promise<User> {
  const user = await findSeenUser(db, caller, id)
  if (!user) throw new NotFound()
  return user
}

/** The same for changing it: a login reaches further than the clients that a key for some of them sees. */
export async function getUserToChange(db: Db, caller: Caller, id: number): Promise<User> {
  const user = await getUserFor(db, caller, id)
  mustSeeAll(caller)
  return user
}

/** The logins that the caller may look at. */
export function listUsersFor(db: Db, { credential, user }: Caller, looked: LookedForUsers) {
  const theirs = () => db('associations').whereIn('client_id', listedFor(db, credential)).select('user_id')
  const within = user ? [user.id] : credential.all_clients ? undefined : theirs()
  return listUsers(db, { ...looked, within })
}

/** Where admins alone manage users, a token does not look at them either. */
export async function mustLookAtUsers(db: Db, { user }: Caller) {
  if (user && !(await isSwitchedOn(db, 'manageUsers'))) throw new Refusal('users.off')
}

/** The clients that the caller may see, newest first or by the word that was found. */
export function listClientsFor(db: Db, { credential, user }: Caller, looked: LookedForClients) {
  const some = () => (credential.all_clients ? undefined : listedFor(db, credential))
  return listClients(db, { ...looked, within: user ? openTo(db, user) : some() })
}

/** Which of these clients show the caller where they are: to a user those where they hold `profile`, as pages do. */
export async function whoseDetails(db: Db, { user }: Caller, clients: Client[]): Promise<Set<number>> {
  const ids = clients.map(({ id }) => id)
  if (!user) return new Set(ids)
  const held: { client_id: number; user_id: number; permissions: string }[] = await db('associations')
    .where({ user_id: user.id })
    .whereIn('client_id', ids)
    .select('client_id', 'user_id', 'permissions')
  const holds = (client: Client) =>
    held.some((one) => one.client_id === client.id && permissionsOf(client, one).includes('profile'))
  return new Set(clients.filter(holds).map(({ id }) => id))
}

type Listing<T> = (client?: { id: number }) => Promise<T[]>

interface First<T> {
  order: (one: T, other: T) => number
  limit: number
}

/**
 * What a list gives of all clients that a credential may see: one after the other, each by its index. No more is held
 * than the first so many: a key may be for hundreds of clients, and be used by many calls at once.
 */
export async function ofEachSeen<T>(
  db: Db,
  { credential }: Caller,
  list: Listing<T>,
  { order, limit }: First<T>,
): Promise<T[]> {
  if (credential.all_clients) return list()
  const ids: number[] = await listedFor(db, credential).pluck('client_id')
  let rows: T[] = []
  for (const id of ids) rows = [...rows, ...(await list({ id }))].sort(order).slice(0, limit)
  return rows
}

/** The clients of a credential that may not see all. */
export const listedFor = (db: Db, { id }: CredentialRow) =>
  db('api_credential_clients').where({ credential_id: id }).select('client_id')

/** What they may act for now, as findClientOf has it. */
const openTo = (db: Db, user: User) =>
  db('associations as s')
    .join('clients as c', 'c.id', 's.client_id')
    .where('s.user_id', user.id)
    .whereNot('c.status', 'closed')
    .where((open) =>
      open
        .where('c.owner_id', user.id)
        .orWhere((rests) =>
          rests
            .whereNull('s.suspended_at')
            .where((ends) => ends.whereNull('s.ends_at').orWhere('s.ends_at', '>', timestamp())),
        ),
    )
    .where((factor) => {
      if (user.factors === 0) factor.where('c.require_factor', 0)
    })
    .select('s.client_id')
