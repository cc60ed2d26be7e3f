import { beforeEach, describe, expect, test } from 'vitest'
import { inDays } from '../src/platform/clock.ts'
import { actOn } from './support/access.ts'
import { actAs, anotherAdmin } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { associate } from './support/merging.ts'
import { latestTransfer, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

const [BOB, CAROL] = [2, 3]

describe('what a delegate sent, is asked, and is acted for', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor
  let acme: { id: number }

  beforeEach(async () => {
    house = await startHouse()
    acme = await house.clientNamed('Acme Hosting')
    await give(BOB, 'invoices,tickets,users')
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
  })

  const row = (user_id: number) => house.db('associations').where({ client_id: acme.id, user_id }).first()
  const give = (user_id: number, permissions: string) =>
    house.db('associations').where({ client_id: acme.id, user_id }).update({ permissions })
  const invite = async (email: string) => {
    await bob.post('/account/users/invite', { email, which: 'all' })
    return house.linkTo(email)
  }

  test('H16 an acceptance gives what the inviter still holds, and until when they have access', async () => {
    const link = await invite('kim@example.com')
    await alice.post(`/account/users/${BOB}/permissions`, { permissions: ['tickets', 'domains', 'users'] })
    await actOn(house, acme.id, BOB, { ends_at: inDays(3) })
    const carol = await house.user('carol')
    await carol.visit(link)
    expect(carol.$('.allows li').length, 'no longer the invoices').toBe(2)
    await carol.press('Accept')
    expect(await row(CAROL)).toMatchObject({
      permissions: 'tickets,users',
      ends_at: (await row(BOB)).ends_at,
    })
    for (const name of ['alice', 'bob'])
      expect((await house.mailTo(`${name}@example.com`))[0]?.subject, 'both are told').toContain('Carol')
  })

  test('H16 one delegate may make another, who then reaches as far, and no further', async () => {
    const link = await invite('kim@example.com')
    const carol = await house.user('carol')
    await carol.visit(link)
    expect(carol.text).toContain('Manage Users')
    await carol.press('Accept')
    await carol.post('/account/users/invite', { email: 'lea@example.com', which: 'all' })
    const { permissions } = await house.db('invitations').where({ email: 'lea@example.com' }).first()
    const told = await house.mailTo('alice@example.com')
    expect(told[0]?.subject, 'the owner hears of it').toBe(
      'Carol Chen invited lea@example.com to Acme Hosting',
    )
    expect(told[0]?.text).toContain('cancel the invitation under User Management')
    expect(permissions).toBe('invoices,tickets,users')
    await carol.post(`/account/users/${BOB}/permissions`, { permissions: 'tickets' })
    expect((await row(BOB)).permissions, 'of equals, either may').toBe('tickets')
    await bob.post(`/account/users/${CAROL}/remove`)
    expect([bob.status, Boolean(await row(CAROL))]).toEqual([403, true])
  })

  test('a delegate sees who asks, and invites them; ignoring is for whoever was asked', async () => {
    const carol = await house.user('carol')
    await carol.post('/user/accounts/request', { email: 'alice@example.com', word: 'Me' })
    const { id } = await house.db('access_requests').first('id')
    await bob.visit('/account/users')
    expect(bob.text).toContain('They asked the owner of this account for access. You can invite them.')
    expect(bob.$(`#request-${id} a`).length).toBe(1)
    for (const send of [bob.visit.bind(bob), bob.post.bind(bob)])
      expect((await send(`/account/users/requests/${id}/ignore`)).status).toBe(403)
    await bob.visit(`/account/users?request=${id}`)
    expect(bob.value('Email address')).toBe('carol@example.com')
    await bob.press('Send Invite')
    await bob.visit('/account/users')
    expect(bob.$(`#request-${id}`).length, 'who is invited asks for nothing here').toBe(0)
    const { status } = await house.db('access_requests').first()
    expect(status, 'it was addressed to the owner, for any of their accounts').toBe('open')
    const other = await house.user('alice', 'Ames Consulting')
    await other.visit('/account/users')
    expect(other.$(`#request-${id}`).length).toBe(1)
  })

  test('H10 whom the owner hands the account over to is not his to send away', async () => {
    await associate(house, CAROL, acme.id, 'tickets')
    await house.user('carol')
    await offerTo(alice, 'Carol Chen')
    for (const step of ['suspend', 'remove']) {
      await bob.post(`/account/users/${CAROL}/${step}`)
      expect([bob.status, bob.told.includes('handing this account over')]).toEqual([422, true])
    }
    expect((await latestTransfer(house)).status).toBe('pending')
    expect((await row(CAROL)).suspended_at).toBeNull()
  })

  test('H7 an admin who acts as a delegate needs the right, and reaches no further', async () => {
    await associate(house, CAROL, acme.id, 'tickets')
    const without = await actAs(house, await anotherAdmin(house, 'eve', ['act-as-user', 'list-users']), 'bob')
    await without.post('/user/accounts', { client_id: acme.id })
    await without.visit('/account/users')
    expect(without.status).toBe(200)
    expect((await without.post(`/account/users/${CAROL}/remove`)).status).toBe(403)
    const acting = await actAs(house, await house.admin(), 'bob')
    await acting.post('/user/accounts', { client_id: acme.id })
    expect((await acting.post('/account/users/invite', { email: 'kim@example.com' })).status).toBe(403)
    await acting.post(`/account/users/${CAROL}/permissions`, { permissions: ['tickets', 'domains'] })
    expect([acting.status, (await row(CAROL)).permissions]).toEqual([422, 'tickets'])
    await acting.post(`/account/users/${CAROL}/permissions`, { permissions: ['tickets', 'invoices'] })
    expect((await row(CAROL)).permissions).toBe('invoices,tickets')
    await give(CAROL, 'profile,tickets')
    expect((await acting.post(`/account/users/${CAROL}/remove`)).status).toBe(422)
  })
})
