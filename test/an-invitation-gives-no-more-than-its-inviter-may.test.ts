import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

// Alice invites, hands Acme Hosting over to Bob, and may less and less herself (R20).
describe('an invitation gives no more than its inviter may give when it is accepted', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
    await invite('all@example.com', {})
    await invite('tickets@example.com', { ...CHOOSE, 'View & Open Support Tickets': true })
    await invite('domains@example.com', { ...CHOOSE, 'View Domains': true })
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`)
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Make Owner': true })
    bob = await house.user('bob', 'Acme Hosting')
  })

  const CHOOSE = { 'Choose Permissions': true }
  const invite = async (email: string, fields: Record<string, boolean>) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email, ...fields })
  }
  const allowedBy = async (email: string) => {
    const visitor = await house.visitor().visit(await house.linkTo(email))
    return visitor.status === 200
      ? visitor
          .$('.allows li')
          .map((_, one) => visitor.$(one).text().trim())
          .get()
      : visitor.title
  }
  const invitationOf = (email: string) => house.db('invitations').where({ email }).first()
  const DEAD = 'This invitation does not work any more.'

  test('after the ownership moved it stands as it was: the former owner holds what can be invited to', async () => {
    expect(await allowedBy('all@example.com'), 'all but managing users').toHaveLength(13)
    await bob.visit('/account/users')
    expect(bob.$('#lists').text()).toContain('Invited by Alice Ames')
  })

  test('when the inviter holds less, it is cut down to that', async () => {
    await bob.visit('/account/users')
    await bob.follow('Manage Permissions: Alice Ames')
    const some = { 'View Domains': false, 'Modify Master Account Profile': false }
    await bob.press('Save', some)
    expect(await allowedBy('all@example.com')).toHaveLength(11)
    expect(await allowedBy('all@example.com')).not.toContain('View Domains')
    expect(await allowedBy('tickets@example.com')).toEqual(['View & Open Support Tickets'])
  })

  test('where nothing is left of it, it is cancelled in the moment that took it away', async () => {
    expect(await allowedBy('domains@example.com')).toBe(DEAD)
    expect((await invitationOf('domains@example.com')).status).toBe('cancelled')
    await bob.visit('/account/users')
    expect(bob.$('#pending').closest('section').text()).not.toContain('domains@example.com')
    expect(bob.$('details.panel').text()).toMatch(/domains@example\.com.*Cancelled/s)
    const entry = await house.db('activity').where({ action: 'invite.cancelled' }).first()
    expect([entry.actor_name, JSON.parse(entry.detail).email]).toEqual(['Bob Brown', 'domains@example.com'])
  })

  test('what is accepted is what was left, not what was offered; inviter and owner are told', async () => {
    const carol = await house.user('carol')
    await carol.visit(await house.linkTo('all@example.com'))
    await carol.press('Accept')
    expect((await carol.visit('/account/details')).status).toBe(403)
    await bob.visit('/account/users')
    await bob.follow('Manage Permissions: Carol Chen')
    expect(bob.$('[name="permissions"][checked]').length).toBe(11)
    for (const reader of ['alice@example.com', 'bob@example.com'])
      expect((await house.mailTo(reader))[0]?.subject).toBe(
        'Carol Chen accepted the invitation to Acme Hosting',
      )
  })

  test('while the inviter’s login is disabled, the link is dead', async () => {
    await house.db('users').where({ email: 'alice@example.com' }).update({ status: 'disabled' })
    expect(await allowedBy('tickets@example.com')).toBe(DEAD)
    await house.db('users').where({ email: 'alice@example.com' }).update({ status: 'active' })
    expect(await allowedBy('tickets@example.com')).toEqual(['View & Open Support Tickets'])
  })

  test('when the inviter loses access it is cancelled, also under an accept page that is open', async () => {
    const dora = await house.visitor().visit(await house.linkTo('tickets@example.com'))
    await bob.visit('/account/users')
    await bob.follow('Remove Access: Alice Ames')
    expect(bob.text).toContain('their pending invitations to it are cancelled')
    await bob.press('Remove Access')
    expect((await invitationOf('tickets@example.com')).status).toBe('cancelled')
    await dora.press('Create account', {
      'First name': 'Dora',
      'Last name': 'Diaz',
      'Email address': 'dora@example.com',
      Password: 'a long sentence of mine',
    })
    expect([dora.status, dora.title]).toEqual([404, DEAD])
  })

  test('what the former owner had invited can be resent by the new one, who answers for it then', async () => {
    await bob.visit('/account/users')
    await bob.press('Send Invite', { 'Email address': 'erik@example.com' })
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`)
    await ada.follow('Manage User: Carol Chen')
    await ada.press('Save', { 'Make Owner': true })
    const carol = await house.user('carol', 'Acme Hosting')
    await carol.visit('/account/users')
    await carol.press('Resend Invite: erik@example.com')
    const erik = await house.visitor().visit(await house.linkTo('erik@example.com'))
    expect(erik.title).toBe('Carol Chen invites you to Acme Hosting')
    await carol.visit('/account/users')
    await carol.follow('Remove Access: Bob Brown')
    await carol.press('Remove Access')
    expect(await allowedBy('erik@example.com'), 'it is Carol’s now').toHaveLength(14)
  })
})
