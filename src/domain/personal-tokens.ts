// A personal token lets a user's own programs do through the API what that user may do, no more: what it may is asked
// of the user's access on every call. Making one takes the password and is told by mail. A new password leaves tokens
// alone, and its mail says so; they end with the login, by the way back after a stolen one, and when what was set up
// before an address was proven ends (HARD-CASES H6, H19).

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type CredentialRow, insertCredential, newSecret, standingOfCredential } from './api-credentials.ts'
import { type Actor, type Change, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { fingerprint } from './links.ts'
import { NotFound, Refusal } from './refusal.ts'
import { takeUser, type User } from './users.ts'

export const TOKENS_MAX = 20
/** How long one may live, as the form offers it; 0 for no end. */
export const TOKEN_DAYS = ['30', '90', '365', '0'] as const

export type Token = Pick<
  CredentialRow,
  'id' | 'name' | 'ends_at' | 'last_used_at' | 'last_used_ip' | 'created_at'
> & { standing: 'live' | 'ended' | 'revoked' }

const COLUMNS = ['id', 'name', 'ends_at', 'revoked_at', 'last_used_at', 'last_used_ip', 'created_at']

/** Those that were not revoked, the newest first. */
export async function listTokens(db: Db, user: { id: number }): Promise<Token[]> {
  const rows: (Omit<Token, 'standing'> & { revoked_at: null })[] = await db('api_credentials')
    .where({ user_id: user.id, revoked_at: null })
    .orderBy('id', 'desc')
    .select(COLUMNS)
  return rows.map((row) => ({ ...row, standing: standingOfCredential(row) }))
}

export async function getToken(db: Db, user: { id: number }, id: number): Promise<Token> {
  const token = (await listTokens(db, user)).find((one) => one.id === id)
  if (!token) throw new NotFound()
  return token
}

/** Gives the secret, which nobody sees again. `days` 0 is no end. */
export const makeToken = (
  db: Db,
  by: Actor,
  user: User,
  { name, days, once }: { name: string; days: number; once?: string | undefined },
): Promise<string> =>
  change(db, by, async (trx) => {
    const current = await takeUser(trx, user)
    if ((await listTokens(trx, current)).length >= TOKENS_MAX)
      throw new Refusal('tokens.tooMany', 'name', { max: TOKENS_MAX })
    const secret = newSecret('token', current.id, once)
    const at = timestamp()
    const times = { ends_at: days > 0 ? inDays(days) : null, created_at: at, updated_at: at }
    const row = { name, user_id: current.id, secret_hash: fingerprint(secret), ...times }
    await insertCredential(trx, row)
    await record(trx, 'token.made', { user: current, name })
    const data = { name: current.first_name, token: name }
    await queueEmail(trx, 'token-made', { to: current.email, user: current, data })
    return secret
  })

export const revokeToken = (db: Db, by: Actor, user: User, id: number) =>
  change(db, by, async (trx) => {
    const { name } = await getToken(trx, user, id)
    if ((await revoke(trx, id)) !== 1) throw new NotFound()
    await record(trx, 'token.revoked', { user, name })
  })

const revoke = (trx: Change, id: number) =>
  trx('api_credentials')
    .where({ id, revoked_at: null })
    .update({ revoked_at: timestamp(), updated_at: timestamp() })

/** All of a login. */
export async function endTokens(trx: Change, user: User) {
  for (const { id, name } of await listTokens(trx, user))
    if ((await revoke(trx, id)) === 1) await record(trx, 'token.revoked', { user, name })
}

export const countLiveTokens = async (db: Db, user: { id: number }): Promise<number> =>
  (await listTokens(db, user)).filter(({ standing }) => standing === 'live').length

/** Of a login that is deleted: what its ended tokens were called, from where they were used, and what they were answered. */
export async function forgetTokens(trx: Change, { id }: User) {
  const theirs = () => trx('api_credentials').where({ user_id: id })
  await trx('idempotency_keys').whereIn('credential_id', theirs().select('id')).delete()
  await theirs().update({ name: '', last_used_at: null, last_used_ip: '' })
}
