// A user gives up their own access, whatever it allows and also while it rests. The owner cannot (R2): an account is
// handed over, never left alone. Everything that removing access does happens here, too.

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { findClientUser } from './associations.ts'
import { type Actor, change, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { NotFound, Refusal } from './refusal.ts'
import { cancelTransfer } from './transfers.ts'
import { describeUser, fullName, getUser } from './users.ts'

export const leave = (db: Db, by: Actor, client: Client, { id }: { id: number }) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    const user = await findClientUser(trx, current, id)
    if (!user || user.standing === 'ended') throw new NotFound()
    if (user.isOwner) throw new Refusal('leave.owner')
    await trx('associations').where({ client_id: current.id, user_id: id }).delete()
    await cancelPending(trx, current, { invited_by_user_id: id }, 'inviter left')
    await cancelTransfer(trx, current, 'user left', user)
    await record(trx, 'user.left', { client: current, user, email: user.email, before: user.permissions })
    await fire(trx, 'UserDisassociated', { client: describeClient(current), user: describeUser(user) })
    const owner = await getUser(trx, current.owner_id)
    await queueEmail(trx, 'user-left', {
      to: owner.email,
      user: owner,
      client: current,
      data: {
        client: clientName(current),
        user: fullName(user),
        email: user.email,
        name: fullName(owner),
      },
    })
  })
