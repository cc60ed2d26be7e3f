// The catalogue's pages for admins and roles, and for what admins have of their own.

import { BUILT_IN_ROLES, RIGHTS } from '../domain/rights.ts'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

const dates = { created_at: inDays(-90), updated_at: timestamp(), last_login_at: inDays(-1) }
const person = { password_hash: '', status: 'active', factors: 0, ...dates }
const ada = { ...person, id: 1, name: 'Ada Admin', email: 'ada@latchkey.test', role: 'full', factors: 1 }
const sam = { ...person, id: 2, name: 'Sam Support', email: 'sam@latchkey.test', role: 'own:1', factors: 2 }
const gone = { ...sam, id: 3, status: 'disabled', factors: 0, last_login_at: null, role: 'own:9' }

const own = { role: 'own:1', id: 1, name: 'Night shift', rights: ['list-clients', 'invite'], admins: 0 }
const roles = [
  ...Object.entries(BUILT_IN_ROLES).map(([role, rights]) => ({
    role,
    id: null,
    name: null,
    rights,
    admins: 1,
  })),
  own,
]
const rights = RIGHTS.map((right) => ({ right, mine: right !== 'settings' }))
const blank = { values: {}, errors: {} }
const wrong = {
  values: { name: 'Night shift', email: 'sam@', role: 'full', rights: ['invite'] },
  errors: {
    name: 'Say this.',
    email: 'Not complete.',
    role: 'Not this one.',
    rights: 'More than you hold.',
    current_password: 'Enter your own password.',
  },
}

export function adminPages(): [string, Data, string?][] {
  const one = {
    admin: sam,
    form: { ...blank, values: sam },
    roles,
    sessions: 2,
    isSelf: false,
    mayTouch: true,
  }
  return [
    ['admins', { list: [ada, sam, gone], roles }],
    ['new-admin', { form: { ...blank, values: { role: 'support' } }, roles }],
    ['new-admin', { form: wrong, roles }, '?wrong'],
    ['admin', one],
    ['admin', { ...one, admin: ada, isSelf: true }, '?oneself'],
    ['admin', { ...one, admin: gone, mayTouch: false }, '?who-holds-more'],
    ['roles', { roles }],
    ['role', { form: { ...blank, values: own }, role: own, rights, mayEdit: true }],
    ['role', { form: wrong, role: undefined, rights, mayEdit: true }, '?wrong'],
    ['role', { form: blank, role: own, rights, mayEdit: false }, '?to-look-at'],
    ['own-profile', { form: { ...blank, values: ada } }],
    [
      'own-password',
      { form: { ...blank, errors: { current_password: 'Not that.', password: 'Too short.' } } },
    ],
    ['password-forgotten', { form: blank }],
    ['password-reset', { form: blank, email: ada.email }],
    ['check-mail', { email: ada.email }],
    ['first-admin', { form: wrong }],
  ]
}
