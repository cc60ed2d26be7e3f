// The catalogue's pages for asking an owner for access, and for what the owner answers.

import { PERMISSIONS } from '../domain/permissions.ts'
import { Refusal } from '../domain/refusal.ts'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

const wrong = {
  values: { email: 'dora@', word: 'See www.example.com' },
  errors: { email: 'That is not complete.', word: 'Leave out web addresses.', '': 'Nothing was done.' },
}

/** This user, asking the owner. */
export const asking = (user: object) => ({
  ...user,
  request_id: 4,
  word: 'I keep your books now.',
  asked_at: inDays(-1),
})

export function requestPages(
  user: object,
  client: { id: number },
): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  const since = { entered_at: null, ends_at: null, suspended_at: null }
  const reviewed = { ...user, ...since, client, permissions: PERMISSIONS }
  const other = { ...reviewed, id: 9, entered_at: inDays(-3), ends_at: inDays(30), suspended_at: inDays(-1) }
  const whole = { asked: { text: 'c' }, form, before: '1-2', list: [reviewed, other], next: '1-3' }
  const all = { ...whole, clients: [client], lacksFactor: true, isAsked: false }
  const kept = [{ one: reviewed, why: new Refusal('review.gone') }, { one: other }]
  return [
    ['request-access', { form, isVerified: true }],
    ['request-access', { form: wrong, isVerified: true }, '?wrong'],
    ['request-access', { form, isVerified: false }, '?unverified'],
    ['access-review', all],
    [
      'access-review',
      { ...all, list: [], next: undefined, before: undefined, isAsked: true, asked: {} },
      '?empty',
    ],
    ['access-review-remove', { chosen: [reviewed, other] }],
    ['access-review-remove', { chosen: [] }, '?empty'],
    ['access-review-done', { removed: [reviewed], kept, gone: 1 }],
    ['access-review-done', { removed: [], kept: [], gone: 0 }, '?empty'],
    ['ignore-request', { request: asking(user), form }],
  ]
}
