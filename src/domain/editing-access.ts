// Another set of permissions, another last day, or both, for somebody who has access (R9). Whoever loses a permission
// gives it to nobody else either: what they had sent is cut down, or cancelled where nothing is left of it (R20).

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { readEnd } from './access-times.ts'
import { record } from './activity.ts'
import { type ClientUser, takeAssociation } from './associations.ts'
import { type Actor, type Change, change, doneBy } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { setEnd } from './ending-access.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { counted } from './limits.ts'
import { endWithin, mustEndWithin, mustHold } from './managing.ts'
import { choosePermissions, formatPermissions, type Permission, parsePermissions } from './permissions.ts'
import { ownNameOf } from './presets.ts'
import { Refusal } from './refusal.ts'
import { describeUser, fullName } from './users.ts'

/** Replaces them; each time mails the person, so those of the account do it so often in a day. */
export function setPermissions(
  db: Db,
  by: Actor,
  client: Client,
  target: { id: number },
  /** Without them they stay. */
  keys: readonly string[] | undefined,
  /** The last day of access, '' for no end; without it the end stays. */
  endsOn?: string,
  check?: (now: ClientUser) => void,
): Promise<void> {
  const edit = () =>
    change(db, by, async (trx) => {
      const chosen = keys && choosePermissions(keys)
      const endsAt = endsOn === undefined ? undefined : readEnd(endsOn)
      const { client: current, user, reach } = await takeAssociation(trx, client, target, 'owner.edit')
      check?.(user)
      if (user.standing === 'ended' && endsAt === undefined) throw new Refusal('suspend.over')
      const permissions = chosen ?? formatPermissions(user.permissions)
      mustHold(reach, permissions)
      const after = parsePermissions(permissions)
      const end = endsAt === undefined ? user.ends_at : endWithin(reach, endsAt, user.ends_at)
      if (after.some((key) => !user.permissions.includes(key))) mustEndWithin(reach, end)
      await setEnd(trx, current, user, end)
      if (user.permissions.join() !== after.join()) await replace(trx, current, user, after)
    })
  return by.kind === 'admin' ? edit() : counted(db, 'editsOfAccess', `${client.id}-${target.id}`, edit)
}

async function replace(trx: Change, client: Client, user: ClientUser, after: Permission[]) {
  const [before, permissions] = [user.permissions, formatPermissions(after)]
  await trx('associations')
    .where({ client_id: client.id, user_id: user.id })
    .update({ permissions, updated_at: timestamp() })
  const mayInvite = after.includes('users') || !before.includes('users')
  const nothingLeft = (it: { permissions: string }) =>
    !mayInvite || !parsePermissions(it.permissions).some((key) => after.includes(key))
  const theirs = { invited_by_user_id: user.id }
  await cancelPending(trx, client, theirs, 'inviter may give none of it', nothingLeft)
  await record(trx, 'permissions.changed', { client, user, before, after })
  const about = { client: describeClient(client), user: describeUser(user), before, after }
  await fire(trx, 'PermissionsChanged', about)
  const preset = await ownNameOf(trx, client, permissions)
  const data = {
    client: clientName(client),
    ...doneBy(trx.by),
    name: fullName(user),
    permissions,
    ...(preset && { preset }),
  }
  await queueEmail(trx, 'permissions-changed', { to: user.email, user, client, data })
}
