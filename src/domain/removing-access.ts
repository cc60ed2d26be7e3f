// Access that is taken away for good: with it goes what the person had invited others to, and a handing over to them
// that waits. The owner's is never removed (R2); who else may do it is asked after the client was taken (managing.ts).

import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { takeAssociation } from './associations.ts'
import { type Actor, change, doneBy } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { cancelTransfer, mustNotBeOffered } from './transfers.ts'
import { describeUser, fullName } from './users.ts'

/** Removes access, and cancels what the person had invited others to (R20). */
export const removeAccess = (db: Db, by: Actor, client: Client, target: { id: number }) =>
  change(db, by, async (trx) => {
    const { client: current, user, reach } = await takeAssociation(trx, client, target, 'owner.remove')
    if (reach.delegate) await mustNotBeOffered(trx, current, user)
    await trx('associations').where({ client_id: current.id, user_id: user.id }).delete()
    await cancelPending(trx, current, { invited_by_user_id: user.id }, 'inviter lost access')
    await cancelTransfer(trx, current, 'access removed', user)
    await record(trx, 'user.disassociated', {
      client: current,
      user,
      email: user.email,
      before: user.permissions,
    })
    await fire(trx, 'UserDisassociated', { client: describeClient(current), user: describeUser(user) })
    await queueEmail(trx, 'access-removed', {
      to: user.email,
      user,
      client: current,
      data: { client: clientName(current), ...doneBy(by), name: fullName(user) },
    })
    return user
  })
