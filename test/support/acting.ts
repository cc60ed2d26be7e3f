// An admin who acts as a user, from the user's page.

import { addRole, loggedInAdmin } from './admins.ts'
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
  const held = Array.isArray(role) ? await addRole(house.db, `Role of ${name}`, ...role) : role
  return (await loggedInAdmin(house, name, held)).visitor
}
