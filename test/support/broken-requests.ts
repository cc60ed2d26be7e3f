// For each check of requests for access a row that makes it fail.

import type { Case, Ids } from './broken-rows.ts'

const AT = '2026-01-01T00:00:00.000Z'
const LATER = '2099-01-01T00:00:00.000Z'
const row = (add: object) => {
  const dates = { created_at: AT, updated_at: AT, expires_at: LATER }
  return [
    { table: 'access_requests', add: { owner_email: 'x@example.com', status: 'open', ...dates, ...add } },
  ]
}

export const requests = ({ bob: user_id, carol }: Ids): Case[] => [
  { check: 'request.orphan', rows: row({ user_id: 999_999 }) },
  { check: 'request.state', rows: row({ user_id, status: 'lost' }) },
  { check: 'request.state', rows: row({ user_id, status: 'ignored' }) },
  { check: 'request.state', rows: row({ user_id, held_by_user_id: carol }) },
]
