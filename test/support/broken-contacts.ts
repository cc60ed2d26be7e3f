// For each check of contacts a row that makes it fail.

import type { Case, Ids } from './broken-rows.ts'

const LONG_AGO = '2026-01-01T00:00:00.000Z'
const NORA = { first_name: 'Nora', last_name: 'N', email: 'nora@example.com', kinds: 'invoice' }

export function brokenContacts({ acme }: Ids): Case[] {
  const row = { ...NORA, client_id: acme, created_at: LONG_AGO, updated_at: LONG_AGO }
  const add = (more: object) => [{ table: 'contacts', add: { ...row, ...more } }]
  return [
    { check: 'contact.orphan', rows: add({ client_id: 999_999 }) },
    { check: 'contact.email', rows: add({ email: 'Nora@example.com' }) },
    { check: 'contact.kinds', rows: add({ kinds: 'support,general' }) },
  ]
}
