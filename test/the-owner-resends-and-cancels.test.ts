import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const DAY_MINUTES = 24 * 60
const NOT_PENDING =
  'This invitation is not pending any more: it was accepted, declined, cancelled or ran out in the meantime.'

describe('Resend Invite and Cancel Invite', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })
  beforeEach(async () => {
    await alice.visit('/account/users')
  })

  const invite = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const statusOf = async (link: string) => (await house.visitor().visit(link)).status
  const idOf = async (email: string) =>
    (await house.db('invitations').where({ email }).orderBy('id', 'desc').first()).id
  const pending = () => alice.$('#pending').closest('section').text()

  test('resending starts seven new days with a new link; the old one is dead', async () => {
    const first = await invite('dora@example.com')
    moveClock(6 * DAY_MINUTES)
    await alice.visit('/account/users')
    await alice.press('Resend Invite: dora@example.com')
    expect(alice.told).toBe(
      'A new link went to dora@example.com. It works for 7 days; the old one does not any more.',
    )
    const second = await house.linkTo('dora@example.com')
    expect([await statusOf(first), await statusOf(second)]).toEqual([404, 200])
    moveClock(6 * DAY_MINUTES)
    expect(await statusOf(second)).toBe(200)
  })

  test('its page can be opened by itself, and does nothing yet', async () => {
    const link = await house.linkTo('dora@example.com')
    const url = `/account/invites/${await idOf('dora@example.com')}`
    await alice.visit(`${url}/resend`)
    expect(alice.text).toContain('Resend the invitation of dora@example.com?')
    await alice.visit(`${url}/cancel`)
    expect(alice.text).toContain('Cancel the invitation of dora@example.com?')
    await alice.follow('Keep it')
    expect(await statusOf(link)).toBe(200)
  })

  test('cancelling asks first; the second click is told', async () => {
    const link = await house.linkTo('dora@example.com')
    await alice.follow('Cancel Invite: dora@example.com')
    const again = await alice.newTab().visit(alice.path)
    const resend = await alice.newTab().visit(alice.path.replace('cancel', 'resend'))
    await alice.press('Cancel Invite')
    expect(alice.told).toBe('The invitation of dora@example.com is cancelled.')
    expect([pending().includes('dora@example.com'), await statusOf(link)]).toEqual([false, 404])
    expect(alice.$('details.panel').text()).toMatch(/dora@example\.com.*Cancelled/s)

    await again.press('Cancel Invite')
    expect([again.status, again.told]).toEqual([422, NOT_PENDING])
    await resend.press('Resend Invite')
    expect([resend.status, resend.told]).toEqual([422, NOT_PENDING])
    expect(await house.db('activity').where({ action: 'invite.cancelled' })).toHaveLength(1)
  })

  test('what was accepted or declined meanwhile can be neither resent nor cancelled', async () => {
    const carol = await house.user('carol')
    for (const [email, button] of [
      ['erik@example.com', 'Decline'],
      ['fay@example.com', 'Accept'],
    ] as const) {
      await carol.visit(await invite(email))
      const cancel = await alice.newTab().visit(`/account/invites/${await idOf(email)}/cancel`)
      await carol.press(button)
      await alice.press(`Resend Invite: ${email}`)
      expect([alice.status, alice.told]).toEqual([422, NOT_PENDING])
      await cancel.press('Cancel Invite')
      expect([cancel.status, cancel.told]).toEqual([422, NOT_PENDING])
    }
    expect((await carol.visit('/clientarea')).title).toBe('Acme Hosting')
  })

  test('one that ran out is shown so, cannot be cancelled, and can be resent', async () => {
    const first = await invite('gus@example.com')
    moveClock(7 * DAY_MINUTES + 1)
    await alice.visit('/account/users')
    expect(pending()).toMatch(/gus@example\.com.*Ran out/s)
    expect(alice.text).not.toContain('Runs out')
    await expect(alice.follow('Cancel Invite: gus@example.com')).rejects.toThrow('No link')
    await alice.post(`/account/invites/${await idOf('gus@example.com')}/cancel`)
    expect([alice.status, alice.told]).toEqual([422, NOT_PENDING])

    await alice.visit('/account/users')
    await alice.press('Resend Invite: gus@example.com')
    expect(alice.told).toContain('A new link went to gus@example.com.')
    expect([await statusOf(first), await statusOf(await house.linkTo('gus@example.com'))]).toEqual([404, 200])
    const actions = await house
      .db('activity')
      .where('action', 'like', 'invite.%')
      .orderBy('id')
      .pluck('action')
    expect(actions.slice(-2), 'running out is written down as well').toEqual([
      'invite.expired',
      'invite.resent',
    ])
  })

  test('H27 one that ran out is not resent past a newer one that waits, nor past the person’s access', async () => {
    await invite('henry@example.com')
    const old = await idOf('henry@example.com')
    moveClock(7 * DAY_MINUTES + 1)
    const resend = await alice.newTab().visit(`/account/invites/${old}/resend`)
    const newer = await invite('henry@example.com')
    expect(await idOf('henry@example.com')).not.toBe(old)
    expect(pending().match(/henry@example\.com/g), 'listed once').toHaveLength(1)
    await resend.press('Resend Invite')
    expect([resend.status, resend.told]).toEqual([
      422,
      'There is a newer pending invitation for this address: resend that one.',
    ])
    expect(await statusOf(newer)).toBe(200)

    const henry = await house.visitor().visit(newer)
    await henry.press('Create account', {
      'First name': 'Henry',
      'Last name': 'H',
      'Email address': 'henry@example.com',
      Password: 'a long sentence of mine',
    })
    expect(henry.title).toBe('Acme Hosting')
    await resend.press('Resend Invite')
    expect([resend.status, resend.told]).toEqual([422, 'This person is a user of the account already.'])
  })
})
