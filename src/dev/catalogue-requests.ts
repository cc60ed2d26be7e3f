// The catalogue's pages for asking an owner for access, and for what the owner answers.

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

export function requestPages(user: object): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  return [
    ['request-access', { form, isVerified: true }],
    ['request-access', { form: wrong, isVerified: true }, '?wrong'],
    ['request-access', { form, isVerified: false }, '?unverified'],
    ['ignore-request', { request: asking(user), form }],
  ]
}
