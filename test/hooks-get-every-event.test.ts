import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Event, HookName } from '#hooks'
import { PASSWORD } from '../src/dev/cast.ts'
import { jobs } from '../src/jobs.ts'
import { moveClock, timestamp } from '../src/platform/clock.ts'
import { POINTS } from './support/hook-points.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { offerAndCancel } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

/** Writes down whatever it is told, a line an event. */
const WRITES = `
import { appendFileSync } from 'node:fs'
import type { AddHook, HookName } from '#hooks'
const file = import.meta.dirname + '/events.jsonl'
const points: HookName[] = ${JSON.stringify(POINTS)}
export default (addHook: AddHook) => {
  for (const name of points)
    addHook(name, 10, (event) => appendFileSync(file, JSON.stringify({ name, ...event }) + '\\n'))
}`

type Told = Event & Record<string, unknown> & { name: string }

describe('hooks are given whole objects, and no secrets, at every hook point', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let users: string
  const links: string[] = []

  beforeAll(async () => {
    house = await startHouse({ hooks: { 'writes.ts': WRITES } })
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    users = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`
  })

  const events = async (): Promise<Told[]> => {
    house.delivery.wake()
    await house.delivery.settled()
    const lines = readFileSync(join(house.folder, 'events.jsonl'), 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line))
  }
  const last = async (name: HookName) => {
    const found = (await events()).findLast((event) => event.name === name)
    if (!found) throw new Error(`${name} was not told`)
    const { id, at, name: _, ...told } = found
    expect(id).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/)
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    return told
  }
  const invite = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', {
      'Email address': email,
      'Choose Permissions': true,
      'View Domains': true,
    })
    links.push(await house.linkTo(email))
    return links.at(-1) as string
  }

  const acme = { id: 1, name: 'Acme Hosting', email: 'alice@example.com', status: 'active', ownerId: 1 }
  const byAlice = { kind: 'user', id: 1, name: 'Alice Ames' }
  const byAda = { kind: 'admin', id: 1, name: 'Ada Admin' }
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
  const invitation = (email: string, status: string, sendCount = 1) => ({
    id: expect.any(Number),
    email,
    permissions: ['domains'],
    status,
    sentAt: at,
    sendCount,
    expiresAt: at,
  })
  const user = (first: string, last: string, email: string, emailVerified = true) => ({
    id: expect.any(Number),
    email,
    firstName: first,
    lastName: last,
    emailVerified,
  })
  const bob = user('Bob', 'Brown', 'bob@example.com')
  const dora = user('Dora', 'Diaz', 'dora@example.org', false)

  test('sending, resending, cancelling', async () => {
    await invite('dora@example.com')
    const client = acme
    const sent = invitation('dora@example.com', 'pending')
    expect(await last('InviteSent')).toEqual({ actor: byAlice, client, invitation: sent })
    await alice.press('Resend Invite: dora@example.com')
    const resent = invitation('dora@example.com', 'pending', 2)
    expect(await last('InviteResent')).toEqual({ actor: byAlice, client, invitation: resent })
    await alice.follow('Cancel Invite: dora@example.com')
    await alice.press('Cancel Invite')
    const cancelled = invitation('dora@example.com', 'cancelled', 2)
    expect(await last('InviteCancelled')).toEqual({ actor: byAlice, client, invitation: cancelled })
  })

  test('contacts: added, edited, removed', async () => {
    const typed = { first_name: 'Nora', last_name: 'N', email: 'Nora@example.com', kinds: 'invoice' }
    await alice.post('/account/contacts/new', typed)
    const [client, nora] = [acme, { firstName: 'Nora', lastName: 'N', email: 'nora@example.com', phone: '' }]
    const contact = { ...nora, id: expect.any(Number), kinds: ['invoice'] }
    expect(await last('ContactAdd')).toEqual({ actor: byAlice, client, contact })
    const { id } = await house.db('contacts').first()
    await alice.post(`/account/contacts/${id}`, { ...typed, kinds: ['support', 'invoice'] })
    const [before, after] = [{ kinds: 'invoice' }, { kinds: 'invoice,support' }]
    const edited = { ...contact, kinds: ['invoice', 'support'] }
    expect(await last('ContactEdit')).toEqual({ actor: byAlice, client, contact: edited, before, after })
    await alice.post(`/account/contacts/${id}/remove`)
    expect(await last('ContactDelete')).toEqual({ actor: byAlice, client, contact: edited })
  })

  test('accepting as a new user', async () => {
    const visitor = house.visitor()
    await visitor.visit(await invite('dora@example.com'))
    const names = { 'First name': 'Dora', 'Last name': 'Diaz', 'Email address': 'dora@example.org' }
    await visitor.press('Create account', { ...names, Password: 'a long sentence of mine' })
    const actor = { kind: 'user', id: expect.any(Number), name: 'Dora Diaz' }
    expect(await last('UserAdd')).toMatchObject({ user: dora })
    expect(await last('InviteAccepted')).toEqual({
      actor,
      client: acme,
      invitation: invitation('dora@example.com', 'accepted'),
      user: dora,
    })
    expect(await last('UserAssociated')).toEqual({
      actor,
      client: acme,
      user: dora,
      permissions: ['domains'],
    })
    expect(await last('UserLogin')).toEqual({ actor, user: dora })
  })

  test('declining, and running out', async () => {
    const visitor = house.visitor()
    await visitor.visit(await invite('erik@example.com'))
    await visitor.press('Decline')
    expect(await last('InviteDeclined')).toEqual({
      actor: { kind: 'visitor', id: null, name: '' },
      client: acme,
      invitation: invitation('erik@example.com', 'declined'),
    })
    await invite('fay@example.com')
    moveClock(7 * 24 * 60 + 1)
    await jobs.find(({ name }) => name === 'expire-invitations')?.run(house.db)
    expect(await last('InviteExpired')).toEqual({
      actor: { kind: 'system', id: null, name: 'expire-invitations' },
      client: acme,
      invitation: invitation('fay@example.com', 'expired'),
    })
  })

  test('changing permissions, the owner, and removing access', async () => {
    await ada.visit(users)
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'View Products & Services': false })
    const [before, after] = [
      ['products', 'invoices', 'tickets'],
      ['invoices', 'tickets'],
    ]
    expect(await last('PermissionsChanged')).toEqual({ actor: byAda, client: acme, user: bob, before, after })

    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Make Owner': true })
    const formerOwner = user('Alice', 'Ames', 'alice@example.com')
    const client = { ...acme, ownerId: 2 }
    expect(await last('OwnerChanged')).toEqual({ actor: byAda, client, owner: bob, formerOwner })

    await ada.follow('Manage User: Dora Diaz')
    await ada.follow('Remove Access')
    await ada.press('Remove Access')
    expect(await last('UserDisassociated')).toEqual({ actor: byAda, client, user: dora })
    const [offered, cancelled] = await offerAndCancel(house, { client, user: formerOwner, owner: bob })
    expect(await last('OwnershipTransferRequested')).toEqual(offered)
    expect(await last('OwnershipTransferEnded')).toEqual(cancelled)
  })

  test('suspending, resuming, and an end', async () => {
    const [client, former] = [{ ...acme, ownerId: 2 }, user('Alice', 'Ames', 'alice@example.com')]
    await ada.post(`${users}/1/suspend`)
    expect(await last('AssociationSuspended')).toEqual({ actor: byAda, client, user: former })
    await ada.post(`${users}/1/resume`)
    expect(await last('AssociationResumed')).toMatchObject({ actor: byAda, client, user: former })
    const ended = timestamp()
    await house.db('associations').where({ client_id: acme.id, user_id: 1 }).update({ ends_at: ended })
    await jobs.find(({ name }) => name === 'end-access')?.run(house.db)
    const told = { actor: { kind: 'system', id: null, name: 'end-access' }, client, user: former }
    expect(await last('AssociationEnded')).toEqual({ ...told, endedAt: ended })
    expect(await last('UserDisassociated')).toEqual(told)
  })

  test('a new password by a mailed link, which proves the address', async () => {
    const visitor = house.visitor()
    await visitor.visit('/password/reset')
    await visitor.press('Send link', { 'Email address': 'dora@example.org' })
    links.push(await house.linkTo('dora@example.org'))
    await visitor.visit(links.at(-1) as string)
    await visitor.press('Set password', { 'New password': 'another long sentence' })
    const proven = { ...dora, emailVerified: true }
    expect(await last('UserChangePassword')).toMatchObject({ user: proven })
    expect(await last('UserEmailVerificationComplete')).toMatchObject({ user: proven })
  })

  test('clients: opened, edited, closed, opened again; and logging out', async () => {
    await alice.visit('/user/accounts/new')
    await alice.press('Open account', { 'Company name': 'Ames Trains' })
    const trains = { ...acme, id: expect.any(Number), name: 'Ames Trains' }
    expect(await last('ClientAdd')).toEqual({ actor: byAlice, client: trains })
    await alice.visit('/account/details')
    await alice.press('Save', { City: 'Berlin' })
    const [before, after] = [{ city: '' }, { city: 'Berlin' }]
    expect(await last('ClientEdit')).toEqual({ actor: byAlice, client: trains, before, after })

    const { id } = await house.clientNamed('Ames Trains')
    await ada.visit(`/admin/clients/${id}/close`)
    await ada.press('Close client')
    expect(await last('ClientClose')).toEqual({ actor: byAda, client: { ...trains, status: 'closed' } })
    await ada.visit(`/admin/clients/${id}/reopen`)
    await ada.press('Open again')
    expect(await last('ClientEdit')).toMatchObject({ client: trains, after: { status: 'active' } })
    await alice.press('Logout')
    expect(await last('UserLogout')).toEqual({
      actor: byAlice,
      user: user('Alice', 'Ames', 'alice@example.com'),
    })
  })

  test('every point was told, each event once, and nothing in it opens anything', async () => {
    const all = await events()
    expect(new Set(all.map(({ name }) => name))).toEqual(new Set(POINTS))
    expect(new Set(all.map(({ id, name }) => `${id} ${name}`)).size).toBe(all.length)
    const text = readFileSync(join(house.folder, 'events.jsonl'), 'utf8')
    const nonces = [
      ...(await house.db('invitations').pluck('nonce')),
      ...(await house.db('password_resets').pluck('nonce')),
    ]
    const tokens = links.map((link) => link.split('/').at(-1)?.split('-').slice(1).join('-') as string)
    expect([nonces.length > 3, tokens.length > 3]).toEqual([true, true])
    for (const secret of [...nonces, ...tokens, PASSWORD, 'long sentence', '$argon2', 'password'])
      expect(text).not.toContain(secret)
  })
})
