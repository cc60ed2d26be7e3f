// Admins beside Ada, with the cast's password, and roles of the host's own.

import { PASSWORD } from '../../src/dev/cast.ts'
import type { Db } from '../../src/platform/database.ts'
import type { TestHouse } from './house.ts'

/** What the acting admin shows again, posted and typed. */
export const proof = { current_password: PASSWORD }
export const typedProof = { 'Your password': PASSWORD }

export const emailOf = (name: string) => `${name.toLowerCase()}@latchkey.test`

export const adminNamed = (db: Db, name: string) =>
  db('admins')
    .where({ email: emailOf(name) })
    .first()

/** Gives the id. */
export async function addAdmin(db: Db, name: string, role: string): Promise<number> {
  const { id: _, ...ada } = await adminNamed(db, 'ada')
  await db('admins').insert({ ...ada, name, email: emailOf(name), role, factors: 0 })
  return Number((await adminNamed(db, name)).id)
}

/** One who is logged in, and the page about them. */
export async function loggedInAdmin(house: TestHouse, name: string, role: string) {
  const id = await addAdmin(house.db, name, role)
  return { id, page: `/admin/admins/${id}`, visitor: await house.admin(name) }
}

/** Gives what an admin who has it is given as role. */
export async function addRole(db: Db, name: string, ...rights: string[]): Promise<string> {
  const at = '2026-01-01T00:00:00.000Z'
  await db('roles').insert({ name, rights: rights.join(','), created_at: at, updated_at: at })
  return `own:${(await db('roles').where({ name }).first()).id}`
}
