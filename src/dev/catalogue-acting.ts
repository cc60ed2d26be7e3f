// The catalogue's pages for acting as a user: the way in and out, and what an admin does not find on the user's pages.

import { ACTING_MINUTES } from '../domain/acting.ts'
import type { Client } from '../domain/clients.ts'
import type { User } from '../domain/users.ts'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Visit } from '../web/request.ts'
import type { Data } from '../web/views.ts'

export interface Page {
  name: string
  template: string
  data: Data
  visit: Partial<Visit>
}

/** Pages that leave something out. */
const DIFFERENT = [
  ...[
    'users',
    'permissions',
    'presets',
    'preset',
    'preset-remove',
    'details',
    'accounts',
    'new-account',
    'password',
    'profile',
    'security',
    'home',
  ].map((name) => `client-area/${name}`),
  ...[
    'client-area/invite?logged-in',
    'client-area/address-link?verify',
    'client-area/sign-on',
    'includes/sessions?client',
  ],
  'errors/problem',
]

const form = { values: {}, errors: {} }

export function startingPages(user: User, client: Client): [name: string, data: Data, more?: string][] {
  const start = { user, client, back: '/', action: '/', minutes: ACTING_MINUTES, form }
  const wrong = { values: {}, errors: { '': 'This login is not active.' } }
  return [
    ['act-as', start],
    [
      'act-as',
      { ...start, user: { ...user, status: 'disabled' }, client: undefined, form: wrong },
      '?disabled',
    ],
  ]
}

export function actingPages(pages: Page[]): Page[] {
  const dates = { last_login_at: null, created_at: timestamp(), updated_at: timestamp() }
  const sam = {
    id: 2,
    name: 'Sam Support',
    email: 'sam@latchkey.test',
    password_hash: '',
    factors: 1,
    ...dates,
  }
  const rights = { role: 'own:1', status: 'active' as const, rights: ['act-as-user' as const] }
  const acting = { ...sam, ...rights, until: inMinutes(42) }
  const home = pages.find(({ name }) => name === 'client-area/home')
  const end = home && {
    ...home,
    name: 'client-area/acting-end',
    template: 'client-area/acting-end',
    data: {},
  }
  return [...pages.filter(({ name }) => DIFFERENT.includes(name)), ...(end ? [end] : [])].map((page) => ({
    ...page,
    name: `${page.name}${page.name.includes('?') ? '&' : '?'}acting`,
    visit: { ...page.visit, acting },
  }))
}
