// The catalogue's pages of the activity log.

import { inMinutes } from '../platform/clock.ts'
import { ACTION_GROUPS } from '../web/activity-actions.ts'
import type { Data } from '../web/views.ts'

const entry = {
  at: inMinutes(-3),
  who: 'Ada Admin as Alice Ames',
  what: `invited ${'d'.repeat(60)}@example.com`,
  clientId: 1,
  ip: '2001:db8:1111:2222:3333:4444:5555:6666',
  detail: [['email', `${'d'.repeat(60)}@example.com`]],
}
const asked = { client: '1', action: 'invite.sent', from: '2026-01-01', text: 'dora' }
const byToken = { ...entry, who: `Alice Ames with the token “${'t'.repeat(60)}”` }
const plain = { ...entry, clientId: null, detail: [], ip: '' }

export function activityPages(client: Data): [name: string, data: Data, more?: string][] {
  const page = { url: '/admin/activity', layout: 'admin-area', asked, errors: {}, groups: ACTION_GROUPS }
  const wrong = { text: 'This is too long.', from: `“${'9'.repeat(40)}” is not a day.` }
  const tab = { ...page, url: '/admin/clients/1/activity', client, tab: 'activity', asked: {} }
  return [
    ['activity', { ...page, list: [entry, byToken, plain], next: 3, before: 9 }],
    ['activity', { ...page, list: [], next: undefined, before: 0 }, '?empty'],
    ['activity', { ...page, list: [], next: 3, before: 0, stopped: true }, '?none-yet'],
    ['activity', { ...page, list: [], next: undefined, before: 0, errors: wrong }, '?wrong'],
    ['client-activity', { ...tab, list: [entry, plain], next: undefined, before: 0 }],
  ]
}

export function ownActivityPages(): [name: string, data: Data, more?: string][] {
  const page = { layout: 'client-area', asked: {}, errors: {}, list: [entry, plain] }
  return [
    ['activity', { ...page, url: '/account/activity', next: 3, before: 9 }],
    ['activity', { ...page, url: '/user/activity', next: undefined, before: 0 }, '?own'],
  ]
}
