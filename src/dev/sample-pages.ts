// Every page of views/ with the cast as its data. Nothing here is read from the database.

import { CLIENT_STATUSES } from '../domain/clients.ts'
import { ALL_PERMISSIONS, PERMISSIONS, parsePermissions } from '../domain/permissions.ts'
import { RIGHTS } from '../domain/rights.ts'
import { inDays, inMinutes, timestamp } from '../platform/clock.ts'
import type { Visit } from '../web/request.ts'
import type { Data } from '../web/views.ts'
import { accessPages, managedPages } from './catalogue-access.ts'
import { actingPages, type Page, startingPages } from './catalogue-acting.ts'
import { activityPages, ownActivityPages } from './catalogue-activity.ts'
import { adminPages } from './catalogue-admins.ts'
import { apiDocs, apiKeyPages, tokenPages } from './catalogue-api.ts'
import { contactPages } from './catalogue-contacts.ts'
import { factorPages } from './catalogue-factors.ts'
import { invitationPages } from './catalogue-invitations.ts'
import { invitingPages } from './catalogue-inviting.ts'
import { middlePage, wholeList } from './catalogue-lists.ts'
import { mergingPages } from './catalogue-merging.ts'
import { passkeyPages } from './catalogue-passkeys.ts'
import { peoplePages } from './catalogue-people.ts'
import { presetPages } from './catalogue-presets.ts'
import { profilePages, signOnPages } from './catalogue-profile.ts'
import { asking, requestPages } from './catalogue-requests.ts'
import { settingsPages, tooManyForm } from './catalogue-settings.ts'
import { mailPages, switchingPages } from './catalogue-switching.ts'
import { stoppedTransferPages, transferPages } from './catalogue-transfers.ts'
import { watchingPages } from './catalogue-watching.ts'

const user = (id: number, first_name: string, last_name: string) => ({
  id,
  email: `${first_name.toLowerCase()}@example.com`,
  first_name,
  last_name,
  password_hash: null,
  language: 'english',
  status: 'active' as const,
  merged_into_id: null,
  factors: id === 1 ? 1 : 0,
  email_verified_at: id === 3 ? null : timestamp(),
  last_login_at: null,
  last_login_ip: null,
  created_at: timestamp(),
  updated_at: timestamp(),
})

export function samplePages(): Page[] {
  const [alice, bob, carol] = [user(1, 'Alice', 'Ames'), user(2, 'Bob', 'Brown'), user(3, 'Carol', 'Chen')]
  const admin = {
    id: 1,
    email: 'ada@latchkey.test',
    name: 'Ada Admin',
    password_hash: '',
    role: 'full',
    rights: RIGHTS,
  }
  const profile = { company_name: 'Acme Hosting', first_name: 'Alice', last_name: 'Ames', email: alice.email }
  const place = { address1: '1 Long Street', address2: '', city: 'Springfield', state: '', postcode: '12345' }
  const dates = { created_at: inDays(-400), updated_at: timestamp() }
  const status = 'active' as const
  const contact = { country: 'US', phone: '+1 555 0100' }
  const client = {
    id: 1,
    owner_id: 1,
    access_version: 0,
    require_factor: 0,
    status,
    ...profile,
    ...place,
    ...contact,
    ...dates,
  }
  const users = [
    { ...alice, permissions: [...PERMISSIONS], isOwner: true, entered_at: inMinutes(-130) },
    {
      ...bob,
      permissions: parsePermissions('products,invoices,tickets'),
      isOwner: false,
      entered_at: inDays(-1),
    },
    { ...carol, permissions: parsePermissions('invoices'), isOwner: false, entered_at: null },
  ]
  const offered = { id: 7, email: 'dora@example.com', permissions: ALL_PERMISSIONS, message: '' }
  const sent = { sent_at: inDays(-2), expires_at: inDays(5), ended_at: null, inviter: 'Alice Ames' }
  const invitation = { ...offered, ...sent, status: 'pending' }
  const over = { status: 'expired', expires_at: inDays(-1), mail: 'refused' }
  const pending = [invitation, { ...invitation, id: 8, ...over }]
  const earlier = [{ ...invitation, id: 5, status: 'declined', ended_at: inDays(-3) }]
  const form = { values: { permissions: ['invoices'], ...client }, errors: {} }
  const wrong = {
    values: { email: 'dora@' },
    errors: { email: 'That is not complete.', '': 'Nothing was done.' },
  }
  const activity = [{ at: inMinutes(-3), who: 'Ada Admin', what: 'invited dora@example.com', clientId: 1 }]
  const none = { pending: wholeList([]), earlier: wholeList([]), requests: wholeList([]) }
  const lists = {
    users,
    pending: wholeList(pending),
    earlier: wholeList(earlier),
    requests: wholeList([asking(carol)]),
  }
  const many = { pending: middlePage(pending), earlier: middlePage(earlier), requests: wholeList([]) }
  const found = { found: [bob, carol], mayBeMore: true, taken: new Set([2]) }
  const offer = {
    invitation,
    client,
    inviter: { name: 'Alice Ames' },
    permissions: PERMISSIONS,
    token: 'TOKEN',
  }
  const message = {
    id: 'a',
    to: 'dora@example.com',
    subject: 'Hello',
    text: 'A text',
    createdAt: timestamp(),
  }
  const asOwner = { user: alice, client, permissions: [...PERMISSIONS] }
  const asAdmin = { admin: { ...admin, status, factors: 1, last_login_at: null, ...dates } }
  const page = (name: string, data: Data, visit: Partial<Visit> = {}, more = '') => ({
    name: name + more,
    template: name,
    data,
    visit,
  })
  const mine = (name: string, data: Data = {}, more = '') => page(`client-area/${name}`, data, asOwner, more)
  const admins = (name: string, data: Data = {}, more = '') =>
    page(`admin-area/${name}`, { client, tab: 'users', ...data }, asAdmin, more)
  const login = { form, returnTo: '/clientarea', kept: '' }

  const pages: Page[] = [
    page('client-area/login', login),
    page('client-area/login', { ...login, form: wrong, kept: '[]' }, {}, '?wrong'),
    mine('logout'),
    mine('kept', {
      fields: [['email', 'dora@example.com']],
      seen: [['Email address', 'dora@example.com']],
      action: '/account/users/invite',
      title: 'Welcome back',
      sentence: 'You had typed this.',
    }),
    page('client-area/register', { form: wrong }),
    page('client-area/register-confirm', { form, email: alice.email, sameBrowser: false }),
    page('client-area/check-mail', { email: alice.email }),
    page('client-area/password-forgotten', { form: wrong }),
    page('client-area/password-reset', { form, email: alice.email }),
    page('client-area/invite', { ...offer, form: { values: {}, errors: {} } }),
    page('client-area/invite', { ...offer, form: wrong }, { user: bob }, '?logged-in'),
    mine('joined', { client }),
    mine('declined', { client }),
    page('errors/dead-invitation', {}),
    page('errors/problem', { title: 'Not found', sentence: 'There is nothing here for you.' }, asOwner),
    mine('home', { owner: alice }),
    mine('denied', { missing: 'It needs a permission.', ask: 'Alice Ames' }),
    mine('users', { form, ...lists }),
    mine('users', { form, users, ...many }, '?many'),
    mine('users', { form: wrong, users: users.slice(0, 1), ...none }, '?empty'),
    mine(
      'users',
      { form: wrong, users: [], ...none, search: 'zoe', total: '0', before: 2, next: 3 },
      '?found',
    ),
    mine('users', { form: tooManyForm, ...lists }, '?too-many'),
    ...invitingPages(lists, offer).map(([name, data, more]) => page(name, data, asOwner, more)),
    mine('permissions', { user: users[1], form, seen: 'tickets' }),
    mine('permissions', { user: users[0], form, seen: 'tickets' }, '?owner'),
    mine('remove', { user: users[1], form }),
    mine('details', { form, offersLogin: true }),
    ...switchingPages(client).map(([name, data, more]) => mine(name, data, more)),
    ...mailPages(client, form, wrong).map(([data, more]) => mine('notifications', data, more)),
    mine('new-account', { form }),
    page(
      'includes/invite-step',
      { client, invitation, form, step: 'cancel', back: '/', action: '/', layout: 'client-area' },
      asOwner,
    ),
    page('admin-area/login', login),
    admins('logout'),
    admins('home', { activity }),
    admins('clients', {
      list: [client],
      next: 1,
      search: 'acme',
      status: '',
      before: 0,
      statuses: CLIENT_STATUSES,
    }),
    admins(
      'clients',
      { list: [], next: undefined, search: 'x', status: '', before: 3, statuses: CLIENT_STATUSES },
      '?empty',
    ),
    admins('new-client', { form, ...found }),
    admins('client', { owner: users[0], total: '3', pending: '2', activity, tab: 'summary' }),
    admins('client-step', { form, step: 'close', tab: 'summary' }),
    admins('profile', { form, tab: 'profile' }),
    admins('users', lists),
    admins('users', { users, ...many }, '?many'),
    admins('manage-user', { user: users[1], form, seen: 'tickets' }),
    admins('manage-user', { user: users[0], form, seen: 'tickets' }, '?owner'),
    admins('remove', { user: users[1], form }),
    admins('associate', { form: { values: { search: 'c', send_invite: 'yes' }, errors: {} }, ...found }),
    ...accessPages(users, client, offer).map(([name, data, more]) => page(name, data, asOwner, more)),
    ...managedPages(bob).map(([name, data, more]) => admins(name, data, more)),
    ...presetPages().map(([name, data, more]) => mine(name, data, more)),
    ...requestPages(carol, client).map(([name, data, more]) => mine(name, data, more)),
    ...signOnPages(bob, client).map(([name, data, more]) => mine(name, data, more)),
    ...profilePages().map(([name, data, more]) => mine(name, data, more)),
    ...adminPages().map(([name, data, more]) => admins(name, data, more)),
    ...watchingPages().map(([name, data, more]) => admins(name, data, more)),
    ...contactPages(client).map(([name, data, more, by]) => page(name, data, by ? asAdmin : asOwner, more)),
    ...ownActivityPages().map(([name, data, more]) => mine(name, data, more)),
    ...activityPages(client).map(([name, data, more]) => admins(name, data, more)),
    ...peoplePages(alice, [{ client, permissions: PERMISSIONS, isOwner: true }]).map(([name, data, more]) =>
      admins(name, data, more),
    ),
    ...invitationPages({ ...invitation, client_id: 1, client: 'Acme Hosting' }).map(([name, data, more]) =>
      admins(name, data, more),
    ),
    ...mergingPages(alice, bob, client).map(([name, data, more]) => admins(name, data, more)),
    { ...admins('home', { activity }, '?stuck'), visit: { ...asAdmin, stuck: ['settings', 'deliveries'] } },
    ...settingsPages().map(([name, data, more]) => admins(name, data, more)),
    ...factorPages('client').map(([name, data, more]) => page(name, data, asOwner, more)),
    ...passkeyPages('client').map(([name, data, more]) => page(name, data, asOwner, more)),
    ...passkeyPages('admin').map(([name, data, more]) => page(name, data, asAdmin, more)),
    ...factorPages('admin').map(([name, data, more]) => page(name, data, asAdmin, more)),
    mine('factor-needed'),
    ...transferPages(alice, bob, client).map(([name, data, more]) => mine(name, data, more)),
    ...stoppedTransferPages(alice, bob, client).map(([name, data, more]) => admins(name, data, more)),
    ...startingPages(bob, client).map(([name, data, more]) => admins(name, data, more)),
    page(...apiDocs()),
    ...tokenPages().map(([name, data, more]) => page(name, data, asOwner, more)),
    ...apiKeyPages().map(([name, data, more]) => page(name, data, asAdmin, more)),
    page('dev/mail', { messages: [message], linked: (text: string) => text }),
  ]
  return [...pages, ...actingPages(pages)]
}
