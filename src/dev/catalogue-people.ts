// The catalogue's pages for looking after logins.

import { USER_FILTERS } from '../domain/looking-after-users.ts'
import { LANGUAGES, type User } from '../domain/users.ts'
import { timestamp } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

export function peoplePages(user: User, accounts: unknown[]): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  const wrong = { values: {}, errors: { '': 'That is no longer possible.' } }
  const strange = { ...user, last_name: 'n'.repeat(60), factors: 2, status: 'disabled', last_login_at: null }
  const list = { list: [user, strange], next: 3, before: 9, search: 'a', filter: '', filters: USER_FILTERS }
  const one = {
    form: { values: user, errors: {} },
    address: form,
    languages: LANGUAGES,
    sessions: [
      { ip: '192.0.2.7', names: { browser: 'Firefox', system: 'Windows' }, seenAt: timestamp() },
      { ip: '', names: { browser: '', system: '' }, seenAt: timestamp(), admin: 'Ada Admin' },
    ],
    merged: [],
    activity: [{ at: timestamp(), who: 'Alice Ames', what: 'logged in', clientId: null }],
  }
  return [
    ['people', list],
    ['people', { ...list, list: [], next: undefined, filter: 'disabled' }, '?empty'],
    ['people', { ...list, stopped: true }, '?stopped'],
    ['people', { ...list, list: [], stopped: true }, '?none-yet'],
    ['person', { ...one, user, accounts, merged: [strange] }],
    [
      'person',
      {
        ...one,
        user,
        accounts,
        form: { values: user, errors: { first_name: 'Enter a name.' } },
        address: wrong,
      },
      '?wrong',
    ],
    ['person', { ...one, user: strange, accounts: [], sessions: [], activity: [], into: user }, '?disabled'],
    ['export-user', { user }],
    ['person-step', { user, form, step: 'disable' }],
    ['person-step', { user: strange, form: wrong, step: 'enable' }, '?wrong'],
  ]
}
