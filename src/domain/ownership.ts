// Make Owner (R3): one guarded write moves ownership to a user who is already associated. The former owner
// stays, with all permissions but to manage users, until someone changes that. Both are told by e-mail.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type ClientUser, findClientUser } from './associations.ts'
import { type Actor, type Change, change, doneBy, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { askHooks, fire } from './hooks.ts'
import { ALL_BUT_USERS, ALL_PERMISSIONS } from './permissions.ts'
import { Refusal, type Values } from './refusal.ts'
import { cancelTransfer } from './transfers.ts'
import { describeUser, fullName, getUser, type User } from './users.ts'

/** Refuses someone who is not associated (any more), is disabled, or is the owner already. Admins only. */
export async function makeOwner(db: Db, by: Actor, client: Client, target: ClientUser) {
  if (by.kind !== 'admin' && by.kind !== 'credential') throw new Refusal('users.adminOnly')
  const about = { client: describeClient(client), user: describeUser(target) }
  await askHooks(by, 'PreOwnerChange', about)
  return change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    const user = await findClientUser(trx, current, target.id)
    if (!user || user.standing === 'ended') throw new Refusal('owner.notAssociated')
    if (user.standing === 'suspended') throw new Refusal('owner.suspended')
    if (user.isOwner) throw new Refusal('owner.already')
    if (user.status !== 'active') throw new Refusal('owner.disabled')
    const former = await getUser(trx, current.owner_id)

    await cancelTransfer(trx, current, 'owner changed')
    await moveOwnership(trx, current, former, user, doneBy(by))
  })
}

/**
 * The one guarded write, with what it tells; the caller has taken the client and asked whether it may be. Of an owner no
 * end of access holds (HARD-CASES H10). `how`: what the mails say of whoever did it.
 */
export async function moveOwnership(trx: Change, current: Client, former: User, user: User, how: Values) {
  const moved = await trx('clients')
    .where({ id: current.id, owner_id: former.id })
    .update({ owner_id: user.id, updated_at: timestamp() })
  if (moved !== 1) throw new Refusal('owner.already')
  await trx('associations')
    .where({ client_id: current.id, user_id: user.id })
    .update({ permissions: ALL_PERMISSIONS, ends_at: null, end_told_at: null, updated_at: timestamp() })
  await trx('associations')
    .where({ client_id: current.id, user_id: former.id })
    .update({ permissions: ALL_BUT_USERS, updated_at: timestamp() })

  await record(trx, 'owner.changed', { client: current, user, before: former.email, after: user.email })
  await fire(trx, 'OwnerChanged', {
    client: describeClient({ ...current, owner_id: user.id }),
    owner: describeUser(user),
    formerOwner: describeUser(former),
  })
  const data = { client: clientName(current), owner: fullName(user), former: fullName(former), ...how }
  await queueEmail(trx, 'owner-received', { to: user.email, user, client: current, data })
  await queueEmail(trx, 'owner-handed-over', { to: former.email, user: former, client: current, data })
}
