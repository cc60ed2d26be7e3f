// The catalogue's pages for inviting several at once, with words of one's own, and for the link that is handed over.

import { inDays, inMinutes } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'
import { wholeList } from './catalogue-lists.ts'
import { tooManyForm } from './catalogue-settings.ts'

interface Sample {
  invitation: object
  client: object
}

const outcomes = [
  { typed: 'Fay@example.com', replaced: true },
  { typed: 'gus@example.com', replaced: false },
  { typed: 'dora@', sentence: 'That email address is not complete: something like name@example.com.' },
  { typed: `${'n'.repeat(60)}@example.com`, sentence: 'This address is in the list twice.' },
]

const left = {
  ...tooManyForm,
  values: { email: 'dora@\nhal@example.com', message: 'Hello!\nSee you <b>soon</b>.', which: 'all' },
  errors: { email: '2 of 4 were not invited.', message: 'This is too long.' },
}

/** Template, its data, and what tells it from another of the same template. */
export function invitingPages(lists: Data, offer: Sample): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  const invitation = {
    ...offer.invitation,
    message: 'Hello!\nHere is what I <b>told</b> you about.',
    opened_at: inMinutes(-9),
  }
  const states = [invitation, { ...invitation, id: 8, status: 'expired', expires_at: inDays(-1) }]
  const step = { client: offer.client, invitation, form, back: '/', layout: 'client-area' }
  return [
    [
      'client-area/users',
      { ...lists, form: left, mayWrite: true, outcomes, pending: wholeList(states) },
      '?left',
    ],
    ['client-area/users', { ...lists, form, mayWrite: false }, '?unverified'],
    ['client-area/invite', { ...offer, invitation, form }, '?message'],
    ['includes/invite-step', { ...step, step: 'link', action: '/' }, '?link'],
    ['includes/invite-link', { ...step, link: `https://accounts.example.com/invite/7-${'x'.repeat(43)}` }],
  ]
}
