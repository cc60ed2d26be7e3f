// Whether the address of a login is its owner's: a link mailed there, once, for sixty minutes. It counts only together
// with the login itself, so that nobody proves an address for a login that somebody else made with it. Being unproven
// is shown and blocks nothing.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { newNonce, readToken } from './links.ts'
import { proveAddress } from './proofs.ts'
import { Refusal } from './refusal.ts'
import { describeUser, findUser, getUser, type User } from './users.ts'

interface Verification {
  id: number
  email: string
  user_id: number
  nonce: string
  expires_at: string
  used_at: string | null
}

const LINK_MINUTES = 60

/** Mails the link; an earlier one dies with it. */
export async function sendVerification(trx: Change, user: User) {
  await killVerifications(trx, user)
  const [row] = await trx('email_verifications').insert({
    email: user.email,
    user_id: user.id,
    nonce: newNonce(),
    expires_at: inMinutes(LINK_MINUTES),
    created_at: timestamp(),
  })
  await record(trx, 'verification.sent', { user, email: user.email })
  const data = { name: user.first_name, row: Number(row) }
  await queueEmail(trx, 'verify', { to: user.email, user, data })
}

export const killVerifications = (trx: Change, user: { id: number }) =>
  trx('email_verifications').where({ user_id: user.id, used_at: null }).update({ used_at: timestamp() })

/** *Send again*, for an address that is not proven yet. */
export const resendVerification = (db: Db, by: Actor, user: User) =>
  change(db, by, async (trx) => {
    const fresh = await getUser(trx, user.id)
    if (fresh.email_verified_at) throw new Refusal('verify.already')
    await sendVerification(trx, fresh)
  })

/** The link's row and its login, while both hold. */
export async function findVerification(db: Db, token: string) {
  const row = await readToken('verify', token, (id) =>
    db<Verification>('email_verifications').where({ id }).first(),
  )
  if (!row || row.used_at || row.expires_at <= timestamp()) return undefined
  const user = await findUser(db, row.user_id)
  return user?.status === 'active' && user.email === row.email ? { row, user } : undefined
}

/** Proves the address of the login that this session is logged in as. */
export async function verifyAddress(db: Db, by: Actor, token: string, user: User, sessionId: string) {
  const found = await findVerification(db, token)
  if (!found) throw new Refusal('link.dead')
  if (found.user.id !== user.id) throw new Refusal('link.ofAnother', undefined, { email: found.user.email })
  await change(db, by, async (trx) => {
    const used = await trx('email_verifications')
      .where({ id: found.row.id, used_at: null })
      .update({ used_at: timestamp() })
    const fresh = await getUser(trx, user.id)
    if (used !== 1 || fresh.email !== found.row.email) throw new Refusal('link.dead')
    if (!(await proveAddress(trx, user, sessionId))) throw new Refusal('verify.already')
    await record(trx, 'verification.done', { user, email: fresh.email })
    const after = await getUser(trx, user.id)
    await fire(trx, 'UserEmailVerificationComplete', { user: describeUser(after) })
  })
}
