// An admin is someone of the Admin Area. Admins are no users: their logins and sessions are apart.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import type { Right } from './rights.ts'
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
}

/** Refuses an address that an admin has already, and a password that will not do. */
export async function createAdmin(db: Db, by: Actor, { email, name, password }: NewAdmin): Promise<void> {
  const password_hash = await hashPassword(password, { email, product: lastSettings(db).name })
  const dates = { created_at: timestamp(), updated_at: timestamp() }
  await change(db, by, async (trx) => {
    await trx('admins')
      .insert({ email: lowerCase(email), name, password_hash, ...dates })
      .catch((error) => {
        throw isDuplicate(error) ? new Refusal('admin.emailTaken', 'email') : error
      })
    await record(trx, 'admin.added', { email: lowerCase(email), name })
  })
}

/** Gives the admin behind address and password. */
export async function checkAdminLogin(db: Db, email: string, password: string): Promise<Admin> {
  const admin: Admin | undefined = await db('admins')
    .where({ email: lowerCase(email) })
    .first()
  const matches = await verifyPassword(admin?.password_hash, password)
  if (!admin || !matches) throw new Refusal('login.wrong', 'password')
  return admin
}

export const recordAdminLogin = (db: Db, by: Actor, admin: Admin) =>
  change(db, { ...by, kind: 'admin', id: admin.id, name: admin.name }, async (trx) => {
    await trx('admins').where({ id: admin.id }).update({ last_login_at: timestamp() })
    await record(trx, 'admin.loggedIn')
  })

export const recordAdminLogout = (db: Db, by: Actor) =>
  change(db, by, async (trx) => record(trx, 'admin.loggedOut'))
