// An admin gives a login another address: for somebody who lost the mailbox of the old one. Nobody has shown that the
// new one is theirs, so it is unverified and gets a link for that (HARD-CASES H6); every session, and every link that
// was mailed before, ends. The old address is told, and one from where an earlier change could be taken back, since
// admins err and can be talked into things.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Actor, type Change, change } from './change.ts'
import { setAddress } from './editing-user.ts'
import { queueEmail } from './emails.ts'
import { killResets } from './password-resets.ts'
import { Refusal } from './refusal.ts'
import { endAllSessionsOf } from './sessions.ts'
import { findUserByEmail, lowerCase, takeUser, type User } from './users.ts'
import { sendVerification } from './verifications.ts'

export const setAddressOfUser = (db: Db, by: Actor, user: User, typed: string) =>
  change(db, by, (trx) => giveAddress(trx, user, typed))

/** The same inside a transaction that does more. */
export async function giveAddress(trx: Change, user: User, typed: string) {
  const email = lowerCase(typed)
  const before = await takeUser(trx, user)
  if (before.email !== user.email) throw new Refusal('login.notSo')
  if (email === before.email) throw new Refusal('emailChange.sameOfOther', 'new_email')
  if (await findUserByEmail(trx, email)) throw new Refusal('emailChange.takenByOther', 'new_email')
  const after = await setAddress(trx, before, email, { email_verified_at: null })
  await endAllSessionsOf(trx, user)
  await killResets(trx, before.email, email)
  const former = await endChanges(trx, user)
  await sendVerification(trx, after)
  const data = { name: after.first_name, email }
  for (const to of new Set([before.email, ...former]))
    await queueEmail(trx, 'email-set', { to, user: after, data })
}

/** The way back that an earlier address had ends as well, the admin's word is the last; gives those addresses. */
async function endChanges(trx: Change, user: User): Promise<string[]> {
  const open = trx('email_changes').where({ user_id: user.id, ended_at: null })
  const former = await open.clone().where('back_until', '>', timestamp()).pluck('old_email')
  await open.update({ ended_at: timestamp() })
  return former
}
