// The catalogue's pages of presets: with some of the account's own, with as many as there may be, and with errors.

import { parsePermissions } from '../domain/permissions.ts'
import { PRESETS_MAX, type Preset } from '../domain/presets.ts'
import type { Data } from '../web/views.ts'

const preset = (id: number, name: string, permissions: string): Preset => ({
  id,
  client_id: 1,
  name,
  permissions: parsePermissions(permissions),
})

export const samplePresets = [
  preset(1, 'Bookkeeper', 'invoices'),
  preset(2, 'N'.repeat(60), 'products,orders,tickets'),
]

export function presetPages(): [name: string, data: Data, more?: string][] {
  const [bookkeeper] = samplePresets
  const form = { values: {}, errors: {} }
  const filled = { values: { name: 'Bookkeeper', permissions: ['invoices'] }, errors: {} }
  const wrong = {
    values: { name: 'billing' },
    errors: {
      '': 'Nothing was done.',
      name: '“billing” is built in.',
      preset: 'Choose one.',
      permissions: 'None.',
    },
  }
  const page = { presets: samplePresets, isFull: false, max: PRESETS_MAX }
  return [
    ['presets', { ...page, form }],
    ['presets', { ...page, form: wrong, presets: [] }, '?wrong'],
    ['presets', { ...page, form, isFull: true }, '?full'],
    ['preset', { preset: bookkeeper, presets: samplePresets, form: filled }],
    ['preset-remove', { preset: bookkeeper, form }],
  ]
}
