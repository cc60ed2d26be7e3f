// Who reads a request for access is asked when its message goes out, so that nobody can time the answer (R22,
// HARD-CASES H18): whoever proved the address that was typed, or had it before their login was merged, and owns an open
// account that the one who asks has no access to. Nobody else is told anything, and nobody is where the host has it that
// admins alone manage users.

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
}

/** Adds to each what says whether its message still holds. */
export async function readRequests(db: Db, rows: Readable[]) {
  const isAnswered = await isSwitchedOn(db, 'manageUsers')
  for (const row of rows) {
    row.used_at = row.ended_at
    const reader = isAnswered && (await findReader(db, row))
    if (reader) row.reader = reader.first_name
  }
}

const findReader = (
  db: Db,
  { owner_email, user_id }: AccessRequest,
): Promise<{ first_name: string } | undefined> =>
  db('users as typed')
    .joinRaw('JOIN users o ON o.id = COALESCE(typed.merged_into_id, typed.id)')
    .join('clients as c', 'c.owner_id', 'o.id')
    .where({ 'typed.email': owner_email, 'o.status': 'active' })
    .whereNotNull('o.email_verified_at')
    .whereNot('c.status', 'closed')
    .whereNotExists(
      db('associations as s')
        .whereRaw('s.client_id = c.id')
        .where('s.user_id', user_id)
        .where((access) => access.whereNull('s.ends_at').orWhere('s.ends_at', '>', timestamp()))
        .select('s.user_id'),
    )
    .first('o.first_name')
