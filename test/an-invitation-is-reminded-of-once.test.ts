import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { allowReminding, nearTheEnd, remind, runReminding } from './support/reminding.ts'
import type { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

const DAY = 24 * 60
const SUBJECT = 'The invitation to Acme Hosting runs out soon'

describe('an invitation is reminded of once, two days before it runs out', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
  })
  beforeEach(async () => {
    alice = await house.user('alice', 'Acme Hosting')
  })

  async function invite(email: string) {
    await alice.visit('/account/users')
    await alice.press('Send Invite', {
      'Email address': email,
      'Choose Permissions': true,
      'View Domains': true,
    })
  }
  const reminders = async (email: string) =>
    (await house.mailTo(email)).filter(({ subject }) => subject === SUBJECT)
  const rows = (email: string) =>
    house.db('emails').where({ to_address: email, template: 'invitation-reminder' }).orderBy('id')

  test('off as shipped: nobody is reminded', async () => {
    await invite('dora@example.com')
    await nearTheEnd(house, 'dora@example.com')
    expect(await runReminding(house)).toBe(0)
    expect(await reminders('dora@example.com')).toEqual([])
  })

  test('switched on in the settings: the same link, what it allows, who invited, until when', async () => {
    const ada = await house.admin()
    await ada.visit('/admin/settings')
    await ada.press('Save', { 'Remind of invitations': true })
    expect(await runReminding(house)).toBe(1)
    const [mail, second] = await reminders('dora@example.com')
    expect(second).toBeUndefined()
    expect(mail?.text).toContain('Alice Ames invited you to Acme Hosting, and nobody has accepted')
    expect(mail?.text).toContain('- View Domains\n')
    const [, first] = await house.mailTo('dora@example.com')
    const linkIn = (text = '') => String(/http\S+\/invite\/\S+/.exec(text))
    expect(linkIn(mail?.text)).toBe(linkIn(first?.text))
    const guest = await house.visitor().visit(linkIn(mail?.text).slice(house.appUrl.length))
    expect(guest.status).toBe(200)
    const [entry] = await house.db('activity').where({ action: 'invite.reminded' })
    expect([entry.actor_kind, entry.detail]).toEqual(['system', expect.stringContaining('dora@example.com')])
  })

  test('once for each sending: not again by the job, again after Resend Invite', async () => {
    expect(await runReminding(house)).toBe(0)
    await alice.visit('/account/users')
    await alice.press('Resend Invite: dora@example.com')
    expect(await runReminding(house), 'not while it is new').toBe(0)
    await nearTheEnd(house, 'dora@example.com')
    expect(await runReminding(house)).toBe(1)
    expect(await reminders('dora@example.com')).toHaveLength(2)
  })

  test('not before its time, not after its end', async () => {
    await invite('erik@example.com')
    moveClock(5 * DAY - 5)
    expect(await remind(house)).toBe(0)
    moveClock(10)
    expect(await remind(house)).toBe(1)
    await invite('fay@example.com')
    moveClock(7 * DAY + 5)
    expect(await remind(house)).toBe(0)
    expect(await rows('fay@example.com')).toEqual([])
  })

  test('H11 one that ended or was sent again meanwhile is superseded, not sent', async () => {
    await setLimit(house.db, 'mailsToInvited', 1)
    for (const name of ['gus', 'hal']) {
      await invite(`${name}@example.com`)
      await house.mailTo(`${name}@example.com`)
      await nearTheEnd(house, `${name}@example.com`)
    }
    expect(await remind(house)).toBe(2)
    const { id } = await house.db('invitations').where({ email: 'gus@example.com' }).first()
    await alice.post(`/account/invites/${id}/cancel`)
    await invite('hal@example.com')
    for (const name of ['gus', 'hal']) {
      expect(await reminders(`${name}@example.com`), 'held back').toEqual([])
      moveClock(DAY + 5)
      expect(await reminders(`${name}@example.com`)).toEqual([])
      expect((await rows(`${name}@example.com`)).map(({ status }) => status)).toEqual(['superseded'])
    }
    await setLimit(house.db, 'mailsToInvited', 1_000)
  })

  test('H17 it counts for what one address gets in a day', async () => {
    await setLimit(house.db, 'mailsToInvited', 1)
    await invite('ida@example.com')
    await house.mailTo('ida@example.com')
    await nearTheEnd(house, 'ida@example.com')
    expect(await remind(house)).toBe(1)
    expect(await reminders('ida@example.com')).toEqual([])
    const [held] = await rows('ida@example.com')
    expect([held.status, held.attempts]).toEqual(['waiting', 0])
    await setLimit(house.db, 'mailsToInvited', 1_000)
  })

  test('R20 who may give nothing any more reminds nobody', async () => {
    const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
    await invite('jo@example.com')
    await nearTheEnd(house, 'jo@example.com')
    await house.db('invitations').where({ email: 'jo@example.com' }).update({ invited_by_user_id: bob.id })
    await house.db('users').where({ id: bob.id }).update({ status: 'disabled' })
    expect(await remind(house)).toBe(0)
    expect(await rows('jo@example.com')).toEqual([])
    await house.db('users').where({ id: bob.id }).update({ status: 'active' })
    await allowReminding(house, '0')
  })
})
