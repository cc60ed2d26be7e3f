// For each check of the doctor one row, or a few, that make it fail, in a database that has lived the full story.

import type { CheckName } from '../../src/domain/doctor-checks.ts'
import { timestamp } from '../../src/platform/clock.ts'
import type { Break } from './break.ts'
import { brokenAccess } from './broken-access.ts'
import { brokenContacts } from './broken-contacts.ts'
import { endedLogins, logins } from './broken-logins.ts'
import { presets } from './broken-presets.ts'
import { requests } from './broken-requests.ts'
import { transferCases } from './broken-transfers.ts'
import { brokenWords } from './broken-words.ts'

export interface Case {
  check: CheckName
  /** What else it cannot but break. */
  also?: CheckName[]
  rows: Break[]
}

export interface Ids {
  acme: number
  bakery: number
  alice: number
  bob: number
  carol: number
  frank: number
}

const NOBODY = 999_999
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const LATER = '2099-01-01T00:00:00.000Z'
const DATES = { created_at: LONG_AGO, updated_at: LONG_AGO }
const WAITING = { status: 'waiting', sent_at: null, retry_until: LATER }
const STRANGE = { claim_token: 'token', claimed_by: 'gone' }
export const WORKER = { id: 'worker', host: 'here', pid: 1, version: '0', beat: 7, started_at: LONG_AGO }

const invited = (name: string) => ({ table: 'invitations', where: { email: `${name}@example.com` } })
const mailTo = (name: string) => ({ table: 'emails', where: { to_address: `${name}@example.com` } })
const logged = (action: string, detail = '') => ({ table: 'activity', where: { action }, like: { detail } })
const event = (name: string, payload = '') => ({ table: 'hook_events', where: { name }, like: { payload } })
const client = (company_name: string) => ({ table: 'clients', where: { company_name } })
const pair = (client_id: number, user_id: number) => ({
  table: 'associations',
  where: { client_id, user_id },
})
const one = (check: CheckName, row: Break, ...also: CheckName[]): Case => ({ check, rows: [row], also })

const peopleAndClients = ({ acme, bakery, alice, bob, carol }: Ids): Case[] => [
  one('user.email', { table: 'users', like: { email: 'frank' }, set: { email: 'Frank@example.net' } }),
  one('admin.email', { table: 'admins', where: {}, set: { email: 'Ada@latchkey.test' } }),
  one('session.orphan', { table: 'sessions', where: {}, set: { user_id: NOBODY } }),
  one('session.orphan', { table: 'sessions', where: {}, set: { acting_client_id: NOBODY } }),
  one('adminSession.orphan', { table: 'admin_sessions', where: {}, set: { admin_id: NOBODY } }),
  one('reset.orphan', {
    table: 'password_resets',
    add: { email: 'x@example.com', user_id: NOBODY, nonce: 'x', expires_at: LATER, created_at: LONG_AGO },
  }),
  one(
    'client.owner',
    { ...client('Brown Bakery'), set: { owner_id: NOBODY } },
    'client.ownerAssociated',
    'client.ownerHistory',
  ),
  one('client.ownerAssociated', { ...pair(bakery, bob), remove: true }),
  one('client.ownerPermissions', { ...pair(bakery, bob), set: { permissions: 'emails' } }),
  one('client.email', { ...client('Brown Bakery'), set: { email: 'Bob@example.com' } }),
  one('client.ownerHistory', { ...client('Acme Hosting'), set: { owner_id: alice } }),
  one(
    'association.orphan',
    { table: 'associations', add: { client_id: NOBODY, user_id: bob, permissions: '', ...DATES } },
    'association.activity',
  ),
  one('association.permissions', { ...pair(acme, carol), set: { permissions: 'tickets,emails' } }),
  one('association.permissions', { ...pair(acme, carol), set: { permissions: 'emails,everything' } }),
  one('association.activity', {
    table: 'associations',
    add: { client_id: bakery, user_id: carol, permissions: 'emails', ...DATES },
  }),
]

const invitations = ({ acme, carol, frank }: Ids): Case[] => [
  one('invitation.orphan', { ...invited('kim'), set: { invited_by_user_id: NOBODY } }),
  one(
    'invitation.email',
    { ...invited('kim'), set: { email: 'Kim@example.com' } },
    'invitation.sentActivity',
    'invitation.endActivity',
  ),
  one('invitation.permissions', { ...invited('kim'), set: { permissions: '' } }),
  one('invitation.permissions', { ...invited('kim'), set: { permissions: 'tickets,emails' } }),
  one('invitation.status', { ...invited('kim'), set: { status: 'lost' } }, 'invitation.endActivity'),
  one(
    'invitation.twoPending',
    { ...invited('ida'), add: { nonce: 'other', open_email: null } },
    'invitation.openEmail',
    'invitation.emails',
    'invitation.sentActivity',
    'invitation.sentEvent',
  ),
  one('invitation.openEmail', { ...invited('kim'), set: { open_email: 'kim@example.com' } }),
  one('invitation.openEmail', { ...invited('jack'), set: { open_email: 'other@example.com' } }),
  one('invitation.endedAt', { ...invited('kim'), set: { ended_at: null } }),
  one('invitation.endedAt', { ...invited('jack'), set: { ended_at: LONG_AGO } }),
  one('invitation.acceptedBy', { ...invited('kim'), set: { accepted_by_user_id: carol } }),
  one('invitation.sendCount', { ...invited('kim'), set: { send_count: 0 } }, 'invitation.emails'),
  one('invitation.week', { ...invited('hugo'), set: { expires_at: LATER } }),
  one('invitation.overdue', { ...invited('jack'), set: { expires_at: LONG_AGO } }),
  one('invitation.closedClient', { ...client('Acme Hosting'), set: { status: 'closed' } }),
  one('invitation.inviterGone', { ...invited('jack'), set: { invited_by_user_id: frank } }),
  {
    check: 'invitation.inviterNothing',
    rows: [
      { ...invited('jack'), set: { invited_by_user_id: carol, permissions: 'orders' } },
      { ...pair(acme, carol), set: { permissions: 'emails,tickets' } },
    ],
  },
  one('invitation.emails', { ...mailTo('jack'), remove: true }),
  one('invitation.emails', { ...mailTo('ida'), set: { send_count: 2 } }),
  one('invitation.reminder', { ...invited('jack'), set: { reminded_at: LATER } }),
  one('invitation.sentActivity', { ...logged('invite.sent', 'jack@'), remove: true }),
  one('invitation.endActivity', { ...logged('invite.declined'), remove: true }),
  one('invitation.endedTwice', { ...logged('invite.accepted'), add: { request_id: 'again', ordinal: 1 } }),
  one('invitation.joined', { ...logged('user.associated', 'frank@'), remove: true }),
  one('invitation.access', { ...pair(acme, carol), remove: true }),
  one('invitation.sentEvent', { ...event('InviteSent', 'jack@'), remove: true }),
  one('invitation.sentEvent', { ...event('InviteResent', 'dora@'), remove: true }),
  one('invitation.endEvent', { ...event('InviteDeclined'), remove: true }),
  one('activity.event', { ...event('OwnerChanged'), remove: true }),
  one('activity.event', { ...event('UserAssociated', 'frank@'), set: { payload: 'broken' } }),
]

const HOOK = 'file.js#InviteSent'
const FUNCTION = {
  table: 'hook_functions',
  add: { hook: HOOK, file: 'file.js', name: 'InviteSent', priority: 1, on_failure: 'allow' },
}
const seenNow = (): Break => ({
  ...FUNCTION,
  add: { ...FUNCTION.add, first_seen_at: LONG_AGO, last_seen_at: timestamp() },
})
export const delivery = (event_id: number, more: object): Break => ({
  table: 'hook_deliveries',
  add: {
    event_id,
    hook: HOOK,
    priority: 1,
    status: 'waiting',
    next_attempt_at: LATER,
    retry_until: LATER,
    ...DATES,
    ...more,
  },
})

const deliveries = (): Case[] => [
  one('email.orphan', { ...mailTo('kim'), set: { client_id: NOBODY } }),
  one('email.stuck', { ...mailTo('kim'), set: { ...WAITING, next_attempt_at: LONG_AGO } }),
  one('email.late', {
    ...mailTo('kim'),
    set: { ...WAITING, next_attempt_at: LATER, retry_until: LONG_AGO },
  }),
  one('email.claim', { ...mailTo('kim'), set: { ...WAITING, next_attempt_at: LATER, ...STRANGE } }),
  one('email.claim', { ...mailTo('kim'), set: STRANGE }),
  {
    check: 'email.claim',
    rows: [
      { table: 'workers', add: { ...WORKER, seen_at: LONG_AGO } },
      { ...mailTo('kim'), set: { ...WAITING, next_attempt_at: LATER, ...STRANGE, claimed_by: WORKER.id } },
    ],
  },
  one('email.sentAt', { ...mailTo('kim'), set: { sent_at: null } }),
  one('email.superseded', { ...mailTo('jack'), set: { status: 'superseded', sent_at: null } }),
  one('event.stuck', { ...event('UserLogin'), set: { status: 'waiting', created_at: LONG_AGO } }),
  one('delivery.orphan', delivery(NOBODY, { status: 'done' })),
  { check: 'delivery.stuck', rows: [seenNow(), delivery(1, { next_attempt_at: LONG_AGO })] },
  one('delivery.late', delivery(1, { retry_until: LONG_AGO })),
  one('delivery.claim', delivery(1, STRANGE)),
]

const schema: Case[] = [
  one('migration.missing', { table: 'knex_migrations', like: { name: '002' }, remove: true }),
  one('migration.newer', {
    table: 'knex_migrations',
    add: { name: '999-later.ts', batch: 9, migration_time: null },
  }),
]

export const cases = (ids: Ids): Case[] => [
  ...peopleAndClients(ids),
  ...brokenAccess(ids),
  ...logins(ids),
  ...presets(ids),
  ...requests(ids),
  ...endedLogins(ids),
  ...invitations(ids),
  ...transferCases(ids),
  ...brokenContacts(ids),
  ...brokenWords(ids),
  ...deliveries(),
  ...schema,
]
