// Admins look after admins. Nobody changes their own role or disables themselves, touches an admin who holds more than
// they do, or gives a role that holds more; the last active Full admin stays one (HARD-CASES H9). An admin who is
// disabled is out at the next click. New ones get a link to set their password, so nobody else ever knows it.

import { randomBytes } from 'node:crypto'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { endAdminLinks, queueAdminLink } from './admin-passwords.ts'
import { type ActiveAdmin, type Admin, insertAdmin } from './admins.ts'
import { type Actor, type Change, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { removeFactors } from './factors.ts'
import { hashPassword } from './passwords.ts'
import { asPerson } from './people.ts'
import { NotFound, Refusal, type Values } from './refusal.ts'
import { rightsOf } from './rights.ts'
import { isWithin, listRoles, roleTitle, takeAdmins } from './roles.ts'
import { endSessions } from './sessions.ts'
import { lowerCase } from './users.ts'

export interface AdminInput {
  name: string
  email: string
  role: string
}

export const listAdmins = (db: Db): Promise<Admin[]> => db('admins').orderBy('name').orderBy('id')

export const findAdmin = (db: Db, id: number): Promise<Admin | undefined> =>
  db('admins').where({ id }).first()

export const countAdminSessions = async (db: Db, { id }: Pick<Admin, 'id'>): Promise<number> => {
  const row = await db('admin_sessions')
    .where({ admin_id: id })
    .where('expires_at', '>', timestamp())
    .count({ count: '*' })
    .first()
  return Number(row?.count ?? 0)
}

interface Taken {
  me: ActiveAdmin
  admin: Admin
}

/** Takes admins and roles; gives the one who acts and the one it is about, who holds no more. */
async function take(trx: Change, id: number): Promise<Taken> {
  const me = await takeAdmins(trx)
  const admin = await findAdmin(trx, id)
  if (!admin) throw new NotFound()
  if (!isWithin(await rightsOf(trx, admin.role), me.rights)) throw new Refusal('admins.more')
  return { me, admin }
}

async function mayGive(trx: Change, me: ActiveAdmin, role: string) {
  const found = (await listRoles(trx)).find((one) => one.role === role)
  if (!found) throw new Refusal('admins.roleUnknown', 'role')
  if (!isWithin(found.rights, me.rights)) throw new Refusal('admins.more', 'role')
}

async function mustNotBeLast(trx: Change, admin: Admin, field?: string) {
  if (admin.role !== 'full' || admin.status !== 'active') return
  const others = trx('admins').where({ role: 'full', status: 'active' }).whereNot({ id: admin.id })
  if (!(await others.first('id'))) throw new Refusal('admins.lastFull', field)
}

/** Until they have set one by the link, nobody knows the password. */
export async function addAdmin(db: Db, by: Actor, input: AdminInput): Promise<void> {
  const password_hash = await hashPassword(randomBytes(32).toString('base64url'))
  await change(db, by, async (trx) => {
    const me = await takeAdmins(trx)
    await mayGive(trx, me, input.role)
    const admin = await insertAdmin(trx, { ...input, password_hash })
    await queueAdminLink(trx, 'admin-welcome', admin, { by: me.name })
  })
}

export const sendAdminLink = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    const { me, admin } = await take(trx, id)
    if (admin.status !== 'active') throw new Refusal('admins.notActive')
    await endAdminLinks(trx, admin)
    await queueAdminLink(trx, 'admin-welcome', admin, { by: me.name })
    await record(trx, 'admin.linkSent', { email: admin.email })
  })

/** `proven`: whoever does it gave their password, without which only a name is changed. */
export const editAdmin = (
  db: Db,
  by: Actor,
  id: number,
  { name, email: typed, role }: AdminInput,
  proven: boolean,
) =>
  change(db, by, async (trx) => {
    const { me, admin } = await take(trx, id)
    const email = lowerCase(typed)
    if (!proven && (role !== admin.role || email !== admin.email))
      throw new Refusal('yourPassword.missing', 'current_password')
    if (role !== admin.role) await changeRole(trx, me, admin, role)
    if (email !== admin.email) {
      await endAdminLinks(trx, admin)
      await tell(trx, me, admin, 'address', { email })
    }
    await trx('admins')
      .where({ id })
      .update({ name, email, updated_at: timestamp() })
      .catch((error) => {
        throw isDuplicate(error) ? new Refusal('admin.emailTaken', 'email') : error
      })
    const { name: formerName, email: formerEmail } = admin
    await record(trx, 'admin.edited', { name, email, formerName, formerEmail })
  })

async function changeRole(trx: Change, me: ActiveAdmin, admin: Admin, role: string) {
  if (admin.id === me.id) throw new Refusal('admins.ownRole', 'role')
  await mayGive(trx, me, role)
  await mustNotBeLast(trx, admin, 'role')
  await trx('admins').where({ id: admin.id }).update({ role })
  const [before, after] = [await roleTitle(trx, admin.role), await roleTitle(trx, role)]
  await record(trx, 'admin.roleChanged', { email: admin.email, before, after })
  await tell(trx, me, admin, 'role', { before, after })
}

/** The one it is about learns of it, at the address from before. */
const tell = (
  trx: Change,
  me: Admin,
  { email: to, name }: Admin,
  what: 'address' | 'role' | 'disabled' | 'enabled',
  more: Values = {},
) => queueEmail(trx, 'admin-changed', { to, data: { ...more, name, by: me.name, what } })

export const disableAdmin = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    const { me, admin } = await take(trx, id)
    if (admin.id === me.id) throw new Refusal('admins.self')
    await mustNotBeLast(trx, admin)
    const to = { status: 'disabled', updated_at: timestamp() }
    if ((await trx('admins').where({ id, status: 'active' }).update(to)) !== 1)
      throw new Refusal('admins.notActive')
    await endSessions(trx, asPerson(admin))
    await endAdminLinks(trx, admin)
    await record(trx, 'admin.disabled', { email: admin.email })
    await tell(trx, me, admin, 'disabled')
  })

export const enableAdmin = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    const { me, admin } = await take(trx, id)
    const to = { status: 'active', updated_at: timestamp() }
    if ((await trx('admins').where({ id, status: 'disabled' }).update(to)) !== 1)
      throw new Refusal('admins.isActive')
    await record(trx, 'admin.enabled', { email: admin.email })
    await tell(trx, me, admin, 'enabled')
  })

/** One's own is removed with the password, on one's own page. */
export const removeAdminFactors = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    const { me, admin } = await take(trx, id)
    if (admin.id === me.id) throw new Refusal('admins.self')
    const gone = trx('admins').where({ id }).where('factors', '>', 0)
    if ((await gone.update({ factors: 0, updated_at: timestamp() })) !== 1)
      throw new Refusal('admins.noFactor')
    await removeFactors(trx, asPerson(admin))
    await queueEmail(trx, 'admin-factor-removed', {
      to: admin.email,
      data: { name: admin.name, by: me.name },
    })
    await record(trx, 'admin.factorRemoved', { email: admin.email })
  })

export const endAdminSessions = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    const { admin } = await take(trx, id)
    const count = await endSessions(trx, asPerson(admin))
    await record(trx, 'admin.sessionsEnded', { email: admin.email, count })
  })
