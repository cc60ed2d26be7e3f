// An admin who acts as a user, from the user's page.

import { PASSWORD } from '../../src/dev/cast.ts'
import type { TestHouse } from './house.ts'
import type { Visitor } from './visitor.ts'

export const userIdOf = async (house: TestHouse, name: string): Promise<number> =>
  (
    await house
      .db('users')
      .where({ email: `${name}@example.com` })
      .first('id')
  ).id

/** The admin's browser, acting as this user from now on. */
export async function actAs(house: TestHouse, admin: Visitor, name: string): Promise<Visitor> {
  await admin.visit(`/admin/users/${await userIdOf(house, name)}/act-as`)
  return admin.press('Log in as this user')
}

/** Another admin, logged in: with this role, or one of the host's own that holds these rights. */
export async function anotherAdmin(house: TestHouse, name: string, role: string | string[]) {
  const { id: _, ...ada } = await house.db('admins').where({ email: 'ada@latchkey.test' }).first()
  const { created_at, updated_at } = ada
  const own = `Role of ${name}`
  if (Array.isArray(role))
    await house.db('roles').insert({ name: own, rights: role.join(','), created_at, updated_at })
  const held = Array.isArray(role) ? `own:${(await house.db('roles').where({ name: own }).first()).id}` : role
  const email = `${name.toLowerCase()}@latchkey.test`
  await house.db('admins').insert({ ...ada, name, email, role: held })
  const visitor = house.visitor()
  await visitor.visit('/admin/login')
  return visitor.press('Log in', { 'Email address': email, Password: PASSWORD })
}
