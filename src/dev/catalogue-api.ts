// The catalogue's pages for the API.

import { docsOf, SETTING } from '../api/docs.ts'
import { documentOf } from '../api/document.ts'
import { RIGHTS } from '../domain/rights.ts'
import { inDays, inMinutes } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

const blank = { values: {}, errors: {} }
const wrong = {
  values: { name: '', rights: ['invite'], clients: '9', addresses: 'home' },
  errors: { name: 'Say this.', rights: 'Choose one.', clients: 'Not there.', addresses: 'No network.' },
}
const some = { company_name: 'Acme Hosting', first_name: 'Alice', last_name: 'Ames', id: 1 }
const times = { ends_at: null, last_used_at: inMinutes(-9), last_used_ip: '2001:db8::1234:5678' }
const key = {
  ...{ id: 1, name: 'Billing robot', rights: ['list-clients', 'invite'], all_clients: 0, clients: [some] },
  ...{ ...times, answersFor: 'Ada Admin', standing: 'live', created_at: inDays(-9) },
}
const over = { ...key, id: 2, all_clients: 1, rights: RIGHTS, last_used_at: null, standing: 'revoked' }
const resting = { ...key, id: 3, standing: 'resting' }
const typed = { name: key.name, rights: key.rights, clients: '1', addresses: '203.0.113.0/24' }
const rights = RIGHTS.map((right) => ({ right, mine: right !== 'settings' }))
const secret = `latchkey_key_${'x'.repeat(43)}`

const token = { id: 3, name: 'Backup script', ...times, ends_at: inDays(20), standing: 'live' }
const ended = { ...token, id: 4, name: 'x'.repeat(60), last_used_at: null, standing: 'ended' }
const days = ['30', '90', '365', '0']

export const tokenPages = (): [string, Data, string?][] => [
  [
    'client-area/tokens',
    { tokens: [token, ended], days, once: 'once', form: { ...blank, values: { days: '90' } } },
  ],
  [
    'client-area/tokens',
    {
      tokens: [],
      days,
      once: 'once',
      form: { ...blank, errors: { name: 'Say this.', days: 'Choose one.' } },
    },
    '?wrong',
  ],
]

export const apiKeyPages = (): [string, Data, string?][] => [
  ['admin-area/api-keys', { list: [key, resting, { ...over, standing: 'ended' }, over] }],
  ['admin-area/api-keys', { list: [] }, '?empty'],
  ['admin-area/api-key', { form: wrong, key: undefined, rights, once: 'once' }],
  ['admin-area/api-key', { form: { ...blank, values: typed }, key, rights }, '?edit'],
  ['admin-area/api-key', { form: { ...blank, values: typed }, key: resting, rights }, '?resting'],
  ['admin-area/api-key', { form: { ...blank, values: typed }, key: over, rights }, '?revoked'],
  ['includes/api-secret', { name: key.name, secret, url: '/admin/api', layout: 'admin-area' }],
]

export const apiDocs = (): [string, Data] => [
  'api/docs',
  { groups: docsOf(documentOf('http://localhost:3000')), setting: SETTING },
]
