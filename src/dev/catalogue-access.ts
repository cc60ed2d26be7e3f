// The catalogue's pages for access that ends, rests or is given up.

import type { Client } from '../domain/clients.ts'
import { PERMISSIONS } from '../domain/permissions.ts'
import type { User } from '../domain/users.ts'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'
import { wholeList } from './catalogue-lists.ts'
import { asking } from './catalogue-requests.ts'
import { FEW_ACCOUNTS } from './catalogue-switching.ts'

type Pages = [template: string, data: Data, more?: string][]

const seen = 'invoices,tickets'
const TIMES = { ends_at: null, suspended_at: null, standing: 'open' }
const resting = { ...TIMES, suspended_at: inDays(-1), standing: 'suspended' }
const ending = { ...TIMES, ends_at: inDays(40) }
const over = { ...TIMES, ends_at: inDays(-1), standing: 'ended' }

/** In the Client Area; `client` is the one acted for. */
export function accessPages(users: (User & Data)[], client: Client, offer: Data): Pages {
  const form = { values: {}, errors: {} }
  const [alice, bob, carol] = users
  const account = { client, permissions: PERMISSIONS.slice(0, 3), isOwner: false, entered_at: null, ...TIMES }
  const others = [resting, ending, over].map((times, nth) => ({
    ...account,
    ...times,
    client: { ...client, id: 20 + nth },
  }))
  const listed = [alice, { ...bob, ...ending, ...resting }, { ...carol, ...over }]
  const invitation = { ...(offer.invitation as Data), access_ends_at: inDays(40) }
  const declined = { ...invitation, id: 5, status: 'declined', ended_at: inDays(-3) }
  const wrongDay = { values: { ends_on: '2020-01-01' }, errors: { ends_on: 'That day is over.' } }
  const tooLong = { values: { word: 'w'.repeat(501) }, errors: { word: 'That is too long.' } }
  const step = { client, form, back: '/', action: '/', layout: 'client-area' }
  const earlier = [{ ...declined, decline_word: 'I am not with you any more.' }]
  const asked = { requests: wholeList([]) }
  const lists = { users: listed, pending: wholeList([invitation]), earlier: wholeList(earlier), ...asked }
  const bounds = { isOwner: false, givable: ['invoices', 'tickets', 'users'], endsBy: inDays(20) }
  const beyond = [alice, { ...bob, why: 'delegate.yourself' }, { ...carol, why: 'delegate.holdsMore' }]
  const bounded = { ...bounds, ...lists, users: beyond, requests: wholeList([asking(carol as User)]) }
  const offered = [invitation, { ...invitation, id: 8, isBeyond: true }]
  return [
    ['client-area/accounts', { ...FEW_ACCOUNTS, accounts: [account, ...others] }, '?times'],
    ['client-area/users', { form, ...bounded, pending: wholeList(offered) }, '?delegate'],
    ['client-area/permissions', { user: bob, form, seen, ...bounds }, '?delegate'],
    ['client-area/permissions', { user: bob, form, seen, ...bounds, why: 'delegate.holdsMore' }, '?beyond'],
    ['client-area/remove', { user: bob, form, why: 'delegate.holdsMore' }, '?beyond'],
    ['client-area/denied', { missing: 'Managing users is switched off.' }, '?off'],
    ['client-area/leave', { account, form }],
    ['client-area/leave', { account: { ...account, isOwner: true }, form }, '?owner'],
    ['client-area/users', { form: wrongDay, ...lists }, '?times'],
    ['client-area/permissions', { user: { ...bob, ...resting }, form: wrongDay, seen }, '?resting'],
    ['client-area/invite', { ...offer, form: tooLong, endsAt: inDays(40) }, '?until'],
    ['includes/access-step', { ...step, user: bob, step: 'suspend' }],
    ['includes/access-step', { ...step, user: { ...bob, ...resting }, step: 'resume' }, '?resume'],
    ['includes/access-step', { ...step, user: alice, step: 'suspend' }, '?owner'],
    ['includes/access-step', { ...step, user: bob, step: 'suspend', why: 'delegate.holdsMore' }, '?beyond'],
  ]
}

/** In the Admin Area. */
export const managedPages = (user: User & Data): Pages => [
  [
    'manage-user',
    { user: { ...user, ...resting }, seen, form: { values: { ends_on: '2031-02-28' }, errors: {} } },
    '?resting',
  ],
]
