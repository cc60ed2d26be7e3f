import { beforeEach, describe, expect, test } from 'vitest'
import { jobs } from '../src/jobs.ts'
import { inDays, inMinutes, moveClock, timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const DAY = 24 * 60
const dayIn = (days: number) => inDays(days).slice(0, 10)

describe('an access has an end', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor
  let acme: { id: number }

  beforeEach(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
  })

  const row = (user_id = 2) => house.db('associations').where({ client_id: acme.id, user_id }).first()
  const runJob = () => jobs.find(({ name }) => name === 'end-access')?.run(house.db)
  const manage = async (day: string) => {
    await alice.visit('/account/users/2/permissions')
    return alice.press('Save', { 'Access until': day })
  }
  const subjects = async (name: string) =>
    (await house.mailTo(`${name}@example.com`)).map(({ subject }) => subject)
  const events = async (name: string) => (await house.db('hook_events').where({ name })).length
  const endNow = () =>
    house
      .db('associations')
      .where({ client_id: acme.id, user_id: 2 })
      .update({ ends_at: inMinutes(-1) })

  test('the owner sets it, moves it and takes it away; the user is told and sees it', async () => {
    await manage(dayIn(40))
    expect(alice.told).toBe('The permissions of Bob Brown are saved.')
    expect((await row()).ends_at).toBe(`${dayIn(40)}T23:59:59.999Z`)
    expect(alice.$('#user-2').text()).toContain('Access until')
    await bob.visit('/user/accounts')
    expect(bob.text).toContain('Access until')
    expect(await subjects('bob')).toContain('Until when you have access to Acme Hosting')

    await alice.visit('/account/users/2/permissions')
    expect(alice.value('Access until'), 'what was set').toBe(dayIn(40))
    await manage(dayIn(50))
    await manage('')
    expect((await row()).ends_at).toBeNull()
    await alice.visit('/account/activity')
    expect(alice.text).toContain('changed until when bob@example.com has access')
    expect(alice.text).toContain(`from ${dayIn(40)} to ${dayIn(50)}`)
    expect(await house.db('activity').where({ action: 'permissions.changed' })).toEqual([])
  })

  test.each([
    ['yesterday', () => dayIn(-1), 'That day is over. Choose today or a later one.'],
    [
      'more than ten years ahead',
      () => dayIn(3660),
      'That is too far ahead. Choose a day within the next 10 years.',
    ],
    ['no day', () => '2027-02-30', 'That is no day. Write it like 2027-03-31.'],
    ['something else', () => '<b>soon</b>', 'That is no day. Write it like 2027-03-31.'],
  ])('%s is refused, with what was typed', async (_, day, sentence) => {
    await manage(day())
    expect([alice.status, alice.value('Access until')]).toEqual([422, day()])
    expect(alice.$('[autofocus]').attr('id')).toBe('ends_on')
    expect(alice.told).toContain(sentence)
    expect((await row()).ends_at).toBeNull()
    const ada = await house.admin()
    for (const url of [`/admin/clients/${acme.id}/users/2`, `/admin/clients/${acme.id}/users/associate`]) {
      const body = { user_id: '3', send_invite: 'no', confirmed: '1', permissions: 'tickets', ends_on: day() }
      expect([(await ada.post(url, body)).status, ada.told]).toEqual([422, expect.stringContaining(sentence)])
    }
    const invited = await alice.post('/account/users/invite', { email: 'dora@example.com', ends_on: day() })
    expect(invited.status).toBe(422)
  })

  test('today is a day like any other, and an owner has no end (H10)', async () => {
    await manage(dayIn(0))
    expect((await row()).ends_at > timestamp()).toBe(true)
    await alice.post('/account/users/1/permissions', { permissions: 'tickets', ends_on: dayIn(9) })
    expect([alice.status, (await row(1)).ends_at]).toEqual([422, null])
    // Whatever the row says.
    await house
      .db('associations')
      .where({ client_id: acme.id, user_id: 1 })
      .update({ ends_at: inDays(-1) })
    await runJob()
    expect((await alice.visit('/account/users')).status).toBe(200)
  })

  test('R15 it is over in that moment, without the job; the job writes it down once', async () => {
    const { link } = await openInvitationOfBob()
    await endNow()
    await bob.visit('/clientarea')
    expect([bob.path, bob.told]).toEqual(['/user/accounts', 'You act for no account right now.'])
    expect(bob.text).toContain('Your access to Acme Hosting has ended.')
    expect(bob.$('button:contains("Switch to Acme Hosting")').attr('disabled')).toBe('disabled')
    await bob.post('/user/accounts', { client_id: acme.id })
    expect(bob.told).toContain('Your access to Acme Hosting has ended.')
    const other = await house.user('bob')
    expect(other.title, 'a new login does not begin there').toBe('Brown Bakery')
    expect((await alice.visit('/account/users')).$('#user-2').text()).toContain('Access ended')
    expect((await house.visitor().visit(link)).status, 'H16 what they invited to').toBe(404)

    expect(await runJob()).toBe(1)
    expect(await runJob()).toBe(0)
    expect(await row()).toBeUndefined()
    expect([await events('AssociationEnded'), await events('UserDisassociated')]).toEqual([1, 1])
    expect((await house.db('invitations').where({ email: 'kim@example.com' }).first()).status).toBe(
      'cancelled',
    )
    for (const name of ['alice', 'bob'])
      expect((await subjects(name)).filter((one) => one === 'Access to Acme Hosting has ended')).toHaveLength(
        1,
      )
    await alice.visit('/account/activity')
    expect(alice.text).toContain('the access of bob@example.com ended')
  })

  /** Of the days when Bob owned the account. */
  async function openInvitationOfBob() {
    await alice.post('/account/users/invite', {
      email: 'kim@example.com',
      which: 'choose',
      permissions: 'tickets',
    })
    const link = await house.linkTo('kim@example.com')
    await house.db('invitations').where({ email: 'kim@example.com' }).update({ invited_by_user_id: 2 })
    return { link }
  }

  test('H16 an invitation gives no longer access than its inviter has', async () => {
    const { link } = await openInvitationOfBob()
    await manage(dayIn(3))
    const carol = await house.user('carol')
    await carol.visit(link)
    expect(carol.text).toContain('This access ends on')
    await carol.press('Accept')
    expect((await row(3)).ends_at).toBe((await row()).ends_at)
  })

  test('a week before, both sides are told, once; a moved end is told again', async () => {
    await manage(dayIn(20))
    await runJob()
    const soon = async () =>
      (await subjects('bob')).filter((one) => one === 'Access to Acme Hosting ends soon').length
    expect(await soon()).toBe(0)
    await house
      .db('associations')
      .where({ client_id: acme.id, user_id: 2 })
      .update({ ends_at: inDays(6) })
    await runJob()
    await runJob()
    expect([await soon(), await subjects('alice')]).toEqual([
      1,
      expect.arrayContaining(['Access to Acme Hosting ends soon']),
    ])
    await manage(dayIn(5))
    await runJob()
    expect(await soon()).toBe(2)
    expect((await row()).permissions).toBe('invoices,products,tickets')
  })

  test('an invitation carries it over, and an admin sets it, too', async () => {
    const ada = await house.admin()
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'carol@example.com', 'Access until': dayIn(30) })
    expect(alice.$('#pending').parent().parent().text()).toContain('Access until')
    const carol = await house.user('carol')
    expect(
      (await house.mailTo('carol@example.com')).some(({ text }) => text.includes('The access ends on')),
    ).toBe(true)
    const link = (await house.mailTo('carol@example.com')).flatMap(
      ({ text }) => text.match(/http\S+invite\S+/) ?? [],
    )
    await carol.visit(String(link[0]).slice(house.appUrl.length))
    await carol.press('Accept')
    expect((await row(3)).ends_at).toBe(`${dayIn(30)}T23:59:59.999Z`)

    await ada.visit(`/admin/clients/${acme.id}/users`)
    await ada.follow('Manage User: Carol Chen')
    expect(ada.value('Access until')).toBe(dayIn(30))
    await ada.press('Save', { 'Access until': '' })
    expect((await row(3)).ends_at).toBeNull()
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Access until': dayIn(9) })
    expect(ada.$('#user-2').text()).toContain('Access until')
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Make Owner': true })
    expect(await row(), 'H10 an owner has no end').toMatchObject({ ends_at: null, end_told_at: null })
  })

  test('what an invitation would give is over before it is accepted', async () => {
    await alice.post('/account/users/invite', { email: 'dora@example.com', ends_on: dayIn(1) })
    const link = await house.linkTo('dora@example.com')
    expect((await house.visitor().visit(link)).status).toBe(200)
    moveClock(2 * DAY)
    expect((await house.visitor().visit(link)).status).toBe(404)
    const { id } = await house.db('invitations').where({ email: 'dora@example.com' }).first()
    await alice.post(`/account/invites/${id}/resend`)
    moveClock(-2 * DAY)
    expect([alice.status, alice.told]).toEqual([422, expect.stringContaining('would be over by now')])
  })

  test('whoever had access can get it again before the job came', async () => {
    await endNow()
    const ada = await house.admin()
    await ada.post(`/admin/clients/${acme.id}/users/associate`, {
      ...{ user_id: '2', send_invite: 'no', permissions: 'emails' },
    })
    expect(await row()).toMatchObject({ permissions: 'emails', ends_at: null })
    expect([await events('AssociationEnded'), await events('UserDisassociated')]).toEqual([1, 1])
    await endNow()
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'bob@example.com' })
    expect(alice.told).toContain('bob@example.com is invited.')
    await endNow()
    expect(await row()).toBeUndefined()
  })

  test('the day ends where the host is', async () => {
    const there = await startHouse({ environment: { TIME_ZONE: 'Asia/Tokyo' } })
    const owner = await there.user('alice', 'Acme Hosting')
    await owner.visit('/account/users/2/permissions')
    await owner.press('Save', { 'Access until': '2027-01-31' })
    const { ends_at } = await there.db('associations').where({ client_id: acme.id, user_id: 2 }).first()
    expect(ends_at).toBe('2027-01-31T14:59:59.999Z')
  })
})
