// Transfers of ownership, as questions to the database. One past its time, or nearly, is left alone for a while: it is
// over without anybody writing that down.

import type { Check } from './doctor-checks.ts'

const TRANSFERS = {
  over: { table: 'ownership_transfers', key: 'id', column: 't.id' },
  from: 'ownership_transfers t JOIN clients c ON c.id = t.client_id',
}
const TRANSFER = 't.id AS transfer, t.client_id AS client'
const PENDING = "t.status = 'pending'"

export const transferChecks: Check[] = [
  {
    check: 'transfer.parties',
    ...TRANSFERS,
    select: `${TRANSFER}, t.from_user_id AS \`from\`, t.to_user_id AS \`to\``,
    where: `${PENDING} AND t.expires_at > :soon AND (t.from_user_id <> c.owner_id OR NOT EXISTS
      (SELECT 1 FROM associations s WHERE s.client_id = t.client_id AND s.user_id = t.to_user_id))`,
  },
  {
    check: 'transfer.overdue',
    ...TRANSFERS,
    select: TRANSFER,
    where: `${PENDING} AND t.expires_at < :ago20`,
  },
  {
    check: 'transfer.open',
    ...TRANSFERS,
    select: `${TRANSFER}, t.status`,
    where: `CASE WHEN ${PENDING}
      THEN COALESCE(t.open_client_id, 0) <> t.client_id OR t.ended_at IS NOT NULL
      ELSE t.open_client_id IS NOT NULL OR t.ended_at IS NULL END`,
  },
]
