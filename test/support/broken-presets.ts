// For each check of presets a row that makes it fail.

import type { Case, Ids } from './broken-rows.ts'

const AT = '2026-01-01T00:00:00.000Z'
const row = (add: object) => [
  { table: 'presets', add: { name: 'Front desk', created_at: AT, updated_at: AT, ...add } },
]

export const presets = ({ acme: client_id }: Ids): Case[] => [
  { check: 'preset.orphan', rows: row({ client_id: 999_999, permissions: 'emails' }) },
  { check: 'preset.permissions', rows: row({ client_id, permissions: '' }) },
  { check: 'preset.permissions', rows: row({ client_id, permissions: 'tickets,emails' }) },
  { check: 'preset.builtIn', rows: row({ client_id, permissions: 'emails', name: 'Read-only' }) },
]
