import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { invite as sendInvitation } from '../src/domain/inviting.ts'
import { LIMITS } from '../src/domain/limit-table.ts'
import { forgetLimits } from '../src/domain/limits.ts'
import { moveClock, timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

const HOURS = 60
const DAYS = 24 * HOURS

describe('H24 inviting is limited', () => {
  let house: TestHouse
  let alice: Visitor
  let nth = 0

  beforeAll(async () => {
    house = await startHouse({ limited: true })
  })
  beforeEach(async () => {
    moveClock(2 * DAYS)
    await forgetLimits(house.db, undefined)
    alice = await house.user('alice', 'Acme Hosting')
  })

  const someone = () => `guest${++nth}@example.com`
  async function invite(who: Visitor, email = someone()) {
    await who.visit('/account/users')
    return who.press('Send Invite', { 'Email address': email })
  }
  /** Without a page, which takes its time: by Alice, who owns it. */
  async function sendMany(company: string, count: number) {
    const by = { kind: 'user' as const, id: 1, name: 'Alice Ames', ip: '' }
    const client = await house.clientNamed(company)
    for (let times = 0; times < count; times++)
      await sendInvitation(house.db, { ...by, requestId: `fill-${nth}`, entries: { next: 0 } }, client, {
        ...{ email: someone(), permissions: ['tickets'] },
      })
  }
  async function inviteMany(who: Visitor, count: number) {
    for (let times = 0; times < count; times++) {
      await invite(who)
      expect(who.told).toContain('is invited')
    }
  }
  const resend = async (who: Visitor, email: string) => {
    const { id } = await house.db('invitations').where({ email }).orderBy('id', 'desc').first()
    return who.post(`/account/invites/${id}/resend`)
  }
  const retryAfter = (who: Visitor) => Number(who.headers['retry-after'])
  const count = async (table: string) => Number((await house.db(table).count({ n: '*' }))[0]?.n)

  test('twenty an hour by one person, over all accounts; then 429, when to come again, and what was typed', async () => {
    await sendMany('Acme Hosting', 9)
    await inviteMany(alice, 1)
    const again = `guest${nth}@example.com`
    const consulting = await house.user('alice', 'Ames Consulting')
    await sendMany('Ames Consulting', 8)
    await inviteMany(consulting, 1)
    await resend(alice, again)
    expect(alice.told, 'Resend counts').toContain('A new link went to')

    const before = await Promise.all(['invitations', 'emails', 'activity', 'hook_events'].map(count))
    await alice.visit('/account/users')
    await alice.press('Send Invite', {
      'Email address': 'dora@example.com',
      'Choose Permissions': true,
      'View Domains': true,
    })
    expect(alice.status).toBe(429)
    expect(retryAfter(alice)).toBeGreaterThan(3_000)
    expect(retryAfter(alice)).toBeLessThanOrEqual(3_600)
    expect(alice.told).toContain('Your limit of invitations is reached: 20 an hour. Try again in 60')
    expect(alice.value('Email address')).toBe('dora@example.com')
    expect(alice.$('[name="permissions"][checked]').val()).toBe('domains')
    await invite(consulting)
    expect(consulting.status, 'in another account').toBe(429)
    await resend(alice, again)
    expect([alice.status, retryAfter(alice) > 3_000], 'sending again').toEqual([429, true])
    expect(alice.told).toContain('Your limit of invitations is reached: 20 an hour')
    expect(await Promise.all(['invitations', 'emails', 'activity', 'hook_events'].map(count))).toEqual(before)

    const bob = await house.user('bob', 'Brown Bakery')
    await inviteMany(bob, 1)
    moveClock(61)
    await inviteMany(alice, 1)
  })

  test('what is refused does not count', async () => {
    await sendMany('Acme Hosting', 19)
    for (let times = 0; times < 3; times++) {
      await alice.post('/account/users/invite', { email: 'bob@example.com', which: 'all' })
      expect(alice.status).toBe(422)
    }
    await inviteMany(alice, 1)
    await invite(alice)
    expect(alice.status).toBe(429)
  })

  test('a hundred a day for one client, whoever invites; what is over is said to an admin too', async () => {
    await setLimit(house.db, 'invitesOfClient', 5)
    await setLimit(house.db, 'pendingOfClient', 1_000)
    const bob = await house.user('bob', 'Brown Bakery')
    await inviteMany(bob, 3)
    const last = `guest${nth}@example.com`
    await resend(bob, last)
    await invite(bob, last)
    expect(bob.told, 'so does replacing').toContain('was invited before')
    await resend(bob, last)
    expect([bob.status, retryAfter(bob) > 86_000]).toEqual([429, true])
    expect(bob.told).toContain('This account’s limit of invitations is reached: 5 a day. Try again in 24')

    const { id } = await house.clientNamed('Brown Bakery')
    const ada = await house.admin()
    await ada.post(`/admin/clients/${id}/users/associate`, {
      ...{ search: 'carol@example.com', user_id: 'new', send_invite: 'yes', permissions: 'tickets' },
    })
    expect([ada.status, retryAfter(ada) > 86_000]).toEqual([429, true])
    expect(ada.value('Name or email address'), 'what was typed').toBe('carol@example.com')

    const carol = await house.db('users').where({ email: 'carol@example.com' }).first()
    await ada.post(`/admin/clients/${id}/users/associate`, {
      ...{ user_id: String(carol.id), send_invite: 'no', permissions: 'tickets' },
    })
    expect(ada.told, 'associating at once is not limited').toBe('carol@example.com is associated.')
    moveClock(23 * HOURS)
    await invite(bob)
    expect(bob.status, 'within a day').toBe(429)
    moveClock(61)
    await inviteMany(bob, 1)
    await setLimit(house.db, 'invitesOfClient', LIMITS.invitesOfClient.points)
  })

  test('fifty pending for one client; cancelling one makes room, replacing one needs none', async () => {
    await setLimit(house.db, 'pendingOfClient', 3)
    const consulting = await house.user('alice', 'Ames Consulting')
    await house.db('invitations').update({ status: 'cancelled', open_email: null, ended_at: timestamp() })
    await inviteMany(consulting, 3)
    const last = `guest${nth}@example.com`
    await invite(consulting)
    expect([consulting.status, retryAfter(consulting) > 6 * 86_400]).toEqual([429, true])
    expect(consulting.told).toContain('This account’s limit of pending invitations is reached: 3. Cancel one')
    await invite(consulting, last)
    expect(consulting.told).toContain('was invited before')

    const { id } = await house.db('invitations').where({ open_email: last }).first()
    await consulting.post(`/account/invites/${id}/cancel`)
    await inviteMany(consulting, 1)
    await invite(consulting)
    expect(consulting.status).toBe(429)

    moveClock(8 * DAYS)
    await inviteMany(consulting, 3)
    const { id: expired } = await house
      .db('invitations')
      .where({ email: `guest${nth - 4}@example.com` })
      .first()
    await consulting.post(`/account/invites/${expired}/resend`)
    expect([consulting.status, consulting.told], 'one that ran out needs room again').toEqual([
      429,
      expect.stringContaining('pending invitations is reached: 3.'),
    ])
    await setLimit(house.db, 'pendingOfClient', LIMITS.pendingOfClient.points)
  })

  test('three a day while one’s own address is not verified, with the way to verify it', async () => {
    await house.db('users').where({ email: 'bob@example.com' }).update({ email_verified_at: null })
    const bob = await house.user('bob', 'Brown Bakery')
    await inviteMany(bob, 3)
    const last = `guest${nth}@example.com`
    await invite(bob)
    expect([bob.status, retryAfter(bob) > 80_000]).toEqual([429, true])
    expect(bob.told).toContain(
      'Your limit of invitations is reached: 3 a day until your own email address is verified.',
    )
    expect(bob.$('.error-summary a').attr('href')).toBe('/user/profile')
    await resend(bob, last)
    expect([bob.status, bob.$('#main a[href="/user/profile"]').text()]).toEqual([429, 'Verify your address'])

    const verified = { email_verified_at: timestamp() }
    await house.db('users').where({ email: 'bob@example.com' }).update(verified)
    await inviteMany(bob, 1)
  })

  test('five accounts of one’s own a day; an admin opens as many as it takes', async () => {
    const open = (who: Visitor, company_name: string) => who.post('/user/accounts/new', { company_name })
    const carol = await house.user('carol')
    for (let times = 1; times <= 5; times++) {
      await open(carol, `Chen ${times}`)
      expect(carol.title).toBe(`Chen ${times}`)
    }
    await open(carol, 'Chen 6')
    expect([carol.status, retryAfter(carol) > 86_000]).toEqual([429, true])
    expect(carol.told).toContain('Your limit of new accounts is reached: 5 a day. Try again in 24')
    expect(carol.value('Company name')).toBe('Chen 6')
    expect(await house.clientNamed('Chen 6')).toBeUndefined()

    const ada = await house.admin()
    const { id } = await house.db('users').where({ email: 'carol@example.com' }).first()
    const profile = { first_name: 'Carol', last_name: 'Chen', email: 'carol@example.com' }
    await ada.post('/admin/clients/new', { ...profile, user_id: String(id), company_name: 'Chen 7' })
    expect(await house.clientNamed('Chen 7')).toBeDefined()
    moveClock(1 * DAYS)
    await open(carol, 'Chen 8')
    expect(carol.title).toBe('Chen 8')
  })
})
