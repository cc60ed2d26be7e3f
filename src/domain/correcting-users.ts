// What the host's programs know of a user, put right at once: names and address, or neither when one of them will not do.
// Another address is given as an admin gives it, with all that ends by that (setting-addresses.ts).

import type { Db } from '../platform/database.ts'
import { type Actor, change } from './change.ts'
import { type OwnProfile, saveUser } from './editing-user.ts'
import { giveAddress } from './setting-addresses.ts'
import { lowerCase, type User } from './users.ts'

export const correctUser = (
  db: Db,
  by: Actor,
  user: User,
  { email, ...profile }: Partial<OwnProfile> & { email?: string },
) =>
  change(db, by, async (trx) => {
    await saveUser(trx, user, profile)
    if (email !== undefined && lowerCase(email) !== user.email) await giveAddress(trx, user, email)
  })
