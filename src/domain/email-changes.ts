// Another address for a login: asked for with the password, confirmed within the hour from the new address by who is
// logged in, and told to the old one, from where it can be taken back for 72 hours, since whoever took a login over
// changes its address first. An address that has a login gets a mail that says so; the page says the same (HARD-CASES H17).

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { setAddress } from './editing-user.ts'
import { queueEmail } from './emails.ts'
import { provePassword } from './factors.ts'
import { fire } from './hooks.ts'
import { newNonce, readToken } from './links.ts'
import { actorOf } from './logins.ts'
import { killResets } from './password-resets.ts'
import { asPerson } from './people.ts'
import { removeFactorsSince, startAfresh } from './proofs.ts'
import { Refusal } from './refusal.ts'
import { endAllSessionsOf } from './sessions.ts'
import { cancelOffersOf } from './transfers.ts'
import { describeUser, findUser, findUserByEmail, getUser, lowerCase, type User } from './users.ts'
import { killVerifications } from './verifications.ts'

export interface EmailChange {
  id: number
  user_id: number
  old_email: string
  old_verified_at: string | null
  new_email: string
  nonce: string
  back_nonce: string
  expires_at: string
  confirmed_at: string | null
  back_until: string | null
  ended_at: string | null
}

const LINK_MINUTES = 60
const BACK_MINUTES = 72 * 60

/** Asks for it; the answer is the same whether the address has a login. */
export async function requestEmailChange(
  db: Db,
  by: Actor,
  user: User,
  input: { new_email: string; current_password: string },
): Promise<void> {
  const email = lowerCase(input.new_email)
  if (email === user.email) throw new Refusal('emailChange.same', 'new_email')
  await provePassword(db, asPerson(user), input.current_password, 'current_password')
  await change(db, by, async (trx) => {
    const at = timestamp()
    const known = await findUserByEmail(trx, email)
    await endPending(trx, user)
    const [row] = await trx('email_changes').insert({
      user_id: user.id,
      old_email: user.email,
      old_verified_at: user.email_verified_at,
      new_email: email,
      nonce: newNonce(),
      back_nonce: newNonce(),
      expires_at: inMinutes(LINK_MINUTES),
      ended_at: known ? at : null,
      created_at: at,
    })
    await record(trx, 'emailChange.requested', { user, email })
    const data = { name: user.first_name, row: Number(row) }
    await queueEmail(trx, known ? 'email-change-known' : 'email-change', { to: email, data })
  })
}

const endPending = (trx: Change, user: { id: number }) =>
  trx('email_changes')
    .where({ user_id: user.id, confirmed_at: null, ended_at: null })
    .update({ ended_at: timestamp() })

const findById = (db: Db) => (id: number) => db<EmailChange>('email_changes').where({ id }).first()

/** The change that a link at the new address would confirm, and its login. */
export async function findEmailChange(db: Db, token: string) {
  const row = await readToken('email-change', token, findById(db))
  if (!row || row.confirmed_at || row.ended_at || row.expires_at <= timestamp()) return undefined
  const user = await findUser(db, row.user_id)
  return user?.status === 'active' && user.email === row.old_email ? { row, user } : undefined
}

/** Confirms it, once, by who is logged in as that user. Links mailed for either address die with it. */
export async function confirmEmailChange(db: Db, by: Actor, token: string, user: User) {
  const found = await findEmailChange(db, token)
  if (!found) throw new Refusal('link.dead')
  const { row } = found
  if (row.user_id !== user.id) throw new Refusal('link.ofAnother', undefined, { email: found.user.email })
  await change(db, by, async (trx) => {
    const taken = await trx('email_changes')
      .where({ id: row.id, confirmed_at: null, ended_at: null })
      .update({ confirmed_at: timestamp(), back_until: inMinutes(BACK_MINUTES) })
    if (taken !== 1) throw new Refusal('link.dead')
    const before = await getUser(trx, user.id)
    if (before.email !== row.old_email) throw new Refusal('link.dead')
    const after = await setAddress(trx, before, row.new_email)
    await killLinks(trx, user, row)
    if (!before.email_verified_at)
      await fire(trx, 'UserEmailVerificationComplete', { user: describeUser(after) })
    const data = { name: user.first_name, email: row.new_email, row: row.id }
    await queueEmail(trx, 'email-back', { to: row.old_email, user, data })
  })
}

async function killLinks(trx: Change, user: User, row: EmailChange) {
  await killResets(trx, row.old_email, row.new_email, user.email)
  await killVerifications(trx, user)
  await endPending(trx, user)
}

/** Whether the address may still go back to whoever had it: what is given away for good waits until then. */
export const mayBeTakenBack = async (db: Db, { id }: { id: number }): Promise<boolean> =>
  Boolean(
    await db('email_changes')
      .where({ user_id: id, ended_at: null })
      .where('back_until', '>', timestamp())
      .first('id'),
  )

/** The change that a link at the old address would take back, and its login. */
export async function findWayBack(db: Db, token: string) {
  const row = await readToken('email-back', token, async (id) => {
    const found = await findById(db)(id)
    return found && { ...found, nonce: found.back_nonce }
  })
  if (!row?.confirmed_at || row.ended_at || (row.back_until ?? '') <= timestamp()) return undefined
  const user = await findUser(db, row.user_id)
  return user?.status === 'active' ? { row, user, since: row.confirmed_at } : undefined
}

/**
 * Takes it back, once: the old address holds again, every session ends, second factors added since are gone, and so is
 * the password, which whoever changed the address knew (HARD-CASES H19).
 */
export async function takeBack(db: Db, by: Actor, token: string): Promise<void> {
  const found = await findWayBack(db, token)
  if (!found) throw new Refusal('link.dead')
  const { row, user, since } = found
  await change(db, actorOf(user, by), async (trx) => {
    await cancelOffersOf(trx, user)
    const at = timestamp()
    const taken = await trx('email_changes').where({ id: row.id, ended_at: null }).update({ ended_at: at })
    if (taken !== 1) throw new Refusal('link.dead')
    await trx('email_changes')
      .where({ user_id: user.id, ended_at: null })
      .where('id', '>', row.id)
      .update({ ended_at: at })
    const before = await getUser(trx, user.id)
    const after = await setAddress(trx, before, row.old_email, { password_hash: null })
    if (row.old_verified_at) await removeFactorsSince(trx, user, since)
    else await startAfresh(trx, user)
    await endAllSessionsOf(trx, user)
    await killLinks(trx, before, row)
    await record(trx, 'emailChange.takenBack', { user, email: row.old_email })
    const data = { name: after.first_name, email: row.old_email }
    for (const to of new Set([row.old_email, before.email]))
      await queueEmail(trx, 'email-restored', { to, user, data })
  })
}
