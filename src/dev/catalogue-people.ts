// The catalogue's pages for looking after logins.

import { USER_FILTERS } from '../domain/looking-after-users.ts'
import type { User } from '../domain/users.ts'
import type { Data } from '../web/views.ts'

export function peoplePages(user: User, accounts: unknown[]): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  const wrong = { values: {}, errors: { '': 'That is no longer possible.' } }
  const strange = { ...user, last_name: 'n'.repeat(60), factors: 2, status: 'disabled', last_login_at: null }
  const list = { list: [user, strange], next: 3, before: 9, search: 'a', filter: '', filters: USER_FILTERS }
  return [
    ['people', list],
    ['people', { ...list, list: [], next: undefined, filter: 'disabled' }, '?empty'],
    ['person', { user, accounts, merged: [strange] }],
    ['person', { user: strange, accounts: [], merged: [], into: user }, '?disabled'],
    ['person-step', { user, form, step: 'disable' }],
    ['person-step', { user: strange, form: wrong, step: 'enable' }, '?wrong'],
  ]
}
