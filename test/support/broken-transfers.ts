// For each check of transfers one row that makes it fail.

import type { CheckName } from '../../src/domain/doctor-checks.ts'
import type { Case, Ids } from './broken-rows.ts'

const NOBODY = 999_999
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const LATER = '2099-01-01T00:00:00.000Z'
const DATES = { created_at: LONG_AGO, updated_at: LONG_AGO }

export const transferCases = ({ acme, bob, carol }: Ids): Case[] => {
  const pending = { status: 'pending', open_client_id: acme, expires_at: LATER, ended_at: null }
  const people = { client_id: acme, from_user_id: bob, to_user_id: carol }
  const offer = (check: CheckName, row: object): Case => ({
    check,
    rows: [{ table: 'ownership_transfers', add: { ...people, ...pending, ...DATES, ...row } }],
  })
  return [
    offer('transfer.parties', { from_user_id: carol, to_user_id: bob }),
    offer('transfer.parties', { to_user_id: NOBODY }),
    offer('transfer.overdue', { expires_at: LONG_AGO }),
    offer('transfer.open', { open_client_id: null }),
    offer('transfer.open', { status: 'declined', ended_at: LONG_AGO }),
    offer('transfer.open', { status: 'declined', open_client_id: null }),
  ]
}
