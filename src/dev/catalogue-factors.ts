// The catalogue's pages of second factors: off, on, and with what could not be taken.

import { renderSVG } from 'uqr'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'
import { NO_PASSKEYS, SOME_PASSKEYS } from './catalogue-passkeys.ts'

const form = { values: {}, errors: {} }
const wrong = { values: {}, errors: { code: 'That code is not right.', '': 'Nothing was done.' } }
const forms = { setUp: form, renew: form, remove: form }

export type Area = 'client' | 'admin'

/** Template, its data, and what tells it from another of the same template. */
export function factorPages(area: Area): [name: string, data: Data, more?: string][] {
  const layout = `${area}-area`
  const url = area === 'client' ? '/user/security' : '/admin/security'
  const login = area === 'client' ? '/login' : '/admin/login'
  const has = { hasApp: true, hasPasskey: true }
  const step = { layout, login, action: `${login}/second-step`, returnTo: '/', kept: '', ...has }
  const on = { forms: { ...forms, renew: wrong }, since: inDays(-3), left: 8 }
  const uri = 'otpauth://totp/sample'
  const qr = renderSVG(uri, { border: 4 }).replace('<svg ', '<svg width="232" height="232" ')
  const setUp = { url, layout, uri, key: 'ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567', qr }
  const names = { browser: 'Firefox', system: 'Windows' }
  const seen = { ip: '192.0.2.7', names, seenAt: inDays(-1), admin: undefined }
  const sessions = [
    { ...seen, id: 'a', mine: true },
    { ...seen, id: 'b', mine: false },
    { ...seen, id: 'c', mine: false, ip: '', admin: 'Ada Admin' },
  ]
  const codes = Array.from({ length: 10 }, (_, at) => `abcd-efgh-jkm${at}`)
  return [
    [`${layout}/security`, { url, totp: { forms, since: undefined, left: 0 }, passkeys: NO_PASSKEYS }],
    [`${layout}/security`, { url, totp: on, passkeys: SOME_PASSKEYS }, '?on'],
    ['includes/second-step', { ...step, form }, `?${area}`],
    ['includes/second-step', { ...step, form: wrong, kept: '[]' }, `?wrong-${area}`],
    ['includes/totp-set-up', { ...setUp, form: wrong }, `?${area}`],
    ['includes/sessions', { layout, url, list: `${url}/sessions`, sessions }, `?${area}`],
    ['includes/recovery-codes', { url, layout, codes, first: 'passkey' }, `?${area}`],
  ]
}
