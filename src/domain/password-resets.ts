// "Forgot password": a link that works once, for sixty minutes; also the way in for users whom an admin made.
// The answer and the work are the same whether the address is known or not. It proves the address, and ends
// every session of that login.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { newNonce, readToken } from './links.ts'
import { actorOf } from './logins.ts'
import { hashPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import { endAllSessionsOf } from './sessions.ts'
import {
  describeUser,
  findUser,
  findUserByEmail,
  getUser,
  lowerCase,
  markVerified,
  type User,
} from './users.ts'

interface PasswordReset {
  id: number
  email: string
  user_id: number | null
  nonce: string
  expires_at: string
  used_at: string | null
}

const LINK_MINUTES = 60

/** Sends the link, if the address has a login that is not disabled; says nothing about that. */
export const requestReset = (db: Db, by: Actor, typed: string) =>
  change(db, by, async (trx) => {
    const email = lowerCase(typed)
    const found = await findUserByEmail(trx, email)
    const user = found?.status === 'active' ? found : undefined
    const [row] = await trx('password_resets').insert({
      email,
      user_id: user?.id ?? null,
      nonce: newNonce(),
      expires_at: inMinutes(LINK_MINUTES),
      created_at: timestamp(),
    })
    await record(trx, 'password.resetRequested', { ...(user && { user }), email })
    if (!user) return
    await queueEmail(trx, 'password-reset', {
      to: email,
      user,
      data: { name: user.first_name, row: Number(row) },
    })
  })

/** The reset behind a link that still works: for a login that is active and has that address to this day. */
export async function findReset(db: Db, token: string): Promise<PasswordReset | undefined> {
  const row = await readToken('reset', token, (id) =>
    db<PasswordReset>('password_resets').where({ id }).first(),
  )
  const user = row?.user_id ? await findUser(db, row.user_id) : undefined
  const isFor = user?.status === 'active' && user.email === row?.email
  return row && isFor && !row.used_at && row.expires_at > timestamp() ? row : undefined
}

/** Sets the new password, once; other links of the same login die with it. */
export async function resetPassword(db: Db, by: Actor, token: string, password: string): Promise<User> {
  const found = await findReset(db, token)
  if (!found?.user_id) throw new Refusal('link.dead')
  const password_hash = await hashPassword(password)
  const user = await getUser(db, found.user_id)
  return change(db, actorOf(user, by), async (trx) => {
    const at = timestamp()
    const used = await trx('password_resets').where({ id: found.id, used_at: null }).update({ used_at: at })
    const fresh = await getUser(trx, user.id)
    if (used !== 1 || fresh.status !== 'active' || fresh.email !== found.email) throw new Refusal('link.dead')
    await trx('password_resets').where({ user_id: user.id, used_at: null }).update({ used_at: at })
    await trx('users').where({ id: user.id }).update({ password_hash, updated_at: at })
    const proved = await markVerified(trx, user)
    await endAllSessionsOf(trx, user)
    await record(trx, 'password.reset', { user })
    const after = await getUser(trx, user.id)
    await fire(trx, 'UserChangePassword', { user: describeUser(after) })
    if (proved === 1) await fire(trx, 'UserEmailVerificationComplete', { user: describeUser(after) })
    return after
  })
}
