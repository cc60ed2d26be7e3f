// The catalogue's pages of passkeys: making one, looking after one, and the second step by one alone.

import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'
import type { Area } from './catalogue-factors.ts'

const form = { values: {}, errors: {} }
const wrong = { values: {}, errors: { password: 'That is not your password.', '': 'Nothing was done.' } }
const passkey = { id: 7, name: 'Phone', created_at: inDays(-9), last_used_at: inDays(-1) }
const long = { ...passkey, id: 8, name: 'k'.repeat(100), last_used_at: null }

export const NO_PASSKEYS = { form, list: [] }
export const SOME_PASSKEYS = { form: wrong, list: [passkey, long] }

/** Template, its data, and what tells it from another of the same template. */
export function passkeyPages(area: Area): [name: string, data: Data, more: string][] {
  const layout = `${area}-area`
  const url = area === 'client' ? '/user/security' : '/admin/security'
  const login = area === 'client' ? '/login' : '/admin/login'
  const totp = { forms: { setUp: form, renew: form, remove: form }, since: undefined, left: 8 }
  const forms = { rename: { values: { name: 'Phone' }, errors: {} }, remove: wrong }
  const step = { layout, login, action: `${login}/second-step`, returnTo: '/', kept: '', form }
  return [
    [`${layout}/security`, { url, totp, passkeys: SOME_PASSKEYS }, '?passkeys'],
    ['includes/passkey-set-up', { url, layout, name: 'Phone', options: '{}' }, `?${area}`],
    ['includes/passkey', { url, layout, passkey, forms, isLast: true }, `?${area}`],
    ['includes/passkey', { url, layout, passkey: long, forms, isLast: false }, `?long-${area}`],
    ['includes/second-step', { ...step, hasApp: false, hasPasskey: true }, `?passkey-${area}`],
  ]
}
