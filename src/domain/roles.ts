// Roles: Full, Support and Read-only are ours, others are the host's own. Nobody makes or changes a role that holds
// more than they do, nor the role that they have themselves; one that somebody holds is not deleted. Whoever changes
// roles or admins first takes all Full admins by a write, so that what decides is read after that and one at a time.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import type { ActiveAdmin, Admin } from './admins.ts'
import { type Actor, type Change, change } from './change.ts'
import { NotFound, Refusal } from './refusal.ts'
import { BUILT_IN_ROLES, chooseRights, parseRights, type Right, rightsOf } from './rights.ts'

export interface Role {
  /** As admins.role has it. */
  role: string
  /** Of one of the host's own. */
  id: number | null
  name: string | null
  rights: readonly Right[]
  admins: number
}

export interface RoleInput {
  name: string
  rights: readonly string[]
}

export const ownRole = (id: number) => `own:${id}`

/** Ours first, then the host's own by name, each with how many admins have it. */
export async function listRoles(db: Db): Promise<Role[]> {
  const counts: { role?: string; count?: unknown }[] = await db('admins')
    .select('role')
    .count({ count: '*' })
    .groupBy('role')
  const admins = (role: string) => Number(counts.find((one) => one.role === role)?.count ?? 0)
  const own = await db('roles').orderBy('name')
  return [
    ...Object.entries(BUILT_IN_ROLES).map(([role, rights]) => ({ role, id: null, name: null, rights })),
    ...own.map((one) => ({
      role: ownRole(one.id),
      id: Number(one.id),
      name: String(one.name),
      rights: parseRights(one.rights),
    })),
  ].map((one) => ({ ...one, admins: admins(one.role) }))
}

export const findRole = async (db: Db, id: number): Promise<Role | undefined> =>
  (await listRoles(db)).find((one) => one.id === id)

/** What the log calls a role. */
export async function roleTitle(db: Db, role: string): Promise<string> {
  return (await listRoles(db)).find((one) => one.role === role)?.name ?? role
}

/** Whether these rights are all among those. */
export const isWithin = (rights: readonly string[], all: readonly Right[]) =>
  rights.every((right) => all.some((one) => one === right))

/** Takes the admins and roles until the commit, and gives the admin who acts as they are now. */
export async function takeAdmins(trx: Change): Promise<ActiveAdmin> {
  await trx('admins').where({ role: 'full' }).update({ updated_at: timestamp() })
  const { kind, id } = trx.by
  const row: Admin | undefined = kind === 'admin' ? await trx('admins').where({ id }).first() : undefined
  const rights = row?.status === 'active' ? await rightsOf(trx, row.role) : []
  if (!row || !rights.includes('admins')) throw new Refusal('admins.notAllowed')
  return { ...row, rights }
}

const within = (me: ActiveAdmin, rights: readonly string[], field?: string) => {
  if (!isWithin(rights, me.rights)) throw new Refusal('admins.more', field)
}

async function getOwn(trx: Change, id: number): Promise<Role> {
  const role = await findRole(trx, id)
  if (!role) throw new NotFound()
  return role
}

const nameTaken = (error: Error) => {
  throw isDuplicate(error) ? new Refusal('roles.nameTaken', 'name') : error
}

export const createRole = (db: Db, by: Actor, { name, rights }: RoleInput) =>
  change(db, by, async (trx) => {
    const me = await takeAdmins(trx)
    const chosen = chooseRights(rights)
    within(me, rights, 'rights')
    const at = timestamp()
    const row = { name, rights: chosen, created_at: at, updated_at: at }
    await trx('roles').insert(row).catch(nameTaken)
    await record(trx, 'role.created', { name, rights: chosen })
  })

export const editRole = (db: Db, by: Actor, id: number, { name, rights }: RoleInput) =>
  change(db, by, async (trx) => {
    const me = await takeAdmins(trx)
    const before = await getOwn(trx, id)
    if (me.role === before.role) throw new Refusal('roles.own')
    within(me, before.rights)
    const chosen = chooseRights(rights)
    within(me, rights, 'rights')
    const row = { name, rights: chosen, updated_at: timestamp() }
    await trx('roles').where({ id }).update(row).catch(nameTaken)
    const was = [...before.rights].sort().join(',')
    await record(trx, 'role.edited', { name, formerName: before.name, before: was, after: chosen })
  })

export const deleteRole = (db: Db, by: Actor, id: number) =>
  change(db, by, async (trx) => {
    const me = await takeAdmins(trx)
    const role = await getOwn(trx, id)
    within(me, role.rights)
    if (role.admins > 0) throw new Refusal('roles.held')
    await trx('roles').where({ id }).delete()
    await record(trx, 'role.deleted', { name: role.name, rights: role.rights.join(',') })
  })
