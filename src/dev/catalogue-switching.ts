// The catalogue's pages for Switch Account: with few accounts, with many, and asked to switch by a link or a form; and for
// Notifications, which go through the accounts as well.

import type { Client } from '../domain/clients.ts'
import { PERMISSIONS } from '../domain/permissions.ts'
import { MAIL_KINDS } from '../domain/wanted-mail.ts'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

export const FEW_ACCOUNTS = { search: '', next: undefined, count: '4', searches: false }

export function switchingPages(client: Client): [name: string, data: Data, more?: string][] {
  const times = { ends_at: null, suspended_at: null, standing: 'open' }
  const account = { client, permissions: PERMISSIONS, isOwner: true, entered_at: null, ...times }
  const other = (nth: number) => ({
    ...account,
    client: { ...client, id: 100 + nth, company_name: `${'Long name '.repeat(8)} ${nth}` },
    isOwner: false,
    entered_at: inDays(-nth),
  })
  const others = Array.from({ length: 25 }, (_, nth) => other(nth))
  const many = { search: '', before: '3', next: '9', count: '2000', searches: true }
  const found = { ...many, search: 'long', before: undefined, next: undefined, hits: 1, count: '1 of 2000' }
  const closed = { ...account, client: { ...client, id: 99, status: 'closed' } }
  const asked = { account, here: 'Ames Consulting', sentence: 'You act for another.', back: '/account/users' }
  const question = { ...asked, whyNot: undefined, kept: '' }
  return [
    ['accounts', { ...FEW_ACCOUNTS, count: '1', accounts: [account] }],
    ['accounts', { ...FEW_ACCOUNTS, count: '0', accounts: [] }, '?empty'],
    ['accounts', { ...many, accounts: [...others.slice(1), closed] }, '?many'],
    ['accounts', { ...found, accounts: others.slice(0, 1) }, '?found'],
    ['accounts', { ...found, hits: 0, count: '0 of 2000', accounts: [] }, '?nothing-found'],
    ['other-account', question],
    ['other-account', { ...question, here: undefined, account: closed, whyNot: 'It is closed.' }, '?closed'],
    ['other-account', { ...question, kept: '[["city","Z"]]', isForm: true }, '?form'],
  ]
}

export function mailPages(client: Client, form: object, wrong: object): [data: Data, more?: string][] {
  const accounts = [{ client, isOwner: true, wanted: ['joined'] }]
  const none = { kinds: MAIL_KINDS, search: '', before: undefined, next: undefined, here: '' }
  const few = { ...none, accounts, form, count: '1', all: 1 }
  const many = { ...few, next: '2_x', before: { id: 3 }, count: '60', all: 60 }
  return [
    [few],
    [{ ...none, accounts: [], form: wrong, count: '0', all: 0 }, '?wrong'],
    [{ ...many, here: '?before=3' }, '?many'],
    [{ ...few, accounts: [], search: 'zzz', count: '0' }, '?nothing-found'],
  ]
}
