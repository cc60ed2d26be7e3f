// Access that rests: nothing may be done with it, and nothing of it is lost. What a suspended person had invited others
// to is cancelled in the same transaction (R20); an invitation that slips through finds its inviter suspended when it is
// accepted (H16). The owner's access cannot rest (H10).

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { tellBoth } from './access-mail.ts'
import { record } from './activity.ts'
import { type ClientUser, takeAssociation } from './associations.ts'
import { type Actor, type Change, change } from './change.ts'
import { type Client, describeClient } from './clients.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { counted } from './limits.ts'
import { mustEndWithin } from './managing.ts'
import { Refusal } from './refusal.ts'
import { cancelTransfer, mustNotBeOffered } from './transfers.ts'
import { describeUser } from './users.ts'

export const suspend = (db: Db, by: Actor, client: Client, target: ClientUser) =>
  change(db, by, async (trx) => {
    const { client: current, user, reach } = await takeAssociation(trx, client, target, 'owner.suspend')
    if (user.standing === 'ended') throw new Refusal('suspend.over')
    if (reach.delegate) await mustNotBeOffered(trx, current, user)
    if (!(await setSuspended(trx, current, user, timestamp()))) throw new Refusal('suspend.already')
    await cancelPending(trx, current, { invited_by_user_id: user.id }, 'inviter suspended')
    await cancelTransfer(trx, current, 'access suspended', user)
    await record(trx, 'access.suspended', { client: current, user, email: user.email })
    const about = { client: describeClient(current), user: describeUser(user) }
    await fire(trx, 'AssociationSuspended', about)
    await tellBoth(trx, 'access-suspended', current, user)
  })

/** So often in a day by those of the account: nobody is mailed by switching somebody's access on and off. */
export async function resume(db: Db, by: Actor, client: Client, target: ClientUser) {
  if (by.kind === 'admin') return resumeNow(db, by, client, target)
  const key = `${client.id}-${target.id}`
  await counted(db, 'resumesOfAccess', key, () => resumeNow(db, by, client, target))
}

const resumeNow = (db: Db, by: Actor, client: Client, target: ClientUser) =>
  change(db, by, async (trx) => {
    const { client: current, user, reach } = await takeAssociation(trx, client, target, 'owner.suspend')
    if (user.standing === 'ended') throw new Refusal('suspend.over')
    mustEndWithin(reach, user.ends_at)
    if (!(await setSuspended(trx, current, user, null))) throw new Refusal('resume.already')
    await record(trx, 'access.resumed', { client: current, user, email: user.email })
    const about = { client: describeClient(current), user: describeUser(user), permissions: user.permissions }
    await fire(trx, 'AssociationResumed', about)
    await tellBoth(trx, 'access-resumed', current, user)
  })

/** True where it was not so before. */
async function setSuspended(trx: Change, client: Client, user: ClientUser, suspended_at: string | null) {
  const rows = await trx('associations')
    .where({ client_id: client.id, user_id: user.id })
    .modify((query) => (suspended_at ? query.whereNull('suspended_at') : query.whereNotNull('suspended_at')))
    .update({ suspended_at, updated_at: timestamp() })
  return rows === 1
}
