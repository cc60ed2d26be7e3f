// A program of the host's logs somebody in: it gets a link that holds once, for sixty seconds, and only its hash is kept.
// The link stands for the password: it is worth nothing once the login, the access to the account or the key that made
// it has ended, it ends with all that a new password ends (sessions.ts), and a second factor is asked for as ever
// (HARD-CASES H19). Using it is one guarded write, so that two clicks at once make one login.

import { randomBytes } from 'node:crypto'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { findCallerById } from './api-callers.ts'
import type { CredentialRow } from './api-credentials.ts'
import { findAccount } from './associations.ts'
import { type Actor, change } from './change.ts'
import type { Client } from './clients.ts'
import { inHand } from './handed.ts'
import { fingerprint } from './links.ts'
import { Refusal } from './refusal.ts'
import { findUser, takeUser, type User } from './users.ts'

export const SIGN_ON_RIGHT = 'sign-on'
export const SIGN_ON_PATH_MAX = 500

const MINUTES = 1
const PATH = '/sso/'

interface SignOnRow {
  id: number
  user_id: number
  client_id: number | null
  credential_id: number
  path: string
}

export interface SignOn {
  user: User
  client?: Client
  credential: CredentialRow
  /** A path of ours, where the login leads. */
  path: string
}

/** An account that its user may act for at this moment. */
export async function findOpenAccount(db: Db, user: User, clientId: number): Promise<Client | undefined> {
  const account = await findAccount(db, user, clientId)
  return account?.standing === 'open' && account.client.status !== 'closed' ? account.client : undefined
}

/** Gives the token, which nobody sees again, and the link. */
export async function makeSignOn(
  db: Db,
  by: Actor,
  { user, client, credential, path }: SignOn,
): Promise<{ token: string; link: string }> {
  const token = randomBytes(32).toString('base64url')
  await change(db, by, async (trx) => {
    // Whoever disables the login, or changes its password, comes before this or ends it.
    await takeUser(trx, user)
    await trx('sign_ons').insert({
      token_hash: fingerprint(token),
      user_id: user.id,
      client_id: client?.id ?? null,
      credential_id: credential.id,
      path,
      expires_at: inMinutes(MINUTES),
      created_at: timestamp(),
    })
    await record(trx, 'signOn.made', { ...(client && { client }), user, email: user.email })
  })
  return { token, link: `${inHand().appUrl}${PATH}${token}` }
}

const open = (db: Db, token: string) =>
  db('sign_ons')
    .where({ token_hash: fingerprint(token), used_at: null })
    .where('expires_at', '>', timestamp())

/** What a link would do, while it holds: looking uses nothing up. */
export async function findSignOn(db: Db, token: string): Promise<SignOn | undefined> {
  const row: SignOnRow | undefined = await open(db, token).first()
  return row && holds(db, row)
}

async function holds(db: Db, row: SignOnRow): Promise<SignOn | undefined> {
  const caller = await findCallerById(db, row.credential_id)
  const user = await findUser(db, row.user_id)
  if (!caller?.rights.includes(SIGN_ON_RIGHT) || user?.status !== 'active') return undefined
  const { credential } = caller
  if (!credential.all_clients) return undefined
  if (row.client_id === null) return { user, credential, path: row.path }
  const client = await findOpenAccount(db, user, row.client_id)
  return client && { user, client, credential, path: row.path }
}

/** Uses it up, as the key that made it; what is left of the login is the second factor, and the session. */
export const takeSignOn = (db: Db, by: Actor, token: string): Promise<SignOn> =>
  change(db, by, async (trx) => {
    const found: SignOnRow | undefined = await open(trx, token).first()
    if (!found || (await open(trx, token).update({ used_at: timestamp() })) !== 1)
      throw new Refusal('link.dead')
    const signOn = await holds(trx, found)
    if (!signOn) throw new Refusal('link.dead')
    const { user, client, credential } = signOn
    trx.by = { ...by, kind: 'credential', id: credential.id, name: credential.name }
    await record(trx, 'signOn.used', { ...(client && { client }), user, email: user.email })
    return signOn
  })
