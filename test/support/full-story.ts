// Everything that can happen to an invitation and to access, once: what a database looks like that was lived in.

import { randomUUID } from 'node:crypto'
import { expireInvitations } from '../../src/domain/invitations.ts'
import { moveClock } from '../../src/platform/clock.ts'
import type { TestHouse } from './house.ts'
import { latestTransfer, offerTo } from './transfers.ts'
import type { Visitor } from './visitor.ts'

const WEEK_MINUTES = 7 * 24 * 60
const FRANK = { 'First name': 'Frank', 'Last name': 'Fox', Password: 'a long sentence of mine' }

const job = () => ({
  kind: 'system' as const,
  id: null,
  name: 'expire-invitations',
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

export async function liveFullStory(house: TestHouse) {
  const users = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`
  const alice = await house.user('alice', 'Acme Hosting')
  const send = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
  }
  const press = async (button: string, then?: string) => {
    await alice.visit('/account/users')
    await alice.follow(button).catch(() => alice.press(button))
    if (then) await alice.press(then)
  }
  // Runs out, is written down, and one of them is sent again.
  for (const email of ['hugo@example.com', 'kim@example.com']) await send(email)
  moveClock(WEEK_MINUTES + 1)
  await expireInvitations(house.db, job)
  await alice.visit('/account/users')
  await alice.press('Resend Invite: hugo@example.com')

  await send('dora@example.com')
  await alice.visit('/account/users')
  await alice.press('Resend Invite: dora@example.com')
  await press('Cancel Invite: dora@example.com', 'Cancel Invite')
  for (const email of ['ida@example.com', 'ida@example.com', 'jack@example.com']) await send(email)
  await decline(house, send)
  await acceptAsNewcomer(house, send)
  await press('Remove Access: Frank Fox', 'Remove Access')
  await send('carol@example.com')
  const carol = await house.user('carol', 'Chen Labs')
  await carol.visit(await house.linkTo('carol@example.com'))
  await carol.press('Accept')
  await handOver(house, alice, carol)
  await administer(house, users)
}

/** Declined, cancelled, and pending when an admin makes somebody else the owner. */
async function handOver(house: TestHouse, alice: Visitor, carol: Visitor) {
  await offerTo(alice, 'Carol Chen')
  await carol.visit(`/user/transfers/${(await latestTransfer(house)).id}`)
  await carol.press('Decline')
  await offerTo(alice, 'Carol Chen')
  await alice.press('Cancel transfer')
  await offerTo(alice, 'Carol Chen')
}

async function decline(house: TestHouse, send: (email: string) => Promise<void>) {
  await send('erik@example.com')
  const erik = house.visitor()
  await erik.visit(await house.linkTo('erik@example.com'))
  await erik.press('Decline')
}

async function acceptAsNewcomer(house: TestHouse, send: (email: string) => Promise<void>) {
  await send('frank@example.com')
  const frank = house.visitor()
  await frank.visit(await house.linkTo('frank@example.com'))
  await frank.press('Create account', { ...FRANK, 'Email address': 'frank@example.net' })
}

async function administer(house: TestHouse, users: string) {
  const ada: Visitor = await house.admin()
  await ada.visit(users)
  await ada.follow('Manage User: Bob Brown')
  await ada.press('Save', { 'Make Owner': true })
  await ada.visit(`${users}/associate`)
  await ada.post(`${users}/associate`, { act: 'new' })
  const carol = await house.user('carol', 'Chen Labs')
  await carol.visit('/account/users')
  await carol.press('Send Invite', { 'Email address': 'leo@example.com' })
  await ada.visit(`/admin/clients/${(await house.clientNamed('Chen Labs')).id}`)
  await ada.follow('Close client')
  await ada.press('Close client')
  await house.mailTo('leo@example.com')
}
