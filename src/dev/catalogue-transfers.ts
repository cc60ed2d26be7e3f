// The catalogue's pages for transferring ownership.

import type { Client } from '../domain/clients.ts'
import type { ShownTransfer } from '../domain/transfers.ts'
import type { User } from '../domain/users.ts'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'
import { wholeList } from './catalogue-lists.ts'
import { FEW_ACCOUNTS } from './catalogue-switching.ts'

const sample = (from: User, to: User, client: Client): ShownTransfer => ({
  ...{ id: 4, client_id: 1, open_client_id: 1, from_user_id: from.id, to_user_id: to.id, status: 'pending' },
  ...{
    credential_id: null,
    expires_at: inDays(6),
    ended_at: null,
    created_at: timestamp(),
    updated_at: timestamp(),
  },
  ...{ from, to, client },
})

type Pages = [name: string, data: Data, more?: string][]

export function transferPages(from: User, to: User, client: Client): Pages {
  const offer = sample(from, to, client)
  const ofKey = { ...offer, credential_id: 3, madeBy: 'n'.repeat(60) }
  const form = { values: {}, errors: {} }
  const wrong = {
    values: { user_id: '2' },
    errors: { user_id: 'Choose the new owner.', current_password: 'That is not your current password.' },
  }
  const candidates = [
    { user: to, not: undefined },
    { user: { ...to, id: 3, last_name: 'n'.repeat(60) }, not: 'away' },
  ]
  const page = { search: '', next: undefined, before: undefined, total: '3', here: '' }
  const few = { ...page, users: [from, to], candidates }
  return [
    ['ownership', { ...few, form }],
    ['ownership', { ...few, form: wrong }, '?wrong'],
    ['ownership', { ...few, form, transfer: offer }, '?pending'],
    ['ownership', { ...few, form, candidates: [] }, '?nobody'],
    ['ownership', { ...few, form, next: 9, before: 3, total: '60', here: '?before=3' }, '?many'],
    ['ownership', { ...few, form, users: [], candidates: [], search: 'zzz' }, '?none-found'],
    ['ownership', { form, candidates }],
    ['ownership', { form: wrong, candidates }, '?wrong'],
    ['ownership', { form, candidates, transfer: offer }, '?pending'],
    ['ownership', { form, candidates, transfer: ofKey }, '?key'],
    ['ownership', { form, candidates: [] }, '?nobody'],
    ['offer', { form, offer, holds: true }],
    ['offer', { form: wrong, offer, holds: true }, '?wrong'],
    ['offer', { form, offer: ofKey, holds: true }, '?key'],
    ['offer', { form, offer, holds: false }, '?over'],
    ['home', { owner: from, offers: [offer, ofKey] }, '?offered'],
    ['home', { owner: from, transfer: ofKey }, '?key'],
    ['home', { owner: from, transfer: offer, asking: 2, account: { ends_at: inDays(9) } }, '?waiting'],
    ['accounts', { ...FEW_ACCOUNTS, accounts: [], offers: [offer] }, '?offered'],
  ]
}

export function stoppedTransferPages(from: User, to: User, client: Client): Pages {
  const form = { values: {}, errors: {} }
  const transfer = sample(from, to, client)
  return [
    ['stop-transfer', { form, transfer }],
    ['users', { users: [], pending: wholeList([]), earlier: wholeList([]), transfer }, '?transfer'],
    [
      'users',
      {
        users: [],
        pending: wholeList([]),
        earlier: wholeList([]),
        transfer: { ...transfer, madeBy: 'Robot' },
      },
      '?key',
    ],
  ]
}
