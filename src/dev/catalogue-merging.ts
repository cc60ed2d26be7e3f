// The catalogue's pages for deleting and merging logins.

import type { Client } from '../domain/clients.ts'
import type { MergePreview } from '../domain/merging-users.ts'
import { PERMISSIONS } from '../domain/permissions.ts'
import type { User } from '../domain/users.ts'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

export function mergingPages(
  user: User,
  gone: User,
  client: Client,
): [name: string, data: Data, more?: string][] {
  const form = { values: { search: 'b', keep: 'this', other: String(gone.id) }, errors: {} }
  const wrong = { values: { search: 'z' }, errors: { other: 'That is this login itself.' } }
  const stale = { ...form, errors: { '': 'Something changed since you looked.' } }
  const some = PERMISSIONS.slice(0, 3)
  const all = [...PERMISSIONS]
  const endless = { endsAt: null, isSuspended: false }
  const accounts: MergePreview['accounts'] = [
    { client, kept: all, gone: some, after: all, owner: 'stays', ...endless },
    { client, gone: some, after: some, owner: 'no', endsAt: inDays(9), isSuspended: true },
    {
      client: { ...client, status: 'closed' },
      kept: some,
      gone: all,
      after: all,
      owner: 'moves',
      ...endless,
    },
  ]
  const merge: MergePreview = { kept: user, gone, accounts, seen: 'x' }
  const blocked = { values: {}, errors: { '': 'This user still has access to a client.' } }
  const wrongProof = { values: {}, errors: { current_password: 'That is not your current password.' } }
  return [
    ['merge', { user, form, found: [gone, { ...gone, id: 3, last_name: 'n'.repeat(60) }] }],
    ['merge', { user, form: wrong, found: [] }, '?wrong'],
    ['merge', { user, form, found: [], mayBeMore: true }, '?none-yet'],
    ['merge-preview', { user, form, merge, before: [] }],
    [
      'merge-preview',
      { user: gone, form: stale, merge: { ...merge, accounts: [] }, before: [user] },
      '?stale',
    ],
    ['person-step', { user, form: wrongProof, step: 'delete', asksPassword: true }, '?delete'],
    ['person-step', { user, form: blocked, step: 'delete', blocked: true, asksPassword: true }, '?blocked'],
  ]
}
