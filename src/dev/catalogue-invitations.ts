// The catalogue's pages for the invitations of all clients.

import { AGES, STATES } from '../domain/all-invitations.ts'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

export function invitationPages(invitation: object): [name: string, data: Data, more?: string][] {
  const long = { ...invitation, id: 9, email: `${'n'.repeat(60)}@example.com`, client: 'c'.repeat(60) }
  const accepted = { ...invitation, id: 5, status: 'accepted', ended_at: inDays(-1) }
  const here = '?email=dora&client=acme&state=pending'
  const filters = { email: 'dora', client: 'acme', inviter: '', state: 'pending', age: '' }
  const none = { email: '', client: '', inviter: '', state: '', age: '' }
  const list = {
    list: [invitation, long, accepted],
    filters,
    mayBeMore: false,
    states: STATES,
    ages: AGES,
    here,
  }
  const form = { values: { email: 'dora@' }, errors: {} }
  const wrong = { ...form, errors: { email: 'That is not complete.', '': 'Nothing was done.' } }
  const why = 'This invitation is not pending any more.'
  return [
    ['invitations', { ...list, next: 'x', before: 'y' }],
    ['invitations', { ...list, list: [], next: undefined, before: '' }, '?empty'],
    ['invitations', { ...list, list: [], filters: none, next: undefined, before: '' }, '?none-yet'],
    ['invitations', { ...list, next: undefined, before: '', mayBeMore: true }, '?may-be-more'],
    ['invitations-step', { step: 'cancel', chosen: [invitation, long], form, here }],
    ['invitations-step', { step: 'resend', chosen: [], form: wrong, here: '' }, '?none'],
    ['invitations-done', { step: 'cancel', done: [{ invitation }], not: [{ invitation: long, why }], here }],
    ['invitation-address', { invitation, form, here }],
    ['invitation-address', { invitation: long, form: wrong, here: '' }, '?wrong'],
  ]
}
