// A credential is what a program of the host's shows to the API: a name, rights as a role has them, all clients or
// some, the networks it may come from, and an end. Its secret is shown once; only its hash is stored. Nobody makes or
// changes one that may more than they do. Whoever saved it last answers for it: it does no more than they may do at that
// moment, and nothing while they are disabled. One that was revoked never comes back.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { endDay, readEnd } from './access-times.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { fingerprint, newNonce, signOnce } from './links.ts'
import { chooseNetworks } from './networks.ts'
import { NotFound, Refusal } from './refusal.ts'
import { chooseRights, parseRights, type Right, rightsOf } from './rights.ts'
import { isWithin } from './roles.ts'

export interface CredentialRow {
  id: number
  name: string
  /** Whose personal token it is; nothing for a credential of the host's. */
  user_id: number | null
  /** Who answers for it. */
  admin_id: number | null
  rights: string
  all_clients: number
  addresses: string
  secret_hash: string
  ends_at: string | null
  revoked_at: string | null
  last_used_at: string | null
  last_used_ip: string
  created_at: string
  updated_at: string
}

/** A credential as the Admin Area shows it. */
export interface Credential extends Omit<CredentialRow, 'rights' | 'secret_hash'> {
  rights: Right[]
  /** The clients it may see, where it may not see all. */
  clients: { id: number; company_name: string; first_name: string; last_name: string }[]
  answersFor: string
  /** It rests while whoever answers for it is disabled. */
  standing: 'live' | 'resting' | 'ended' | 'revoked'
}

export interface CredentialInput {
  name: string
  rights: readonly string[]
  /** Numbers of clients, as they were typed; nothing for all. */
  clients: string
  addresses: string
  endsOn: string
  /** What the form was sent with, new for each time it is shown. */
  once?: string | undefined
}

export const CREDENTIAL_NAME_MAX = 60
const CLIENTS_MAX = 500

/**
 * Long enough that nobody guesses it, so that a plain hash of it is enough; it says what it is wherever it turns up. It is
 * made of what the form was sent with once, so that the same form sent again makes the same, which is there already.
 */
export const newSecret = (kind: 'key' | 'token', person: number | null, once = newNonce()) =>
  `latchkey_${kind}_${signOnce(`${kind}\n${person}\n${once}`)}`

/** Two of the same secret are one form that was sent twice. */
export const insertCredential = (trx: Change, row: Partial<CredentialRow>) =>
  trx('api_credentials')
    .insert(row)
    .catch((error) => {
      throw isDuplicate(error) ? new Refusal('credentials.madeAlready') : error
    })

type CredentialTimes = Pick<CredentialRow, 'ends_at' | 'revoked_at'>

export const standingOfCredential = ({
  ends_at,
  revoked_at,
}: CredentialTimes): 'live' | 'ended' | 'revoked' => {
  if (revoked_at !== null) return 'revoked'
  return ends_at !== null && ends_at <= timestamp() ? 'ended' : 'live'
}

type Listed = CredentialRow & { answers_for: string; admin_status: string }

/** Those of the host's, the newest first. */
export async function listCredentials(db: Db): Promise<Credential[]> {
  const rows: Listed[] = await db('api_credentials as a')
    .join('admins', 'admins.id', 'a.admin_id')
    .whereNull('a.user_id')
    .orderBy('a.id', 'desc')
    .select('a.*', 'admins.name as answers_for', 'admins.status as admin_status')
  const clients = await db('api_credential_clients as s')
    .join('clients as c', 'c.id', 's.client_id')
    // By the number of whose they are: by that of the client SQLite would go through all clients.
    .orderBy('s.client_id')
    .select('s.credential_id', 'c.id', 'c.company_name', 'c.first_name', 'c.last_name')
  return rows.map(({ secret_hash: _, answers_for, admin_status, ...row }) => ({
    ...row,
    rights: parseRights(row.rights),
    clients: clients.filter(({ credential_id }) => credential_id === row.id),
    answersFor: answers_for,
    standing: standingNow(row, admin_status),
  }))
}

function standingNow(row: CredentialTimes, adminStatus: string): Credential['standing'] {
  const standing = standingOfCredential(row)
  return standing === 'live' && adminStatus !== 'active' ? 'resting' : standing
}

export async function getCredential(db: Db, id: number): Promise<Credential> {
  const credential = (await listCredentials(db)).find((one) => one.id === id)
  if (!credential) throw new NotFound()
  return credential
}

/** Gives the secret, which nobody sees again. */
export const makeCredential = (db: Db, by: Actor, input: CredentialInput): Promise<string> =>
  change(db, by, async (trx) => {
    const now = await chosen(trx, input)
    const secret = newSecret('key', by.id, input.once)
    const at = timestamp()
    const dates = { created_at: at, updated_at: at }
    const row = { ...now.row, admin_id: by.id, secret_hash: fingerprint(secret), ...dates }
    const [id] = await insertCredential(trx, row)
    await setClients(trx, Number(id), now.clients)
    await record(trx, 'credential.made', { ...inLog(now, by.name) })
    return secret
  })

/** Everything but the secret; whoever does it answers for it from now on. */
export const editCredential = (db: Db, by: Actor, id: number, input: CredentialInput) =>
  change(db, by, async (trx) => {
    await takeLive(trx, id, { updated_at: timestamp() })
    const was = await getCredential(trx, id)
    const now = await chosen(trx, input, was)
    await trx('api_credentials')
      .where({ id })
      .update({ ...now.row, admin_id: by.id })
    await setClients(trx, id, now.clients)
    const wasRow = { ...was, rights: was.rights.join(',') }
    const before = inLog({ row: wasRow, clients: was.clients.map(idOf) }, was.answersFor)
    await record(trx, 'credential.edited', { name: now.row.name, before, after: inLog(now, by.name) })
  })

export const revokeCredential = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    await takeLive(trx, id, { revoked_at: timestamp(), updated_at: timestamp() })
    const { name, rights } = await getCredential(trx, id)
    await mustMayGive(trx, rights)
    await record(trx, 'credential.revoked', { name })
  })

/** Of two at once one waits, and finds it revoked. */
async function takeLive(trx: Change, id: number, row: Partial<CredentialRow>) {
  const taken = await trx('api_credentials').where({ id, user_id: null, revoked_at: null }).update(row)
  if (taken === 1) return
  await getCredential(trx, id)
  throw new Refusal('credentials.revokedAlready')
}

/** What was chosen, as the columns have it; refuses more than whoever chooses may do. */
async function chosen(trx: Change, input: CredentialInput, was?: Credential) {
  await mustMayGive(trx, [...input.rights, ...(was?.rights ?? [])])
  return readCredential(trx, input, was)
}

/** The same, apart from who may: for whoever asks before the password is asked for. */
export async function readCredential(db: Db, input: CredentialInput, was?: Credential) {
  const rights = chooseRights(input.rights)
  const clients = await chooseClients(db, input.clients)
  // An end that is over may stay as it is.
  const kept = was && endDay(was.ends_at) === input.endsOn.trim()
  const ends_at = kept ? was.ends_at : readEnd(input.endsOn)
  const row = { name: input.name, rights, all_clients: clients.length === 0 ? 1 : 0, ends_at }
  return { row: { ...row, addresses: chooseNetworks(input.addresses) }, clients }
}

/** The role of whoever does it is read again: it may have been changed since the page was shown. */
async function mustMayGive(trx: Change, rights: readonly string[]) {
  const { kind, id } = trx.by
  const admin = kind === 'admin' ? await trx('admins').where({ id, status: 'active' }).first() : undefined
  const mine = admin ? await rightsOf(trx, admin.role) : []
  if (!mine.includes('api')) throw new Refusal('admins.notAllowed')
  if (!isWithin(rights, mine)) throw new Refusal('admins.more', 'rights')
}

async function chooseClients(db: Db, typed: string): Promise<number[]> {
  const words = [...new Set(typed.split(/[\s,;#]+/).filter(Boolean))]
  const ids = words.filter((word) => /^[1-9]\d{0,8}$/.test(word)).map(Number)
  if (ids.length > CLIENTS_MAX) throw new Refusal('credentials.manyClients', 'clients', { max: CLIENTS_MAX })
  const found: number[] = ids.length > 0 ? await db('clients').whereIn('id', ids).pluck('id') : []
  const missing = words.find((word) => !found.includes(Number(word)))
  if (missing) throw new Refusal('credentials.noSuchClient', 'clients', { client: missing.slice(0, 20) })
  return ids
}

async function setClients(trx: Change, credential_id: number, clients: number[]) {
  await trx('api_credential_clients').where({ credential_id }).delete()
  for (const client_id of clients) await trx('api_credential_clients').insert({ credential_id, client_id })
}

const idOf = ({ id }: { id: number }) => id

interface Logged {
  row: Pick<CredentialRow, 'name' | 'rights' | 'addresses' | 'ends_at'>
  clients: number[]
}

const inLog = ({ row, clients }: Logged, answersFor: string) => ({
  name: row.name,
  rights: row.rights.split(',').sort().join(','),
  clients: clients.join(','),
  addresses: row.addresses,
  until: endDay(row.ends_at) ?? '',
  answersFor,
})
