// The catalogue's pages for one's own profile, password and address.

import { LANGUAGES } from '../domain/users.ts'
import type { Data } from '../web/views.ts'

const wrong = {
  values: {},
  errors: { current_password: 'That is not your current password.', password: 'Enter a password.' },
}

export const signOnPages = (user: Data, client: Data): [name: string, data: Data, more?: string][] => {
  const form = { values: {}, errors: {} }
  return [
    ['sign-on', { form, user, client, isOthers: true }],
    ['sign-on', { form, user, isOthers: false }, '?nowhere'],
  ]
}

export function profilePages(): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  const account = { id: 1, company_name: 'Acme Hosting', email: 'alice@old.example' }
  const leftBehind = [account, { ...account, id: 2, company_name: 'A'.repeat(90) }]
  const steps = ['verify', 'confirm', 'back'].map((step): [string, Data, string] => [
    'address-link',
    { step, form, email: 'alice@example.com', isOthers: step === 'confirm', needsLogin: step === 'verify' },
    `?${step}`,
  ])
  return [
    ['password', { form: wrong }],
    ['profile', { form, address: wrong, leftBehind: [], languages: LANGUAGES }],
    ['profile', { form, address: form, leftBehind, languages: LANGUAGES }, '?accounts'],
    ...steps,
  ]
}
