// An owner's login and the accounts they own each have an address of their own, and often it is the same one. Neither
// ever follows the other by itself: when the login got another, as long as that can be taken back, its owner is offered
// to change the accounts that still have the old one, one by one. A client that requires two-factor keeps out who has
// none here as well.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Actor, change, takeClient } from './change.ts'
import { type Client, saveProfile } from './clients.ts'
import type { EmailChange } from './email-changes.ts'
import { NotFound, Refusal } from './refusal.ts'
import { getUser, type User } from './users.ts'

/** The address that this login had before its latest change, while that is fresh. */
async function formerAddress(db: Db, user: User): Promise<string | undefined> {
  const row: EmailChange | undefined = await db('email_changes')
    .where({ user_id: user.id, new_email: user.email, ended_at: null })
    .where('back_until', '>', timestamp())
    .orderBy('id', 'desc')
    .first()
  return row?.old_email
}

const isOffered = (client: Client, user: User, address: string) =>
  client.owner_id === user.id &&
  client.email === address &&
  client.status !== 'closed' &&
  (!client.require_factor || user.factors > 0)

/** The accounts that this user owns and that still have the address that the login had. */
export async function listLeftBehind(db: Db, user: User): Promise<Client[]> {
  const address = await formerAddress(db, user)
  if (!address) return []
  const owned: Client[] = await db<Client>('clients')
    .where({ owner_id: user.id, email: address })
    .orderBy('id')
  return owned.filter((client) => isOffered(client, user, address))
}

/** Gives one of them the login's address; refuses when either got another one in the meantime. */
export async function bringAlong(db: Db, by: Actor, user: User, id: number): Promise<Client> {
  const owned = await db('clients').where({ id, owner_id: user.id }).first('id')
  if (!owned || !(await formerAddress(db, user))) throw new NotFound()
  return change(db, by, async (trx) => {
    const client = await takeClient(trx, { id })
    const now = await getUser(trx, user.id)
    const address = await formerAddress(trx, now)
    if (!address || !isOffered(client, now, address)) throw new Refusal('sharedAddress.changedMeanwhile')
    await saveProfile(trx, client, { email: now.email })
    return client
  })
}
