// Forgets what is over: sessions, logins that never came to their second factor, challenges, links of the host's
// programs, and the rows behind mailed links, three months after these ran out. Until then the Admin Area can show such
// a message as it was sent.

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { keepLease, type Lease } from './leases.ts'
import { forgetEndedSessions } from './sessions.ts'

const ROWS_A_STEP = 500
const LINKS_KEPT_DAYS = 90

const AT_ONCE: [table: string, key: string][] = [
  ['second_steps', 'id_hash'],
  ['passkey_challenges', 'challenge_hash'],
  ['idempotency_keys', 'id'],
  ['sign_ons', 'id'],
]
const LINKS: [table: string, key: string][] = [
  ['registrations', 'id'],
  ['password_resets', 'id'],
  ['email_verifications', 'id'],
  ['email_changes', 'id'],
  ['access_requests', 'id'],
]

/** The job: gives how many rows were forgotten, beside sessions. */
export async function forgetEnded(db: Db, lease: Lease | undefined): Promise<number> {
  await forgetEndedSessions(db, lease)
  let count = 0
  for (const [table, key] of AT_ONCE) count += await forgetExpired(db, lease, table, key, timestamp())
  const longAgo = inDays(-LINKS_KEPT_DAYS)
  for (const [table, key] of LINKS) count += await forgetExpired(db, lease, table, key, longAgo)
  return count
}

async function forgetExpired(db: Db, lease: Lease | undefined, table: string, key: string, before: string) {
  for (let count = 0; ; ) {
    const keys: string[] = await db(table).where('expires_at', '<', before).limit(ROWS_A_STEP).pluck(key)
    if (keys.length === 0) return count
    count += await transaction(
      db,
      async (trx) => {
        if (lease) await keepLease(trx, lease)
        return trx(table).whereIn(key, keys).where('expires_at', '<', before).delete()
      },
      HARMLESS,
    )
  }
}
