import { beforeEach, describe, expect, test } from 'vitest'
import { inDays, inMinutes } from '../src/platform/clock.ts'
import { actOn } from './support/access.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { associate } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

const [ALICE, BOB, CAROL] = [1, 2, 3]
const HELD = 'invoices,tickets,users'
const BEYOND = 'You can give only permissions that you hold yourself.'
const HOLDS_MORE = 'They hold permissions that you do not hold.'
const OFFERS_MORE = 'It offers permissions that you do not hold.'
const dayIn = (days: number) => inDays(days).slice(0, 10)

describe('H16 a user manages users within their own permissions', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor
  let acme: { id: number }

  beforeEach(async () => {
    house = await startHouse()
    acme = await house.clientNamed('Acme Hosting')
    await give(BOB, HELD)
    await associate(house, CAROL, acme.id, 'tickets')
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
  })

  const row = (user_id: number) => house.db('associations').where({ client_id: acme.id, user_id }).first()
  const give = (user_id: number, permissions: string) =>
    house.db('associations').where({ client_id: acme.id, user_id }).update({ permissions })
  const invitation = (email: string) => house.db('invitations').where({ email }).first()
  const ask = (fields: Record<string, string | string[]>) =>
    bob.post('/account/users/invite', { which: 'choose', ...fields })
  const edit = (user: number, fields: Record<string, string | string[]>) =>
    bob.post(`/account/users/${user}/permissions`, fields)
  const boxes = () =>
    bob
      .$('[name=permissions]')
      .toArray()
      .map((box) => bob.$(box).attr('value'))

  test('he sees User Management, what he may give, and whom he may not touch', async () => {
    await bob.visit('/clientarea')
    await bob.follow('User Management')
    expect([bob.status, bob.title]).toEqual([200, 'User Management'])
    expect(bob.text).toContain('You manage users as far as your own permissions go')
    expect(boxes()).toEqual(['users', 'invoices', 'tickets'])
    const presets = bob
      .$('#preset option')
      .toArray()
      .map((one) => bob.$(one).text())
    expect(presets.some((name) => ['Everything', 'Billing', 'Technical', 'Read-only'].includes(name))).toBe(
      false,
    )
    expect(bob.$(`#user-${ALICE} .row-actions`).text()).toBe('')
    expect(bob.$(`#user-${BOB}`).text()).toContain('Your own access is for others to change.')
    expect(bob.$(`#user-${CAROL} a`).length).toBe(2)
    await give(CAROL, 'domains,tickets')
    await bob.visit('/account/users')
    expect(bob.$(`#user-${CAROL}`).text()).toContain(HOLDS_MORE)
    expect(bob.$(`#user-${CAROL} a`).length, 'only told').toBe(0)
    expect(bob.$(`#user-${CAROL} button[disabled]`).length).toBe(2)
    expect(bob.text).not.toContain('Require two-factor')
  })

  test('he invites within what he holds: to all of it, or to a part; it gives no more', async () => {
    await bob.visit('/account/users')
    await bob.press('Send Invite', { 'Email address': 'dora@example.com' })
    expect((await invitation('dora@example.com')).permissions).toBe(HELD)
    await ask({ email: 'erik@example.com', permissions: 'tickets' })
    expect((await invitation('erik@example.com')).permissions).toBe('tickets')
    await ask({ email: 'kim@example.com', permissions: ['tickets', 'domains'] })
    expect([bob.status, bob.told.includes(BEYOND)]).toEqual([422, true])
    await ask({ email: 'kim@example.com, lea@example.com', permissions: ['domains'] })
    expect([bob.status, bob.told.includes(BEYOND)]).toEqual([422, true])
    expect(await invitation('kim@example.com')).toBeUndefined()
  })

  test('a preset ticks what he holds; one beyond it is not there for him', async () => {
    await give(BOB, 'invoices,quotes,users')
    await ask({ email: 'kim@example.com', preset: 'technical' })
    expect(bob.status).toBe(422)
    await bob.post('/account/users/invite?tick=1', { email: 'kim@example.com', preset: 'billing' })
    expect([bob.status, bob.$('[name=permissions]:checked').length]).toEqual([200, 2])
    await bob.post('/account/users/invite?tick=1', { email: 'kim@example.com', preset: 'technical' })
    expect(bob.status).toBe(404)
    for (const path of ['/account/presets', '/account/presets/1/remove']) {
      expect([path, (await bob.visit(path)).status]).toEqual([path, 403])
      expect([path, (await bob.post(path, { name: 'Mine', permissions: 'tickets' })).status]).toEqual([
        path,
        403,
      ])
    }
  })

  test('he edits, suspends and removes whoever holds as much or less', async () => {
    await bob.visit(`/account/users/${CAROL}/permissions`)
    expect(boxes()).toEqual(['users', 'invoices', 'tickets'])
    await bob.press('Save', { 'Check All': true })
    expect((await row(CAROL)).permissions, 'an equal').toBe(HELD)
    await edit(CAROL, { permissions: 'invoices' })
    expect((await row(CAROL)).permissions).toBe('invoices')
    await edit(CAROL, { permissions: ['invoices', 'profile'] })
    expect([bob.status, bob.told.includes(BEYOND)]).toEqual([422, true])
    await bob.post(`/account/users/${CAROL}/suspend`)
    expect((await row(CAROL)).suspended_at).not.toBeNull()
    await bob.post(`/account/users/${CAROL}/resume`)
    await bob.visit(`/account/users/${CAROL}/remove`)
    await bob.press('Remove Access')
    expect(await row(CAROL)).toBeUndefined()
  })

  test.each([
    ['the owner', ALICE, 'tickets', /The owner/],
    ['himself', BOB, HELD, /Your own access is for others to change\./],
    ['somebody who holds more', CAROL, 'domains,tickets', /They hold permissions that you do not hold\./],
  ])('he touches not %s', async (_, user, held, sentence) => {
    await give(user, held)
    const before = await row(user)
    for (const step of ['permissions', 'remove', 'suspend', 'resume']) {
      const path = `/account/users/${user}/${step}`
      await bob.post(path, { permissions: 'tickets' })
      expect([step, bob.status]).toEqual([step, 422])
      expect([step, bob.text]).toEqual([step, expect.stringMatching(sentence)])
    }
    for (const step of ['permissions', 'remove']) {
      await bob.visit(`/account/users/${user}/${step}`)
      expect([
        step,
        bob.$('main form button:contains("Save"), main form button:contains("Remove")').length,
      ]).toEqual([step, 0])
    }
    expect(await row(user)).toEqual(before)
  })

  test('an invitation that offers more is not his to resend, cancel or replace; the others are', async () => {
    await alice.post('/account/users/invite', { email: 'dora@example.com' })
    await alice.post('/account/users/invite', {
      ...{ email: 'erik@example.com', which: 'choose', permissions: 'tickets' },
    })
    const [dora, erik] = [await invitation('dora@example.com'), await invitation('erik@example.com')]
    await bob.visit('/account/users')
    expect(bob.$(`#invite-${dora.id}`).text()).toContain(OFFERS_MORE)
    expect(bob.$(`#invite-${dora.id}`).find('a, button').length).toBe(0)
    expect(
      bob
        .$(`#invite-${erik.id} a`)
        .toArray()
        .map((one) => bob.$(one).text()),
    ).toEqual(['Cancel Invite'])
    for (const step of ['resend', 'cancel']) {
      await bob.post(`/account/invites/${dora.id}/${step}`)
      expect([step, bob.status, bob.text.includes(OFFERS_MORE)]).toEqual([step, 422, true])
    }
    await ask({ email: 'dora@example.com', permissions: 'tickets' })
    expect([bob.status, bob.told.includes(OFFERS_MORE)]).toEqual([422, true])
    expect(await invitation('dora@example.com')).toEqual(dora)
    for (const id of [dora.id, erik.id])
      expect((await bob.post(`/account/invites/${id}/link`)).status, 'links are the owner’s').toBe(403)

    await bob.post(`/account/invites/${erik.id}/resend`)
    expect(await invitation('erik@example.com')).toMatchObject({ invited_by_user_id: BOB, send_count: 2 })
    await alice.post(`/account/invites/${erik.id}/resend`)
    await ask({ email: 'erik@example.com', permissions: 'invoices' })
    expect(await invitation('erik@example.com'), 'whoever replaces is its inviter').toMatchObject({
      ...{ invited_by_user_id: BOB, permissions: 'invoices' },
    })
    await bob.post(`/account/invites/${erik.id}/cancel`)
    expect((await invitation('erik@example.com')).status).toBe('cancelled')
  })

  test('an end is never later than his own; left empty, it is his', async () => {
    await actOn(house, acme.id, BOB, { ends_at: `${dayIn(10)}T23:59:59.999Z` })
    await bob.visit('/account/users')
    expect(bob.text).toContain('so does theirs if you leave this empty, and a later day is refused.')
    const later = 'That is later than your own access ends. Choose an earlier day.'
    for (const send of [
      () => ask({ email: 'dora@example.com', permissions: 'tickets', ends_on: dayIn(11) }),
      () => edit(CAROL, { permissions: 'tickets', ends_on: dayIn(11) }),
    ]) {
      await send()
      expect([bob.status, bob.told.includes(later)]).toEqual([422, true])
    }
    await ask({ email: 'dora@example.com', permissions: 'tickets', ends_on: '' })
    expect((await invitation('dora@example.com')).access_ends_at.slice(0, 10)).toBe(dayIn(10))
    await ask({ email: 'erik@example.com', permissions: 'tickets', ends_on: dayIn(10) })
    expect((await invitation('erik@example.com')).access_ends_at.slice(0, 10)).toBe(dayIn(10))
    // What the owner gave without an end stays so until it is changed, but nothing more is given for as long.
    await edit(CAROL, { permissions: ['invoices', 'tickets'], ends_on: '' })
    expect([
      bob.status,
      bob.told.includes('so you can take permissions away from them, but give none'),
    ]).toEqual([422, true])
    expect(await row(CAROL)).toMatchObject({ permissions: 'tickets', ends_at: null })
    await give(CAROL, 'invoices,tickets')
    await edit(CAROL, { permissions: 'invoices', ends_on: '' })
    expect(await row(CAROL)).toMatchObject({ permissions: 'invoices', ends_at: null })
    await actOn(house, acme.id, CAROL, { suspended_at: inDays(-1) })
    await bob.post(`/account/users/${CAROL}/resume`)
    expect([bob.status, (await row(CAROL)).suspended_at === null]).toEqual([422, false])
    await actOn(house, acme.id, CAROL, { suspended_at: null })
    await edit(CAROL, { permissions: 'invoices', ends_on: dayIn(5) })
    await edit(CAROL, { permissions: 'invoices', ends_on: '' })
    expect((await row(CAROL)).ends_at.slice(0, 10)).toBe(dayIn(10))
    await alice.post('/account/users/invite', {
      ...{ email: 'kim@example.com', which: 'choose', permissions: 'tickets' },
    })
    await bob.post(`/account/invites/${(await invitation('kim@example.com')).id}/resend`)
    expect((await invitation('kim@example.com')).access_ends_at.slice(0, 10)).toBe(dayIn(10))
  })

  test('taken away while his form was open, suspended, or over: refused at once, and what he sent with it (R20)', async () => {
    await ask({ email: 'dora@example.com', permissions: 'tickets' })
    const link = await house.linkTo('dora@example.com')
    const open = await bob.newTab().visit('/account/users')
    const remove = await bob.newTab().visit(`/account/users/${CAROL}/remove`)
    await alice.visit(`/account/users/${BOB}/permissions`)
    await alice.press('Save', { 'Manage Users': false })
    await open.press('Send Invite', { 'Email address': 'erik@example.com' })
    await remove.press('Remove Access')
    for (const tab of [open, remove]) {
      expect([tab.status, tab.title]).toEqual([403, 'You may not open this page'])
      expect(tab.text).toContain('It needs the permission “Manage Users”.')
    }
    await bob.visit('/clientarea')
    await expect(bob.follow('User Management')).rejects.toThrow('No link')
    expect([await invitation('erik@example.com'), Boolean(await row(CAROL))]).toEqual([undefined, true])
    expect((await house.visitor().visit(link)).status, 'he may give nothing any more').toBe(404)

    await give(BOB, HELD)
    await ask({ email: 'fay@example.com', permissions: 'tickets' })
    const later = await house.linkTo('fay@example.com')
    expect((await house.visitor().visit(later)).status).toBe(200)
    for (const times of [{ suspended_at: inDays(-1) }, { suspended_at: null, ends_at: inMinutes(-1) }]) {
      await actOn(house, acme.id, BOB, times)
      await bob.post(`/account/users/${CAROL}/remove`)
      expect([bob.path, Boolean(await row(CAROL))]).toEqual(['/user/accounts', true])
      expect((await house.visitor().visit(later)).status, 'H16 nobody stands behind it').toBe(404)
    }
  })
})
