// The catalogue's pages for looking after logins.

import { USER_FILTERS } from '../domain/looking-after-users.ts'
import { LANGUAGES, type User } from '../domain/users.ts'
import { timestamp } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

type Pages = [name: string, data: Data, more?: string][]

const form = { values: {}, errors: {} }
const wrong = { values: {}, errors: { '': 'That is no longer possible.' } }

export function peoplePages(user: User, accounts: unknown[]): Pages {
  const strange = { ...user, last_name: 'n'.repeat(60), factors: 2, status: 'disabled', last_login_at: null }
  const list = { list: [user, strange], next: 3, before: 9, search: 'a', filter: '', filters: USER_FILTERS }
  return [
    ['people', list],
    ['people', { ...list, list: [], next: undefined, filter: 'disabled' }, '?empty'],
    ['people', { ...list, stopped: true }, '?stopped'],
    ['people', { ...list, list: [], stopped: true }, '?none-yet'],
    ...personPages(user, strange, accounts).map(([data, more]): Pages[number] => ['person', data, more]),
    ['export-user', { user }],
    ['person-step', { user, form, step: 'disable' }],
    ['person-step', { user: strange, form: wrong, step: 'enable' }, '?wrong'],
  ]
}

function personPages(user: User, strange: object, accounts: unknown[]): [data: Data, more?: string][] {
  const one = {
    ...{ user, accounts, form: { values: user, errors: {} }, address: form, languages: LANGUAGES },
    sessions: [
      { ip: '192.0.2.7', names: { browser: 'Firefox', system: 'Windows' }, seenAt: timestamp() },
      { ip: '', names: { browser: '', system: '' }, seenAt: timestamp(), admin: 'Ada Admin' },
    ],
    ...{ merged: [], search: '', next: undefined, before: undefined, count: '1', all: 1 },
    activity: [{ at: timestamp(), who: 'Alice Ames', what: 'logged in', clientId: null }],
  }
  const none = { ...one, accounts: [], count: '0' }
  const noName = { values: user, errors: { first_name: 'Enter a name.' } }
  return [
    [{ ...one, merged: [strange] }],
    [{ ...one, search: 'a', next: '2_x', before: { id: 9 }, count: '60', all: 60 }, '?many'],
    [{ ...none, search: 'zzz', all: 60 }, '?none-found'],
    [{ ...one, form: noName, address: wrong }, '?wrong'],
    [{ ...none, user: strange, all: 0, sessions: [], activity: [], into: user }, '?disabled'],
  ]
}
