// Access with an end: set, told a week before to both sides, and over when its moment has come. The job writes down what
// is over, as whoever gives the same person access again does before (R15). Whether it is over is decided by a guarded
// delete while the client is taken (H2), so moving the end and writing it down never both win.

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { tellBoth } from './access-mail.ts'
import { endDay } from './access-times.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, doneBy, takeClient } from './change.ts'
import { type Client, clientName, describeClient } from './clients.ts'
import { queueEmail } from './emails.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { parsePermissions } from './permissions.ts'
import { cancelTransfer } from './transfers.ts'
import { describeUser, fullName, type User } from './users.ts'

export const TOLD_DAYS_BEFORE = 7
const AT_ONCE = 200

interface Ending extends User {
  permissions: string
  ends_at: string
}

/** Inside a transaction that has taken the client. A moved end is told again. */
export async function setEnd(
  trx: Change,
  client: Client,
  user: User & { ends_at: string | null },
  ends_at: string | null,
) {
  if (user.ends_at === ends_at) return
  await trx('associations')
    .where({ client_id: client.id, user_id: user.id })
    .update({ ends_at, end_told_at: null, updated_at: timestamp() })
  const [before, after] = [endDay(user.ends_at), endDay(ends_at)]
  await record(trx, 'access.endChanged', { client, user, email: user.email, before, after })
  // One that comes within the week is told to both sides by the job.
  if (ends_at && ends_at <= inDays(TOLD_DAYS_BEFORE)) return
  const data = { client: clientName(client), ...doneBy(trx.by), name: fullName(user), until: ends_at ?? '' }
  await queueEmail(trx, 'access-end-changed', { to: user.email, user, client, data })
}

/** Writes down that the access of this user is over, if it is: true for exactly one caller. */
export async function writeDownEnd(trx: Change, client: Client, { id }: { id: number }): Promise<boolean> {
  if (id === client.owner_id) return false
  const over = { client_id: client.id, user_id: id }
  const user: Ending | undefined = await trx('associations')
    .join('users', 'users.id', 'associations.user_id')
    .where(over)
    .where('ends_at', '<=', timestamp())
    .first('users.*', 'associations.permissions', 'associations.ends_at')
  if (!user) return false
  const rows = await trx('associations')
    .where({ ...over, ends_at: user.ends_at })
    .delete()
  if (rows !== 1) return false
  await cancelPending(trx, client, { invited_by_user_id: id }, 'inviter’s access ended')
  await cancelTransfer(trx, client, 'access ended', { id })
  const before = parsePermissions(user.permissions)
  await record(trx, 'access.ended', { client, user, email: user.email, before })
  const about = { client: describeClient(client), user: describeUser(user) }
  await fire(trx, 'AssociationEnded', { ...about, endedAt: user.ends_at })
  await fire(trx, 'UserDisassociated', about)
  await tellBoth(trx, 'access-ended', client, user)
  return true
}

type Pair = { client_id: number; user_id: number }

const notOwners = (db: Db) =>
  db('associations')
    .join('clients', 'clients.id', 'associations.client_id')
    .whereRaw('associations.user_id <> clients.owner_id')
    .orderBy('client_id')
    .orderBy('user_id')
    .limit(AT_ONCE)
    .select('client_id', 'user_id')

/** The job: writes down what is over and tells what ends soon, each in a transaction of its own. Gives their number. */
export async function endAccess(db: Db, as: () => Actor): Promise<number> {
  const over = () => notOwners(db).where('ends_at', '<=', timestamp())
  const soon = () =>
    notOwners(db)
      .where('ends_at', '>', timestamp())
      .where('ends_at', '<=', inDays(TOLD_DAYS_BEFORE))
      .whereNull('end_told_at')
      .whereNot('clients.status', 'closed')
  return (await each(db, as, over, writeDownEnd)) + (await each(db, as, soon, tellSoon))
}

async function each(
  db: Db,
  as: () => Actor,
  due: () => PromiseLike<Pair[]>,
  act: (trx: Change, client: Client, user: { id: number }) => Promise<boolean>,
): Promise<number> {
  let all = 0
  for (;;) {
    const pairs = await due()
    let done = 0
    for (const { client_id, user_id } of pairs)
      done += Number(
        await change(db, as(), async (trx) =>
          act(trx, await takeClient(trx, { id: client_id }), { id: user_id }),
        ),
      )
    all += done
    if (pairs.length < AT_ONCE || done === 0) return all
  }
}

async function tellSoon(trx: Change, client: Client, { id }: { id: number }): Promise<boolean> {
  const pair = { client_id: client.id, user_id: id }
  const told = await trx('associations')
    .where(pair)
    .whereNull('end_told_at')
    .where('ends_at', '>', timestamp())
    .where('ends_at', '<=', inDays(TOLD_DAYS_BEFORE))
    .update({ end_told_at: timestamp() })
  if (told !== 1 || id === client.owner_id) return false
  const user: Ending = await trx('associations')
    .join('users', 'users.id', 'associations.user_id')
    .where(pair)
    .first('users.*', 'associations.permissions', 'associations.ends_at')
  await record(trx, 'access.endTold', { client, user, email: user.email, until: endDay(user.ends_at) })
  await tellBoth(trx, 'access-ends-soon', client, user, { until: user.ends_at })
  return true
}
