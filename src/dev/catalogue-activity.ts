// The catalogue's pages of the activity log.

import { inMinutes } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

const entry = {
  at: inMinutes(-3),
  who: 'Ada Admin as Alice Ames',
  what: `invited ${'d'.repeat(60)}@example.com`,
  clientId: 1,
  ip: '2001:db8:1111:2222:3333:4444:5555:6666',
  detail: [['email', `${'d'.repeat(60)}@example.com`]],
}
const asked = { client: 1, user: 0, action: 'invite.sent', from: '2026-01-01', to: '', ip: '', text: 'dora' }
const plain = { ...entry, clientId: null, detail: [], ip: '' }

export function activityPages(): [name: string, data: Data, more?: string][] {
  const page = { url: '/admin/activity', layout: 'admin-area', asked, actions: ['invite.sent'] }
  return [
    ['activity', { ...page, list: [entry, plain], next: 3, before: 9 }],
    ['activity', { ...page, list: [], next: undefined, before: 0 }, '?empty'],
  ]
}

export function ownActivityPages(): [name: string, data: Data, more?: string][] {
  const page = { layout: 'client-area', asked: {}, list: [entry, plain] }
  return [
    ['activity', { ...page, url: '/account/activity', next: 3, before: 9 }],
    ['activity', { ...page, url: '/user/activity', next: undefined, before: 0 }, '?own'],
  ]
}
