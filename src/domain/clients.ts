// A client is the account that owns services and invoices. It always has exactly one owner, who also has
// an association row (R1). Closing one is in closing.ts.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { fire } from './hooks.ts'
import { counted } from './limits.ts'
import { countUpTo, type Found, type Place } from './pages.ts'
import { ALL_PERMISSIONS } from './permissions.ts'
import { NotFound, Refusal } from './refusal.ts'
import { searchText } from './search.ts'
import {
  askToAdd,
  createUser,
  findUser,
  fullName,
  type Language,
  lowerCase,
  type NewUser,
  takeUser,
  type User,
} from './users.ts'
import { findByWords, isSearch, keepWords, whereWorded } from './words.ts'

export interface Profile {
  company_name: string
  first_name: string
  last_name: string
  email: string
  address1: string
  address2: string
  city: string
  state: string
  postcode: string
  country: string
  phone: string
}

export interface Client extends Profile {
  id: number
  owner_id: number
  access_version: number
  /** 1: everyone who acts for it needs two-factor. */
  require_factor: number
  status: 'active' | 'inactive' | 'closed'
  created_at: string
  updated_at: string
}

export const CLIENT_STATUSES = ['active', 'inactive', 'closed'] as const

export const clientName = (client: { company_name: string; first_name: string; last_name: string }) =>
  client.company_name || fullName(client)

export const describeClient = (client: Client) => ({
  id: client.id,
  name: clientName(client),
  email: client.email,
  status: client.status,
  ownerId: client.owner_id,
})

export const findClient = (db: Db, id: number): Promise<Client | undefined> =>
  db<Client>('clients').where({ id }).first()

/** For an id that one of our own rows holds. */
export const getClient = async (db: Db, id: number): Promise<Client> => {
  const client = await findClient(db, id)
  if (!client) throw new NotFound()
  return client
}

export interface LookedForClients {
  search?: string
  status?: Client['status'] | undefined
  /** Where the page before ended. */
  behind?: Place | undefined
  limit: number
  /** The only ones that the reader may see: their numbers. */
  within?: Knex.QueryBuilder | undefined
}

/** Newest first, or by the word that was found; a page at a time. Of the few that a reader may see, as listUsers has it. */
export async function listClients(
  db: Db,
  { search = '', status, behind, limit, within }: LookedForClients,
): Promise<Found<Client & { word?: string }>> {
  const only = (query: Knex.QueryBuilder) => query.where(status ? { 'u.status': status } : {})
  if (isSearch(search) && !within)
    return findByWords<Client>(db, 'clients', search, { limit, after: behind, only })
  const rows: (Client & { word?: string })[] = await db('clients as u')
    .modify(only)
    .modify((query) => within && whereWorded(query.whereIn('u.id', within), db, 'clients', 'u.id', search))
    .modify((query) => behind && query.where('u.id', '<', behind.id))
    .orderBy('u.id', 'desc')
    .limit(limit)
  return { rows }
}

const searchable = (profile: Profile) =>
  searchText(profile.company_name, profile.first_name, profile.last_name, profile.email)

export const countClients = (db: Db, status?: Client['status']): Promise<number> =>
  countUpTo(
    db,
    db('clients')
      .where(status ? { status } : {})
      .select('id'),
  )

/** Opens a client account for its owner: an existing user, or a new one created in the same transaction. */
export async function openClient(
  db: Db,
  by: Actor,
  owner: User | (NewUser & { password_hash?: string; language?: Language }),
  profile: Profile,
): Promise<Client> {
  if (!('id' in owner)) await askToAdd(by, owner)
  const open = () =>
    change(db, by, async (trx) => {
      const user =
        'id' in owner ? await takeUser(trx, owner) : await createUser(trx, { password_hash: null, ...owner })
      return addClient(trx, user, profile)
    })
  return by.kind === 'user' ? counted(db, 'accountsOfUser', String(by.id), open) : open()
}

/** The same for an owner by number: of a user who does it, that user; without one, a new login of the profile's name. */
export async function openClientFor(
  db: Db,
  by: Actor,
  ownerId: number | undefined,
  profile: Profile,
): Promise<Client> {
  const { email, first_name, last_name } = profile
  if (by.kind === 'user' && ownerId !== undefined && ownerId !== by.id)
    throw new Refusal('users.adminOnly', 'owner_id')
  const id = by.kind === 'user' ? by.id : ownerId
  const owner = id ? await findUser(db, id) : { email, first_name, last_name }
  if (!owner) throw new Refusal('api.noSuchUser', 'owner_id')
  return openClient(db, by, owner, profile)
}

/** The same inside a transaction that does more. */
export async function addClient(trx: Change, owner: User, profile: Profile): Promise<Client> {
  const dates = { created_at: timestamp(), updated_at: timestamp() }
  const row = { ...profile, email: lowerCase(profile.email), owner_id: owner.id, ...dates }
  const search_text = searchable(row)
  const [id] = await trx('clients').insert({ ...row, search_text })
  await keepWords(trx, 'clients', Number(id), search_text, true)
  const client: Client = await trx('clients').where({ id }).first()
  await trx('associations').insert({
    client_id: client.id,
    user_id: owner.id,
    permissions: ALL_PERMISSIONS,
    ...dates,
  })
  await record(trx, 'client.opened', { client, user: owner, name: clientName(client) })
  await fire(trx, 'ClientAdd', { client: describeClient(client) })
  return client
}

/**
 * Replaces the profile, or some of it; says in the log what was before and after. `mustBe` refuses when what is there
 * now is not what whoever edits has seen.
 */
export const editClient = (
  db: Db,
  by: Actor,
  client: Client,
  profile: Partial<Profile>,
  mustBe: (now: Client) => void = () => {},
) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    mustBe(current)
    await saveProfile(trx, current, profile)
  })

/** The same for a client that was taken, and for some of its fields. */
export async function saveProfile(trx: Change, before: Client, profile: Partial<Profile>): Promise<void> {
  const now = { ...before, ...profile, email: lowerCase(profile.email ?? before.email) }
  const changed = (Object.keys(profile) as (keyof Profile)[]).filter((key) => now[key] !== before[key])
  if (changed.length === 0) return
  const was = Object.fromEntries(changed.map((key) => [key, before[key]]))
  const is = Object.fromEntries(changed.map((key) => [key, now[key]]))
  const search_text = searchable(now)
  await trx('clients')
    .where({ id: before.id })
    .update({ ...is, search_text, updated_at: timestamp() })
  if (search_text !== searchable(before)) await keepWords(trx, 'clients', before.id, search_text)
  await record(trx, 'client.edited', { client: before, before: was, after: is })
  await fire(trx, 'ClientEdit', { client: describeClient(now), before: was, after: is })
}
