// A login that is deleted or merged opens nothing any more: sessions, links, second factors and known browsers end, and
// what waits to be mailed to it is not sent. It may happen to no login whose row is not held by this transaction.

import { timestamp } from '../platform/clock.ts'
import type { Change } from './change.ts'
import { killResets } from './password-resets.ts'
import { startAfresh } from './proofs.ts'
import type { User } from './users.ts'
import { killVerifications } from './verifications.ts'

export async function endLogin(trx: Change, user: User): Promise<void> {
  await startAfresh(trx, user)
  await killResets(trx, user.email)
  await killVerifications(trx, user)
  await trx('email_changes').where({ user_id: user.id, ended_at: null }).update({ ended_at: timestamp() })
  await trx('emails')
    .where({ user_id: user.id, status: 'waiting', claim_token: null })
    .whereNot({ template: 'invitation' })
    .update({ status: 'superseded' })
}
