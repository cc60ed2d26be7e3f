// Closing a client cancels its pending invitations; a closed one can be neither entered nor invited to (R5).
// Opening it again brings back the people who were associated, not the invitations.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, describeClient } from './clients.ts'
import { fire } from './hooks.ts'
import { cancelPending } from './invitations.ts'
import { Refusal } from './refusal.ts'
import { cancelTransfer } from './transfers.ts'

export const closeClient = (db: Db, by: Actor, client: Client) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    if (current.status === 'closed') throw new Refusal('client.closedAlready')
    await cancelPending(trx, current, {}, 'client closed')
    await cancelTransfer(trx, current, 'client closed')
    await setStatus(trx, current, 'closed')
    await fire(trx, 'ClientClose', { client: describeClient({ ...current, status: 'closed' }) })
  })

export const reopenClient = (db: Db, by: Actor, client: Client) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    if (current.status !== 'closed') throw new Refusal('client.openAlready')
    await setStatus(trx, current, 'active')
    const [before, after] = [{ status: 'closed' }, { status: 'active' }]
    await fire(trx, 'ClientEdit', { client: describeClient({ ...current, status: 'active' }), before, after })
  })

async function setStatus(trx: Change, client: Client, status: Client['status']) {
  await trx('clients').where({ id: client.id }).update({ status, updated_at: timestamp() })
  await record(trx, `client.${status === 'closed' ? 'closed' : 'reopened'}`, { client })
}
