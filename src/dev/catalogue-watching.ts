// The catalogue's pages for looking after mail, hooks and the system: with things that went wrong, since that is
// when they are opened.

import { EMAIL_STATUSES } from '../domain/email-log.ts'
import { DELIVERY_STATUSES } from '../domain/hook-log.ts'
import { inDays, inMinutes, timestamp } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

const LONG_ERROR =
  "Can't send mail - all recipients were rejected: 452 4.2.2 <a-very-long-address-without-any-break@mail.example.com> mailbox full, see https://mail.example.com/help/over-quota?code=4.2.2"

const email = {
  id: 31,
  to_address: 'dora@example.com',
  subject: 'Alice Ames invited you to Acme Hosting',
  client_id: 1,
  client: 'Acme Hosting',
  invitation_id: 7,
  status: 'waiting',
  attempts: 3,
  error: LONG_ERROR,
  fault: 'passing',
  message_id: '<0123456789abcdef0123456789abcdef@accounts.example.com>',
  created_at: inMinutes(-40),
  next_attempt_at: inMinutes(5),
  sent_at: null,
}

const emails = () => {
  const sent = { status: 'sent', attempts: 1, error: null, fault: null, sent_at: inDays(-1) }
  const nobody = { client: null, client_id: null, invitation_id: null, subject: 'Set a new password' }
  const failed = { status: 'failed', error: '550 5.1.1 No such user', fault: 'address' }
  const list = [
    email,
    { ...email, id: 30, ...failed, to_address: `${'n'.repeat(60)}@example.com` },
    { ...email, id: 29, ...sent, ...nobody },
    { ...email, id: 28, ...sent, status: 'superseded', sent_at: null, attempts: 0 },
  ]
  const page = { list, next: 28, search: 'acme', status: '', before: 3, statuses: EMAIL_STATUSES }
  return { ...page, url: '/admin/emails', failed: 1 }
}

const event = {
  id: 12,
  event_id: '9f1c8a1e-7f5e-4a51-9d3c-0d4c7ad2a111',
  name: 'InviteSent',
  created_at: inMinutes(-40),
}
const payload = JSON.stringify({ client: { id: 1, name: 'Acme Hosting' }, id: event.event_id }, null, 2)

const delivery = {
  id: 21,
  event_id: event.id,
  event: event.event_id,
  name: event.name,
  hook: 'crm.ts#InviteSent',
  status: 'waiting',
  attempts: 4,
  error:
    'fetch failed: https://crm.example.com/people answered 503 Service Unavailable, and then nothing more',
  duration_ms: 1_430,
  next_attempt_at: inMinutes(12),
  created_at: inMinutes(-40),
  updated_at: inMinutes(-3),
}
const deliveries = [
  delivery,
  { ...delivery, id: 20, hook: 'welcome.js#InviteSent', status: 'done', attempts: 1, error: null },
  { ...delivery, id: 19, hook: `${'a'.repeat(60)}.js#InviteSent`, status: 'failed' },
  { ...delivery, id: 18, status: 'ended', error: 'ended by Ada Admin' },
]

const hook = {
  hook: 'crm.ts#InviteSent',
  file: 'crm.ts',
  name: 'InviteSent',
  priority: 1,
  on_failure: 'allow',
  failed_at: null,
  error: null,
  last_seen_at: inMinutes(-1),
  ended_at: null,
  lost: false,
  runs: 1204,
  troubled: 2,
  waiting: 2,
  failed: 1,
  slowest_ms: 9_800,
  last_run_at: inMinutes(-3),
}
const fine = { troubled: 0, waiting: 0, failed: 0, slowest_ms: 12 }

const files = () => [
  {
    file: 'crm.ts',
    error: null,
    last_seen_at: inMinutes(-1),
    lost: false,
    functions: [
      hook,
      { ...hook, ...fine, hook: 'crm.ts#OwnerChanged', name: 'OwnerChanged' },
      {
        ...hook,
        ...fine,
        hook: 'crm.ts#PreInviteSend',
        name: 'PreInviteSend',
        on_failure: 'refuse',
        failed_at: inMinutes(-3),
        error: 'it took longer than 2 seconds',
      },
    ],
  },
  {
    file: 'old.js',
    error: null,
    last_seen_at: inDays(-2),
    lost: true,
    functions: [
      { ...hook, hook: 'old.js#UserAdd', name: 'UserAdd', lost: true, last_seen_at: inDays(-2) },
      { ...hook, ...fine, hook: 'old.js#UserLogin', name: 'UserLogin', ended_at: inDays(-1) },
    ],
  },
  {
    file: 'typo.ts',
    error: 'There is no hook point InvitSent.',
    last_seen_at: inMinutes(-1),
    lost: false,
    functions: [],
  },
  { file: 'empty.js', error: null, last_seen_at: inMinutes(-1), lost: false, functions: [] },
]

const worker = {
  id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  host: 'web-1.example.com',
  pid: 4711,
  version: '0.1.0',
  started_at: inDays(-2),
  seen_at: timestamp(),
  quiet: false,
  holdsJobs: true,
}

function system() {
  const run = {
    started_at: inMinutes(-7),
    ended_at: inMinutes(-7),
    duration_ms: 38,
    result: null,
    error: null,
  }
  const job = { name: 'expire-invitations', schedule: '*/15 * * * *', next_at: inMinutes(8), run }
  const queue = { name: 'emails', length: 3, oldest_at: inMinutes(-40) }
  const migrations = { done: ['001-the-main-job.ts', '002-nothing-is-lost.ts'], missing: [], newer: [] }
  return {
    version: '0.1.0',
    node: '22.18.0',
    database: 'MariaDB 11.8.3',
    hosts: [
      { host: 'db1:3306', isFit: true, isCurrent: true },
      { host: 'db2:3306', isFit: true, isCurrent: false },
      { host: 'db3:3306', isFit: false, isCurrent: false },
    ],
    migrations,
    queues: [
      queue,
      { ...queue, name: 'failedEmails', length: 12_345 },
      { name: 'events', length: 0, oldest_at: null },
    ],
    workers: [
      worker,
      { ...worker, id: 'f'.repeat(32), pid: 12, quiet: true, holdsJobs: false, seen_at: inDays(-1) },
    ],
    jobs: [
      job,
      { ...job, name: 'broken', run: { ...run, error: 'Deadlock found when trying to get lock' } },
      { ...job, name: 'cut-off', run: { ...run, ended_at: null, duration_ms: null } },
      { ...job, name: 'new', run: undefined, next_at: null },
    ],
  }
}

/** Template, its data, and what tells it from another of the same template. */
export function watchingPages(): [name: string, data: Data, more?: string][] {
  const form = { values: {}, errors: {} }
  const wrong = { values: {}, errors: { '': 'Nothing was done.', hook: 'Choose a function.' } }
  const message = { text: 'A text\n[link left out]', html: '', changedSince: true }
  const shown = { email, message, form, over: undefined, held: true, frame: '' }
  const list = { list: deliveries, next: 18, before: 30, hook: 'crm.ts#InviteSent', status: '' }
  const filters = { statuses: DELIVERY_STATUSES, functions: [hook] }
  const question = {
    title: 'Really?',
    sentence: 'It is so.',
    button: 'Retry',
    keep: 'No',
    action: '/',
    back: '/',
  }
  const nowhere = {
    ...system(),
    workers: [],
    migrations: { done: [], missing: ['003.ts'], newer: ['004.ts'] },
  }
  return [
    ['emails', emails()],
    ['emails', { ...emails(), list: [], next: undefined, failed: 0 }, '?empty'],
    ['client-emails', { ...emails(), tab: 'emails' }],
    ['email', shown],
    ['email', { ...shown, message: undefined, form: wrong, over: 'emails.over.replaced' }, '?over'],
    ['confirm', { question, form }],
    ['confirm', { question: { ...question, asksPassword: true }, form: wrong }, '?password'],
    ['hooks', { files: files(), counted: 100_000 }],
    ['hooks', { files: [], counted: 100_000 }, '?empty'],
    ['deliveries', { ...list, ...filters }],
    ['deliveries', { ...list, ...filters, list: [], next: undefined, functions: [] }, '?empty'],
    ['delivery', { delivery, payload, form }],
    ['delivery', { delivery: { ...delivery, status: 'done', error: null }, payload, form: wrong }, '?done'],
    ['event', { event, payload, functions: [hook], list: deliveries, form: wrong }],
    ['event', { event, payload, functions: [], list: [], form }, '?empty'],
    ['system', system()],
    ['system', nowhere, '?empty'],
  ]
}
