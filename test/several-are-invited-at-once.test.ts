import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { forgetLimits } from '../src/domain/limits.ts'
import { moveClock, timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

const MALFORMED = 'That email address is not complete: something like name@example.com.'
const ALREADY = 'This person is a user of the account already.'
const DAY = 24 * 60

describe('several are invited at once', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse({ limited: true })
  })
  beforeEach(async () => {
    moveClock(2 * DAY)
    await forgetLimits(house.db, undefined)
    alice = await house.user('alice', 'Ames Consulting')
    await alice.visit('/account/users')
  })

  const paste = (list: string, more: Record<string, string | boolean> = {}) =>
    alice.press('Send Invite', { 'Email address': list, ...more })
  const pending = async () =>
    (await house
      .db('invitations')
      .where({ status: 'pending' })
      .where('expires_at', '>', timestamp())
      .orderBy('id')
      .pluck('email')) as string[]
  /** What the page says of each that was not invited. */
  const notInvited = () => {
    const { $ } = alice
    return $('#outcomes .field-error')
      .get()
      .map((one) => [$(one).parent().find('strong').text(), $(one).text()])
  }
  const invitedNow = () => {
    const { $ } = alice
    const all = $('#outcomes li').get()
    return all.filter((one) => !$(one).find('.field-error').length).map((one) => $(one).text().trim())
  }

  test('separated by anything, with names: each gets a mail of its own, in a transaction of its own', async () => {
    await paste(
      'Ann@example.com, Ben Bay <ben@example.com>;\r\n"Cox, Cy" <cy@example.com>\tdee@example.com',
      {
        'Choose Permissions': true,
        'View Domains': true,
      },
    )
    expect([alice.status, alice.told]).toEqual([
      200,
      '4 people are invited. The links in the mails work for 7 days.',
    ])
    expect(alice.value('Email address')).toBe('')
    expect(await pending()).toEqual([
      'ann@example.com',
      'ben@example.com',
      'cy@example.com',
      'dee@example.com',
    ])
    for (const name of ['ann', 'ben', 'cy', 'dee']) {
      const [mail, second] = await house.mailTo(`${name}@example.com`)
      expect(mail?.text).toContain('- View Domains\n')
      expect(mail?.text.match(/@example\.com/g) ?? [], 'nobody learns of the others').toEqual([])
      expect(second).toBeUndefined()
    }
    const entries = await house
      .db('activity')
      .where({ action: 'invite.sent' })
      .select('request_id', 'ordinal')
    expect(new Set(entries.map((one) => one.request_id)).size, 'one request').toBe(1)
    expect(entries.map((one) => one.ordinal).sort()).toEqual([0, 1, 2, 3])
    expect(await house.db('hook_events').where({ name: 'InviteSent' })).toHaveLength(4)
  })

  test('the good ones go out, the bad ones stay in the field, each with its sentence', async () => {
    await paste(
      'eve@example.com, broken@, EVE@example.com, alice@example.com, ann@example.com, fay@example.com',
      {
        'Choose Permissions': true,
        'View Domains': true,
        Message: 'See you!',
      },
    )
    expect(alice.status).toBe(422)
    expect(notInvited()).toEqual([
      ['broken@', MALFORMED],
      ['EVE@example.com', 'This address is in the list twice.'],
      ['alice@example.com', ALREADY],
    ])
    expect(invitedNow()).toEqual([
      'eve@example.com',
      'ann@example.com was invited before: only the new link works.',
      'fay@example.com',
    ])
    expect(alice.value('Email address').trim().split('\n')).toEqual([
      'broken@',
      'EVE@example.com',
      'alice@example.com',
    ])
    expect(alice.$('#email-error').text()).toBe(
      '3 of 6 were not invited. Correct them here and send them again.',
    )
    expect(alice.$('#email').is('[aria-invalid="true"][autofocus]')).toBe(true)
    expect(alice.$('[name="permissions"][checked]').val(), 'the rest is kept').toBe('domains')
    expect(alice.value('Message').trim()).toBe('See you!')
    expect(await house.mailTo('eve@example.com')).toHaveLength(1)
    expect(
      await house.db('emails').where({ to_address: 'alice@example.com', template: 'invitation' }),
    ).toEqual([])

    await paste('broken@example.com')
    expect(alice.told, 'corrected').toBe(
      'broken@example.com is invited. The link in the mail works for 7 days.',
    )
  })

  test('what holds no address at all is one that went wrong, not as many as it has words', async () => {
    await paste('Bob Brown')
    expect([alice.status, alice.told, alice.value('Email address')]).toEqual([
      422,
      'That email address is not complete: something like name@example.com.',
      'Bob Brown',
    ])
    expect(notInvited()).toEqual([])
  })

  test('R22 who has a login is answered for as who has none', async () => {
    await paste('carol@example.com, nobody@example.com, oops')
    expect(invitedNow()).toEqual(['carol@example.com', 'nobody@example.com'])
    expect(notInvited()).toEqual([['oops', MALFORMED]])
  })

  test('fifty-one are refused with a sentence, and nothing is sent; fifty will do', async () => {
    await setLimit(house.db, 'invitesOfUser', 1_000)
    await setLimit(house.db, 'pendingOfClient', 1_000)
    const before = await pending()
    const list = (count: number) =>
      Array.from({ length: count }, (_, nth) => `many${nth}@example.com`).join(' ')
    await paste(list(51))
    expect([alice.status, alice.told]).toEqual([
      422,
      'That is 51 addresses: at most 50 at once. Nothing was sent.',
    ])
    expect(alice.value('Email address').trim()).toBe(list(51))
    expect(await pending()).toEqual(before)
    await paste(list(50))
    expect(alice.told).toContain('50 people are invited.')
    expect(await pending()).toHaveLength(before.length + 50)
  }, 180_000)

  test('what is wrong with the form is said once, before anything is sent', async () => {
    const before = await pending()
    await paste('x1@example.com, x2@example.com', { 'Choose Permissions': true })
    expect([alice.status, alice.told]).toEqual([422, 'Choose at least one permission.'])
    await alice.post('/account/users/invite', {
      email: 'x1@example.com x2@example.com',
      ends_on: '2020-01-01',
    })
    expect([alice.status, alice.$('#outcomes').length, alice.$('#ends_on-error').length]).toEqual([422, 0, 1])
    await alice.visit('/account/users')
    await paste('x1@example.com, x2@example.com', { Message: 'x'.repeat(501) })
    expect([alice.status, alice.told]).toEqual([422, 'This is too long: at most 500 characters.'])
    await alice.post('/account/users/invite', { email: `x1@example.com, ${'x'.repeat(20_000)}` })
    expect([alice.status, alice.told]).toEqual([422, 'This is too long: at most 20000 characters.'])
    expect(await pending()).toEqual(before)
  })

  test('H24 the limits count each: what is over stays, with when to come again', async () => {
    await setLimit(house.db, 'invitesOfUser', 3)
    await paste(
      'l1@example.com l2@example.com alice@example.com l3@example.com l4@example.com l5@example.com',
    )
    expect(alice.status).toBe(422)
    expect(invitedNow()).toEqual(['l1@example.com', 'l2@example.com', 'l3@example.com'])
    const [already, fourth, fifth] = notInvited()
    expect(already).toEqual(['alice@example.com', ALREADY])
    for (const [which, one] of [
      ['l4', fourth],
      ['l5', fifth],
    ] as const)
      expect(one).toEqual([
        `${which}@example.com`,
        expect.stringContaining('Your limit of invitations is reached: 3 an hour. Try again in'),
      ])
    await paste('l4@example.com l5@example.com')
    expect([alice.status, Number(alice.headers['retry-after']) > 3_000], 'all are over').toEqual([429, true])
    moveClock(61)
    await paste('l4@example.com l5@example.com')
    expect(alice.told).toContain('2 people are invited.')
    await setLimit(house.db, 'invitesOfUser', 1_000)
  })

  test('a full list of pending ones takes no new one, but still replaces', async () => {
    await setLimit(house.db, 'pendingOfClient', (await pending()).length + 1)
    const [old] = await pending()
    await paste(`new1@example.com, new2@example.com, ${old}`)
    expect(invitedNow()[0]).toBe('new1@example.com')
    expect(notInvited()).toEqual([
      ['new2@example.com', expect.stringContaining('limit of pending invitations is reached')],
    ])
    await setLimit(house.db, 'pendingOfClient', 1_000)
  })

  test('whose address is not verified sends three, and is shown the way to verify it', async () => {
    await house.db('users').where({ email: 'bob@example.com' }).update({ email_verified_at: null })
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit('/account/users')
    await bob.press('Send Invite', { 'Email address': 'b1@x.org b2@x.org b3@x.org b4@x.org' })
    expect(bob.status).toBe(422)
    expect(bob.value('Email address').trim()).toBe('b4@x.org')
    expect(bob.$('#outcomes a').attr('href')).toBe('/user/profile')
  })

  test('another than the owner invites nobody, not even from a form that an owner has open', async () => {
    const before = await pending()
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.post('/account/users/invite', { email: 'y1@example.com y2@example.com' })
    expect(bob.status).toBe(403)
    expect(await pending()).toEqual(before)
  })

  test('H7 an admin who acts as the owner invites nobody', async () => {
    const before = await pending()
    const ada = await house.admin()
    const { id, owner_id } = await house.clientNamed('Ames Consulting')
    await ada.post(`/admin/clients/${id}/users/${owner_id}/act-as`)
    await ada.post('/account/users/invite', { email: 'z1@example.com z2@example.com' })
    expect(ada.status).toBe(403)
    expect(await pending()).toEqual(before)
  })
})
