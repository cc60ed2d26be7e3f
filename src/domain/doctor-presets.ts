// Presets as questions to the database: whose they are, what they hold, and that none takes the name of ours.

import { type Check, isStored, lacks } from './doctor-checks.ts'
import { BUILT_IN_PRESETS } from './presets.ts'

const PRESETS = { over: { table: 'presets', key: 'id', column: 'p.id' }, from: 'presets p' }
const PRESET = 'p.id AS preset, p.client_id AS client'
const OURS = Object.keys(BUILT_IN_PRESETS)
  .map((name) => `'${name}'`)
  .join(', ')

export const presetChecks: Check[] = [
  { check: 'preset.orphan', ...PRESETS, select: PRESET, where: lacks('clients', 'p.client_id') },
  {
    check: 'preset.permissions',
    ...PRESETS,
    select: `${PRESET}, p.permissions`,
    isWrong: ({ permissions }) => permissions === '' || !isStored(permissions),
  },
  {
    check: 'preset.builtIn',
    ...PRESETS,
    select: `${PRESET}, p.name`,
    where: `LOWER(p.name) IN (${OURS})`,
  },
]
