// "Forgot password": a link that works once, for sixty minutes; also the way in for users whom an admin made. The
// request knows no logins: it writes one row by address, and the worker decides whether anybody is told (HARD-CASES
// H18). A reset proves the address and ends every session, but neither logs in nor removes a second factor (H19).

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { newNonce, readToken } from './links.ts'
import { actorOf } from './logins.ts'
import { hashPassword } from './passwords.ts'
import { countLiveTokens } from './personal-tokens.ts'
import { proveAddress } from './proofs.ts'
import { Refusal } from './refusal.ts'
import { endAllSessionsOf } from './sessions.ts'
import { lastSettings } from './settings.ts'
import { describeUser, findUserByEmail, getUser, lowerCase, type User } from './users.ts'

interface PasswordReset {
  id: number
  email: string
  nonce: string
  expires_at: string
  used_at: string | null
}

const LINK_MINUTES = 60

/** Asks for the link: the same work for every address. */
export const requestReset = (db: Db, by: Actor, typed: string) =>
  change(db, by, async (trx) => {
    const email = lowerCase(typed)
    const [row] = await trx('password_resets').insert({
      email,
      nonce: newNonce(),
      expires_at: inMinutes(LINK_MINUTES),
      created_at: timestamp(),
    })
    await record(trx, 'password.resetRequested', { email })
    await queueEmail(trx, 'password-reset', { to: email, data: { name: email, row: Number(row) } })
  })

/** The reset behind a link that still works, and the active login that has its address to this day. */
export async function findReset(
  db: Db,
  token: string,
): Promise<{ reset: PasswordReset; user: User } | undefined> {
  const reset = await readToken('reset', token, (id) =>
    db<PasswordReset & { person_kind: string }>('password_resets').where({ id, person_kind: 'user' }).first(),
  )
  if (!reset || reset.used_at || reset.expires_at <= timestamp()) return undefined
  const user = await findUserByEmail(db, reset.email)
  return user?.status === 'active' ? { reset, user } : undefined
}

/** No link that was asked for before sets the password any more. */
export const killResets = (trx: Change, ...emails: string[]) =>
  trx('password_resets')
    .where({ person_kind: 'user', used_at: null })
    .whereIn('email', emails)
    .update({ used_at: timestamp() })

/** Sets the new password, once; other links of the same login die with it. */
export async function resetPassword(db: Db, by: Actor, token: string, password: string): Promise<User> {
  const found = await findReset(db, token)
  if (!found) throw new Refusal('link.dead')
  const { reset, user } = found
  const password_hash = await hashPassword(password, { email: user.email, product: lastSettings(db).name })
  return change(db, actorOf(user, by), async (trx) => {
    const at = timestamp()
    const used = await trx('password_resets').where({ id: reset.id, used_at: null }).update({ used_at: at })
    const changed = await trx('users')
      .where({ id: user.id, email: reset.email, status: 'active' })
      .update({ password_hash, updated_at: at })
    if (used !== 1 || changed !== 1) throw new Refusal('link.dead')
    await killResets(trx, reset.email)
    const proved = await proveAddress(trx, user)
    await endAllSessionsOf(trx, user)
    await record(trx, 'password.reset', { user })
    const after = await getUser(trx, user.id)
    await tellPasswordChanged(trx, after)
    if (proved) await fire(trx, 'UserEmailVerificationComplete', { user: describeUser(after) })
    return after
  })
}

/** The owner of the address learns of it, whoever did it. */
export async function tellPasswordChanged(trx: Change, user: User) {
  const data = { name: user.first_name, tokens: await countLiveTokens(trx, user) }
  await queueEmail(trx, 'password-changed', { to: user.email, user, data })
  await fire(trx, 'UserChangePassword', { user: describeUser(user) })
}
