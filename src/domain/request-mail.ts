// Who reads a request for access is asked when its message goes out, so that nobody can time the answer (R22,
// HARD-CASES H18): whoever proved the address that was typed, or had it before their login was merged, and owns an open
// account that the one who asks has no access to. Nobody else is told anything, nor on behalf of a login that may not
// ask any more, and nobody is where the host has it that admins alone manage users. Getting access, by whatever way, ends
// what was asked.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isSwitchedOn } from './settings.ts'

export interface AccessRequest {
  id: number
  user_id: number
  owner_email: string
  held_by_user_id: number | null
  word: string
  status: 'open' | 'invited' | 'ignored' | 'withdrawn'
  expires_at: string
  ended_at: string | null
  created_at: string
  updated_at: string
}

interface Readable extends AccessRequest {
  used_at?: string | null
  reader?: string
  account?: number
}

/** Adds to each what says whether its message still holds. */
export async function readRequests(db: Db, rows: Readable[]) {
  const isAnswered = await isSwitchedOn(db, 'manageUsers')
  for (const row of rows) {
    row.used_at = row.ended_at
    const reader = isAnswered && (await findReader(db, row))
    if (reader) Object.assign(row, { reader: reader.first_name, account: reader.account })
  }
}

const findReader = (
  db: Db,
  { owner_email, user_id }: AccessRequest,
): Promise<{ first_name: string; account: number } | undefined> =>
  db('users as typed')
    .joinRaw('JOIN users o ON o.id = COALESCE(typed.merged_into_id, typed.id)')
    .join('clients as c', 'c.owner_id', 'o.id')
    .where({ 'typed.email': owner_email, 'o.status': 'active' })
    .whereNotNull('o.email_verified_at')
    .whereNot('c.status', 'closed')
    .whereExists(
      db('users as asker')
        .where({ 'asker.id': user_id, 'asker.status': 'active' })
        .whereNotNull('asker.email_verified_at')
        .select('asker.id'),
    )
    .whereNotExists(
      db('associations as s')
        .whereRaw('s.client_id = c.id')
        .where('s.user_id', user_id)
        .where((access) => access.whereNull('s.ends_at').orWhere('s.ends_at', '>', timestamp()))
        .select('s.user_id'),
    )
    .orderBy('c.id')
    .first('o.first_name', 'c.id as account')

/** Those that wait for the owner of this client: by the owner's address, or one of a login merged into theirs. */
export async function waitingIds(db: Db, { owner_id }: { owner_id: number }): Promise<number[]> {
  const addresses = await db('users')
    .where({ id: owner_id })
    .orWhere({ merged_into_id: owner_id })
    .pluck('email')
  return db('access_requests')
    .whereIn('owner_email', addresses)
    .where({ status: 'open' })
    .where('expires_at', '>', timestamp())
    .pluck('id')
}

export async function endRequests(db: Db, client: { owner_id: number }, asker: { id: number }) {
  const waiting = await waitingIds(db, client)
  // That depends on the owner alone, so it tells nothing of who asks (R22).
  if (waiting.length === 0) return
  const ended = { status: 'invited', held_by_user_id: null, ended_at: timestamp(), updated_at: timestamp() }
  await db('access_requests')
    .whereIn('id', waiting)
    .where({ user_id: asker.id, status: 'open' })
    .update(ended)
}
