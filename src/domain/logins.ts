// Logging in and out. A wrong password, an unknown address, a login without a password and a disabled one
// get the same answer after the same work.

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import type { Client } from './clients.ts'
import { fire } from './hooks.ts'
import { findLastUsed } from './own-accounts.ts'
import { verifyPassword } from './passwords.ts'
import { Refusal } from './refusal.ts'
import { describeUser, findUserByEmail, fullName, markLogin, type User } from './users.ts'

/** Gives the user behind address and password. */
export async function checkLogin(db: Db, email: string, password: string): Promise<User> {
  const user = await findUserByEmail(db, email)
  const matches = await verifyPassword(user?.password_hash, password)
  if (!user || !matches || user.status !== 'active') throw new Refusal('login.wrong', 'password')
  return user
}

export const actorOf = (user: User, by: Actor): Actor => ({
  ...by,
  kind: 'user',
  id: user.id,
  name: fullName(user),
})

export const recordLogin = (db: Db, by: Actor, user: User) =>
  change(db, actorOf(user, by), async (trx) => {
    await markLogin(trx, user)
    await record(trx, 'user.loggedIn', { user })
    await fire(trx, 'UserLogin', { user: describeUser(user) })
  })

export const recordLogout = (db: Db, by: Actor, user: User) =>
  change(db, by, async (trx) => {
    await record(trx, 'user.loggedOut', { user })
    await fire(trx, 'UserLogout', { user: describeUser(user) })
  })

/** Where a login starts: the account used last, else one's own, and none when all are closed or out of reach. */
export const chooseClient = async (db: Db, user: User): Promise<Client | undefined> =>
  (await findLastUsed(db, user))?.client
