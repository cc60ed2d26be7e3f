// Passwords of admins: by a link that works once, for sixty minutes, or by one who knows the present one. Asking for a
// link is answered alike whether the address is an admin's or not. A new password ends sessions and kills every link.

import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import type { Admin } from './admins.ts'
import { type Actor, type Change, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { provePassword } from './factors.ts'
import { newNonce, readToken } from './links.ts'
import { hashPassword } from './passwords.ts'
import { asPerson } from './people.ts'
import { Refusal } from './refusal.ts'
import { endSessions } from './sessions.ts'
import { lastSettings } from './settings.ts'
import { lowerCase } from './users.ts'

const LINK_MINUTES = 60

interface AdminReset {
  id: number
  email: string
  nonce: string
  person_kind: string
  expires_at: string
  used_at: string | null
}

const active = (db: Db, email: string): Promise<Admin | undefined> =>
  db('admins').where({ email, status: 'active' }).first()

const kindOf = (email: string) => ({ person_kind: 'admin', email })

/** The row of a link, and the message with it. */
export async function queueAdminLink(
  trx: Change,
  template: 'admin-welcome' | 'admin-reset',
  { email, name }: Pick<Admin, 'email' | 'name'>,
  more: { by?: string } = {},
) {
  const times = { expires_at: inMinutes(LINK_MINUTES), created_at: timestamp() }
  const [row] = await trx('password_resets').insert({ ...kindOf(email), nonce: newNonce(), ...times })
  await queueEmail(trx, template, { to: email, data: { name, row: Number(row), ...more } })
}

/** From here on the links that this admin has got do not work. */
export const endAdminLinks = (trx: Change, { email }: Pick<Admin, 'email'>) =>
  trx('password_resets')
    .where({ ...kindOf(email), used_at: null })
    .update({ used_at: timestamp() })

/** Asks for the link: the same work for every address; whose it is is asked when the mail is due (HARD-CASES H18). */
export const requestAdminReset = (db: Db, by: Actor, typed: string) =>
  change(db, by, async (trx) => {
    const email = lowerCase(typed)
    await record(trx, 'admin.resetRequested', { email })
    await queueAdminLink(trx, 'admin-reset', { email, name: email })
  })

/** The reset behind a link that still works: of an active admin who has that address to this day. */
export async function findAdminReset(db: Db, token: string): Promise<AdminReset | undefined> {
  const row = await readToken('admin-reset', token, (id) =>
    db<AdminReset>('password_resets').where({ id, person_kind: 'admin' }).first(),
  )
  if (!row || row.used_at || row.expires_at <= timestamp()) return undefined
  return (await active(db, row.email)) ? row : undefined
}

const tell = (trx: Change, { email: to, name }: Admin) =>
  queueEmail(trx, 'admin-password-changed', { to, data: { name } })

/** Sets the new password, once. Nobody is logged in by it, and second factors stay (HARD-CASES H19). */
export async function resetAdminPassword(db: Db, by: Actor, token: string, password: string): Promise<Admin> {
  const found = await findAdminReset(db, token)
  const owner = found && (await active(db, found.email))
  if (!found || !owner) throw new Refusal('link.dead')
  const password_hash = await hashPassword(password, { email: owner.email, product: lastSettings(db).name })
  await change(db, { ...by, kind: 'admin', id: owner.id, name: owner.name }, async (trx) => {
    const at = timestamp()
    const used = await trx('password_resets').where({ id: found.id, used_at: null }).update({ used_at: at })
    const admin = used === 1 ? await active(trx, found.email) : undefined
    if (!admin) throw new Refusal('link.dead')
    await endAdminLinks(trx, admin)
    await trx('admins').where({ id: admin.id }).update({ password_hash, updated_at: at })
    await endSessions(trx, asPerson(admin))
    await record(trx, 'admin.passwordReset', { email: admin.email })
    await tell(trx, admin)
  })
  return owner
}

/** One's own, by who knows it; every other session ends. */
export async function changeAdminPassword(
  db: Db,
  by: Actor,
  admin: Admin,
  { current, password, sessionId }: { current: string; password: string; sessionId: string },
) {
  await provePassword(db, asPerson(admin), current, 'current_password')
  const password_hash = await hashPassword(password, { email: admin.email, product: lastSettings(db).name })
  await change(db, by, async (trx) => {
    const { id, password_hash: former } = admin
    const to = { password_hash, updated_at: timestamp() }
    // Whoever has set another one meanwhile has ended this session, too.
    if ((await trx('admins').where({ id, password_hash: former, status: 'active' }).update(to)) !== 1)
      throw new Refusal('password.wrong', 'current_password')
    await endAdminLinks(trx, admin)
    await endSessions(trx, asPerson(admin), sessionId)
    await record(trx, 'admin.passwordChanged')
    await tell(trx, admin)
  })
}

export const renameAdmin = (db: Db, by: Actor, { id, name: formerName }: Admin, name: string) =>
  change(db, by, async (trx) => {
    await trx('admins').where({ id }).update({ name, updated_at: timestamp() })
    await record(trx, 'admin.renamed', { name, formerName })
  })
