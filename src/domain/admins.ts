// An admin is someone of the Admin Area. Admins are no users: their logins and sessions are apart.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { endActingWith } from './acting.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { fingerprint } from './links.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import { type Right, rightsOf } from './rights.ts'
import { lastSettings } from './settings.ts'
import { lowerCase } from './users.ts'

export interface Admin {
  id: number
  email: string
  name: string
  password_hash: string
  /** `full`, `support`, `read-only`, or `own:` and the id of a role of the host's own. */
  role: string
  status: 'active' | 'disabled'
  /** How many second factors. */
  factors: number
  last_login_at: string | null
  created_at: string
  updated_at: string
}

/** An admin who is logged in, with what their role allows at this moment (R8). */
export interface ActiveAdmin extends Admin {
  rights: readonly Right[]
}

export interface NewAdmin {
  email: string
  name: string
  password: string
  /** Full unless named. */
  role?: string | undefined
}

/** Refuses an address that an admin has already, and uses up the link for the first admin (HARD-CASES H9). */
export async function insertAdmin(
  trx: Change,
  { email, name, role, password_hash }: Pick<Admin, 'email' | 'name' | 'role' | 'password_hash'>,
) {
  await endFirstLink(trx)
  const dates = { created_at: timestamp(), updated_at: timestamp() }
  const row = { email: lowerCase(email), name, role, password_hash }
  await trx('admins')
    .insert({ ...row, ...dates })
    .catch((error) => {
      throw isDuplicate(error) ? new Refusal('admin.emailTaken', 'email') : error
    })
  await record(trx, 'admin.added', { email: row.email, name, role })
  return row
}

// Where there was none, a used one is left, so that none is made ever after.
async function endFirstLink(trx: Change) {
  const at = timestamp()
  const end = () => trx('first_admin_links').where({ id: 1, used_at: null }).update({ used_at: at })
  if ((await end()) === 1 || (await trx('first_admin_links').first('id'))) return
  await trx('first_admin_links')
    .insert({ id: 1, nonce: '', expires_at: at, used_at: at, created_at: at })
    .catch(async (error) => {
      if (!isDuplicate(error)) throw error
      await end()
    })
}

/** By who may do everything on this machine: npm run admin:create. */
export async function createAdmin(db: Db, by: Actor, { email, name, password, role = 'full' }: NewAdmin) {
  const password_hash = await hashPassword(password, { email, product: lastSettings(db).name })
  await change(db, by, async (trx) => {
    if ((await rightsOf(trx, role)).length === 0) throw new Refusal('admins.roleUnknown', 'role')
    await insertAdmin(trx, { email, name, role, password_hash })
  })
}

/** Gives the admin behind address and password. */
export async function checkAdminLogin(db: Db, email: string, password: string): Promise<Admin> {
  const admin: Admin | undefined = await db('admins')
    .where({ email: lowerCase(email) })
    .first()
  const matches = await verifyPassword(admin?.password_hash, password)
  if (!admin || !matches || admin.status !== 'active') throw new Refusal('login.wrong', 'password')
  return admin
}

export const recordAdminLogin = (db: Db, by: Actor, admin: Admin) =>
  change(db, { ...by, kind: 'admin', id: admin.id, name: admin.name }, async (trx) => {
    await trx('admins').where({ id: admin.id }).update({ last_login_at: timestamp() })
    await record(trx, 'admin.loggedIn')
  })

/** Whom they act as, they act as no longer (HARD-CASES H7). */
export const recordAdminLogout = (db: Db, by: Actor, sessionId: string) =>
  change(db, by, async (trx) => {
    await record(trx, 'admin.loggedOut')
    await endActingWith(trx, { admin_session_hash: fingerprint(sessionId) })
  })
