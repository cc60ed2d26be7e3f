// The host makes a login of no client yet. Nobody has shown that the address is theirs, so it is unverified; and whoever
// holds the address can set another password (HARD-CASES H6).

import type { Db } from '../platform/database.ts'
import { type Actor, change } from './change.ts'
import { hashPassword } from './passwords.ts'
import { lastSettings } from './settings.ts'
import { askToAdd, createUser, type Language, type NewUser, type User } from './users.ts'
import { sendVerification } from './verifications.ts'

/** Without a password, which is set by "Forgot password"; no e-mail goes out. */
export async function addUser(db: Db, by: Actor, input: NewUser): Promise<User> {
  await askToAdd(by, input)
  return change(db, by, (trx) => createUser(trx, { ...input, password_hash: null }))
}

export interface AddedUser extends NewUser {
  password: string
  language?: Language
}

/** Never in a transaction. */
export const hashChosen = (db: Db, email: string, password: string) =>
  hashPassword(password, { email, product: lastSettings(db).name })

/** With one that the host has chosen for somebody; the link to verify the address goes there. */
export async function addUserWithPassword(
  db: Db,
  by: Actor,
  { password, ...person }: AddedUser,
): Promise<User> {
  await askToAdd(by, person)
  const password_hash = await hashChosen(db, person.email, password)
  return change(db, by, async (trx) => {
    const user = await createUser(trx, { ...person, password_hash })
    await sendVerification(trx, user)
    return user
  })
}
