// Merging two logins of one person (HARD-CASES H15): one stays and gets what the other had. Nothing of what happened is
// rewritten: the other's row stays, its address taken, and leads to the one that stays. Clients first, then logins, each
// by ascending id (H2); what the preview said must then still hold, to the last permission.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { moveRequests } from './access-requests.ts'
import { earliest } from './access-times.ts'
import { record } from './activity.ts'
import { type Account, listClientsOf } from './associations.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { mayBeTakenBack } from './email-changes.ts'
import { queueEmail } from './emails.ts'
import { writeDownEnd } from './ending-access.ts'
import { endLogin } from './ending-logins.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { fingerprint } from './links.ts'
import { ALL_PERMISSIONS, formatPermissions, type Permission, parsePermissions } from './permissions.ts'
import { Refusal } from './refusal.ts'
import { cancelTransfer } from './transfers.ts'
import { describeUser, fullName, getUser, takeUser, type User } from './users.ts'

/** What becomes of one client. */
export interface MergedAccount {
  client: Client
  /** What each may do there now; nothing where they have no access. */
  kept?: Permission[]
  gone?: Permission[]
  after: Permission[]
  /** Whether the login that stays is the owner: still, or from then on. */
  owner: 'no' | 'stays' | 'moves'
  /** Of two the stricter: suspension wins, and the earliest end. An owner's access has neither (HARD-CASES H10). */
  endsAt: string | null
  isSuspended: boolean
}

export interface MergePreview {
  kept: User
  gone: User
  accounts: MergedAccount[]
  /** Of all that is shown. */
  seen: string
}

/** What merging `gone` into `kept` would do at this moment; refuses where they cannot be merged. */
export async function previewMerge(db: Db, keptId: number, goneId: number): Promise<MergePreview> {
  if (keptId === goneId) throw new Refusal('merge.itself', 'other')
  const [kept, gone] = [await getUser(db, keptId), await getUser(db, goneId)]
  for (const one of [kept, gone])
    if (one.status !== 'active') throw new Refusal('merge.notActive', 'other', { name: fullName(one) })
  // Whoever stole a login would have all that it opens merged into one of their own (HARD-CASES H19).
  if (await mayBeTakenBack(db, gone)) throw new Refusal('merge.wayBack', 'other', { name: fullName(gone) })
  const accounts = await accountsOf(db, kept, gone)
  const resting = accounts.find(({ owner, isSuspended }) => owner === 'moves' && isSuspended)
  if (resting) throw new Refusal('merge.suspended', 'other', { client: clientName(resting.client) })
  return { kept, gone, accounts, seen: seenIn(kept, gone, accounts) }
}

async function accountsOf(db: Db, kept: User, gone: User): Promise<MergedAccount[]> {
  const had = byClient(await listClientsOf(db, kept))
  const brought = byClient(await listClientsOf(db, gone))
  const all = new Map([...had, ...brought])
  return [...all.values()]
    .sort((a, b) => a.client.id - b.client.id)
    .map(({ client }) => {
      const [mine, theirs] = [had.get(client.id), brought.get(client.id)]
      return {
        client,
        ...(mine && { kept: mine.permissions }),
        ...(theirs && { gone: theirs.permissions }),
        after: join([...(mine?.permissions ?? []), ...(theirs?.permissions ?? [])]),
        owner: mine?.isOwner ? 'stays' : theirs?.isOwner ? 'moves' : 'no',
        ...stricter(mine, theirs),
      }
    })
}

/** Access that is over counts as none, whether or not that was written down (R15). */
const byClient = (accounts: Account[]) =>
  new Map(accounts.filter(({ standing }) => standing !== 'ended').map((one) => [one.client.id, one]))

function stricter(mine: Account | undefined, theirs: Account | undefined) {
  const isSuspended = [mine, theirs].some((one) => one?.standing === 'suspended')
  if (mine?.isOwner) return { endsAt: null, isSuspended: false }
  return { endsAt: theirs?.isOwner ? null : earliest(mine?.ends_at, theirs?.ends_at), isSuspended }
}

const join = (keys: Permission[]) => parsePermissions(formatPermissions(keys))

const seenIn = (kept: User, gone: User, accounts: MergedAccount[]) => {
  const people = [kept, gone].map((one) => [one.id, one.email, fullName(one), one.email_verified_at !== null])
  const clients = accounts.map(({ client, ...one }) => [client.id, client.status, one])
  return fingerprint(JSON.stringify([people, clients]))
}

/** Refuses what is no longer as the preview had it. */
export const mergeUsers = (db: Db, by: Actor, keptId: number, goneId: number, seen: string) =>
  change(db, by, async (trx) => {
    const [kept, gone] = [await getUser(trx, keptId), await getUser(trx, goneId)]
    const clients = await clientsOf(trx, kept, gone)
    for (const client of clients) await takeClient(trx, client)
    for (const id of [keptId, goneId].sort((a, b) => a - b)) await takeUser(trx, { id })
    const now = await previewMerge(trx, keptId, goneId)
    const taken = new Set(clients.map(({ id }) => id))
    if (now.seen !== seen || now.accounts.some(({ client }) => !taken.has(client.id)))
      throw new Refusal('merge.stale')
    await writeDownEnds(trx, clients, now)
    for (const account of now.accounts) if (account.gone) await moveAccess(trx, now, account)
    await endMerged(trx, now)
    return now
  })

/** All clients of both, by ascending id (H2). */
async function clientsOf(trx: Change, kept: User, gone: User): Promise<Client[]> {
  const all = [...(await listClientsOf(trx, kept)), ...(await listClientsOf(trx, gone))]
  return [...new Map(all.map(({ client }) => [client.id, client])).values()].sort((a, b) => a.id - b.id)
}

/** What the preview left out because it is over. */
async function writeDownEnds(trx: Change, clients: Client[], { kept, gone, accounts }: MergePreview) {
  for (const client of clients) {
    const moved = accounts.find((account) => account.client.id === client.id)
    if (!moved?.kept) await writeDownEnd(trx, client, kept)
    if (!moved?.gone) await writeDownEnd(trx, client, gone)
  }
}

/** Rules for what an association holds besides permissions belong here: of two, the stricter one wins. */
async function moveAccess(trx: Change, { kept, gone }: MergePreview, account: MergedAccount) {
  const { client, owner, after, endsAt } = account
  await cancelTransfer(trx, client, 'login merged', gone)
  const pair = (user: User) => ({ client_id: client.id, user_id: user.id })
  const [mine, theirs] = [
    await trx('associations').where(pair(kept)).first(),
    await trx('associations').where(pair(gone)).first(),
  ]
  const latest = [mine?.last_login_at, theirs.last_login_at].filter(Boolean).sort().at(-1) ?? null
  const permissions = owner === 'no' ? formatPermissions(after) : ALL_PERMISSIONS
  const suspended_at = account.isSuspended ? (mine?.suspended_at ?? theirs.suspended_at) : null
  const times = { ends_at: endsAt, end_told_at: null, suspended_at }
  const row = { permissions, last_login_at: latest, updated_at: timestamp(), ...times }
  if (mine) await trx('associations').where(pair(kept)).update(row)
  else
    await trx('associations').insert({
      ...row,
      ...pair(kept),
      unwanted_mail: theirs.unwanted_mail,
      created_at: theirs.created_at,
    })
  await tellGained(trx, kept, account)
  if (suspended_at) await rest(trx, client, kept, gone, mine && !mine.suspended_at)
  if (owner === 'moves') await moveOwnership(trx, client, kept, gone)
  await trx('associations').where(pair(gone)).delete()
  const about = { client, user: gone, email: gone.email, before: account.gone }
  await record(trx, 'user.disassociated', about)
  const now = { ...client, owner_id: owner === 'moves' ? kept.id : client.owner_id }
  await fire(trx, 'UserDisassociated', { client: describeClient(now), user: describeUser(gone) })
}

async function tellGained(trx: Change, kept: User, { client, kept: before, after }: MergedAccount) {
  const told = { client: describeClient(client), user: describeUser(kept) }
  if (!before) {
    const permissions = formatPermissions(after)
    await record(trx, 'user.associated', { client, user: kept, email: kept.email, permissions })
    return fire(trx, 'UserAssociated', { ...told, permissions: after })
  }
  if (before.join() === after.join()) return
  await record(trx, 'permissions.changed', { client, user: kept, before, after })
  await fire(trx, 'PermissionsChanged', { ...told, before, after })
}

/** Suspension has won: nobody joins through what either of them sent, and no ownership waits for them. */
async function rest(trx: Change, client: Client, kept: User, gone: User, isNew: boolean) {
  for (const one of [kept, gone])
    await cancelPending(trx, client, { invited_by_user_id: one.id }, 'inviter suspended')
  await cancelTransfer(trx, client, 'access suspended', kept)
  if (!isNew) return
  await record(trx, 'access.suspended', { client, user: kept, email: kept.email })
  const about = { client: describeClient(client), user: describeUser(kept) }
  await fire(trx, 'AssociationSuspended', about)
}

async function moveOwnership(trx: Change, client: Client, kept: User, gone: User) {
  const moved = await trx('clients')
    .where({ id: client.id, owner_id: gone.id })
    .update({ owner_id: kept.id, updated_at: timestamp() })
  if (moved !== 1) throw new Refusal('merge.stale')
  await record(trx, 'owner.changed', { client, user: kept, before: gone.email, after: kept.email })
  await fire(trx, 'OwnerChanged', {
    client: describeClient({ ...client, owner_id: kept.id }),
    owner: describeUser(kept),
    formerOwner: describeUser(gone),
  })
}

async function endMerged(trx: Change, { kept, gone }: MergePreview) {
  await moveRequests(trx, kept, gone)
  await endLogin(trx, gone)
  const at = timestamp()
  await trx('users')
    .where({ id: gone.id })
    .update({ status: 'merged', merged_into_id: kept.id, password_hash: null, updated_at: at })
  // Those that had been merged into it go on with it.
  await trx('users').where({ merged_into_id: gone.id }).update({ merged_into_id: kept.id })
  // About the one that went: whoever reads of the one that stays reads of both.
  await record(trx, 'user.merged', { user: gone, email: kept.email, merged: gone.email })
  for (const one of [kept, gone])
    await queueEmail(trx, 'login-merged', {
      to: one.email,
      user: kept,
      data: { name: fullName(one), kept: kept.email, gone: gone.email },
    })
}
