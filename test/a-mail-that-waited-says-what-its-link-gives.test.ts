import { beforeAll, describe, expect, test } from 'vitest'
import { timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { nearTheEnd, remind } from './support/reminding.ts'
import type { Visitor } from './support/visitor.ts'

const WORDS = 'See you on Monday.'

// Alice invites to Acme Hosting, which is Bob's by the time her mail goes out.
describe('a mail that waited says what its link gives', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let acme: { id: number }
  let aliceId: number

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
    aliceId = (await house.db('users').where({ email: 'alice@example.com' }).first('id')).id
  })

  const invite = async (name: string, more: object = {}) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': `${name}@example.com`, Message: WORDS, ...more })
  }
  const invitationOf = (name: string) =>
    house
      .db('invitations')
      .where({ email: `${name}@example.com` })
      .orderBy('id', 'desc')
      .first()
  /** As if it had waited until now; newest first. */
  async function sentAgain(name: string) {
    const to_address = `${name}@example.com`
    await house.mailTo(to_address)
    const waits = { status: 'waiting', sent_at: null, next_attempt_at: timestamp() }
    // The mailbox keeps one of each message.
    const message_id = `<again-${name}@example.com>`
    await house
      .db('emails')
      .where({ to_address, template: 'invitation' })
      .update({ ...waits, message_id })
    return house.mailTo(to_address)
  }
  const setUser = (set: object) => house.db('users').where({ id: aliceId }).update(set)
  const setAccess = (set: object) =>
    house.db('associations').where({ client_id: acme.id, user_id: aliceId }).update(set)

  test('an unproven address resends no words; without them it is invited anew', async () => {
    await invite('dora')
    await setUser({ email_verified_at: null })
    await alice.visit('/account/users')
    const { id } = await invitationOf('dora')
    await alice.post(`/account/invites/${id}/resend`)
    expect([alice.status, alice.told]).toEqual([422, expect.stringContaining('once your email address is')])
    expect(await invitationOf('dora')).toMatchObject({ send_count: 1, message: WORDS })
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    expect(await invitationOf('dora')).toMatchObject({ send_count: 2, message: '' })
    await alice.post(`/account/invites/${id}/resend`)
    expect(await invitationOf('dora'), 'no words, no question').toMatchObject({ send_count: 3 })
    await setUser({ email_verified_at: '2026-01-01T00:00:00.000Z' })
  })

  test('H24 words that wait are left out of the mail and of its page while the address is not proven', async () => {
    await invite('erik')
    await setUser({ email_verified_at: null })
    const [mail] = await sentAgain('erik')
    expect(mail?.text).toContain('Alice Ames')
    expect(mail?.text).not.toContain(WORDS)
    expect(mail?.html).not.toContain(WORDS)
    const guest = house.visitor()
    await guest.visit(await house.linkTo('erik@example.com'))
    expect([guest.status, guest.text.includes(WORDS)]).toEqual([200, false])
    await setUser({ email_verified_at: '2026-01-01T00:00:00.000Z' })
    await guest.visit(guest.path)
    expect(guest.text).toContain(WORDS)
  })

  test('an admin who corrects the address sends no words of another as theirs', async () => {
    await invite('fay')
    await ada.visit(`/admin/invitations/${(await invitationOf('fay')).id}/address`)
    await ada.press('Correct and send', { 'Email address': 'fae@example.com' })
    expect(await invitationOf('fae')).toMatchObject({ invited_by_admin_id: 1, message: '' })
    expect((await house.mailTo('fae@example.com'))[0]?.text).not.toContain(WORDS)
  })

  test('R20 H16 what its inviter lost meanwhile is not in it, and the end is theirs', async () => {
    await invite('gus')
    await nearTheEnd(house, 'gus@example.com')
    await invite('hal')
    const bob = (await house.db('users').where({ email: 'bob@example.com' }).first('id')).id
    await house.db('clients').where({ id: acme.id }).update({ owner_id: bob })
    await house.db('associations').where({ client_id: acme.id, user_id: bob }).update({ ends_at: null })
    await setAccess({ permissions: 'domains,tickets', ends_at: '2099-03-01T00:00:00.000Z' })
    await remind(house)
    const [mail] = await sentAgain('hal')
    const listed = (text = '') => text.split('\n').filter((line) => line.startsWith('- '))
    expect(listed(mail?.text)).toHaveLength(2)
    expect(mail?.text).toContain('- View Domains\n')
    expect(mail?.text).toContain('2099')
    const [reminder] = await house.mailTo('gus@example.com')
    expect([reminder?.subject, listed(reminder?.text).length]).toEqual([
      expect.stringContaining('runs out'),
      2,
    ])
    const kept = await house.db('invitations').where({ email: 'hal@example.com' }).first()
    expect(kept.access_ends_at, 'asked each time, and not written').toBeNull()
  })

  test('one that gives nothing any more is not sent, and the Admin Area says why', async () => {
    await setAccess({ ends_at: null })
    await house.db('clients').where({ id: acme.id }).update({ owner_id: aliceId })
    await invite('ivy')
    const bob = (await house.db('users').where({ email: 'bob@example.com' }).first('id')).id
    await house.db('clients').where({ id: acme.id }).update({ owner_id: bob })
    await setUser({ status: 'disabled' })
    expect(await sentAgain('ivy'), 'no second one').toHaveLength(1)
    const email = await house.db('emails').where({ to_address: 'ivy@example.com' }).first()
    expect(email.status).toBe('superseded')
  })
})
