import { beforeEach, describe, expect, test } from 'vitest'
import { examine } from '../src/domain/doctor.ts'
import { inDays, timestamp } from '../src/platform/clock.ts'
import { actOn } from './support/access.ts'
import { typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { associate, idsOf, lookAtMerge } from './support/merging.ts'
import { latestTransfer, letIn, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

describe('an access rests, and goes on', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor
  let ids: Awaited<ReturnType<typeof idsOf>>

  beforeEach(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
    ids = await idsOf(house)
  })

  const row = (user_id: number, client_id = ids.acme) =>
    house.db('associations').where({ client_id, user_id }).first()
  const subjects = async (name: string) =>
    (await house.mailTo(`${name}@example.com`)).map(({ subject }) => subject)
  const actions = () => house.db('activity').where('action', 'like', 'access.%').orderBy('id').pluck('action')

  test('the owner suspends it and resumes it: nothing may be done meanwhile, nothing is lost', async () => {
    await alice.visit('/account/users/2/permissions')
    await alice.follow('Suspend Access')
    expect(alice.text).toContain('Suspend Bob Brown’s access to Acme Hosting?')
    await alice.press('Suspend Access')
    expect(alice.told).toBe('The access of Bob Brown is suspended.')
    expect(alice.$('#user-2').text()).toContain('Suspended')

    expect((await bob.visit('/clientarea')).path).toBe('/user/accounts')
    expect(bob.text).toContain('Your access to Acme Hosting is suspended.')
    await bob.post('/user/accounts', { client_id: ids.acme })
    expect(bob.told).toContain('Your access to Acme Hosting is suspended.')
    expect((await house.user('bob')).title).toBe('Brown Bakery')
    expect(await subjects('bob')).toContain('Access to Acme Hosting is suspended')

    await alice.post('/account/users/2/suspend')
    expect([alice.status, alice.told]).toEqual([422, 'This access is suspended already.'])
    await alice.visit('/account/users/2/permissions')
    await alice.follow('Resume Access')
    await alice.press('Resume Access')
    expect(alice.told).toBe('Bob Brown has access again.')
    expect(await row(ids.bob)).toMatchObject({ permissions: 'invoices,products,tickets', suspended_at: null })
    expect((await bob.visit('/clientarea')).title).toBe('Acme Hosting')
    await alice.post('/account/users/2/resume')
    expect([alice.status, alice.told]).toEqual([422, 'This access is not suspended.'])
    expect(await actions()).toEqual(['access.suspended', 'access.resumed'])
    expect(await subjects('alice'), 'whoever did it is not told').not.toContain(
      'Access to Acme Hosting is resumed',
    )
  })

  test('an admin does, too: then the owner is told as well', async () => {
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${ids.acme}/users/2`)
    await ada.follow('Suspend Access')
    await ada.press('Suspend Access')
    expect(ada.$('#user-2').text()).toContain('Suspended')
    expect(ada.$('#user-2').text(), 'nobody can act for it').not.toContain('Log in as')
    for (const name of ['alice', 'bob'])
      expect(await subjects(name)).toContain('Access to Acme Hosting is suspended')
    await ada.visit(`/admin/users/${ids.bob}`)
    expect(ada.text).toContain('Suspended')
  })

  test('H10 an owner’s never rests, and who rests becomes no owner', async () => {
    const ada = await house.admin()
    await ada.post(`/admin/clients/${ids.acme}/users/1/suspend`)
    expect([ada.status, ada.told]).toEqual([422, 'The owner’s access cannot be suspended.'])
    expect((await row(ids.alice)).suspended_at).toBeNull()
    await ada.post(`/admin/clients/${ids.acme}/users/2/suspend`)
    await ada.post(`/admin/clients/${ids.acme}/users/2`, { make_owner: '1' })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('is suspended. Resume it first.')])
    expect((await house.clientNamed('Acme Hosting')).owner_id).toBe(ids.alice)
  })

  test('nobody else does it: not a user, not a stranger, not an admin in the owner’s name without the right', async () => {
    expect((await bob.post('/account/users/2/suspend')).status).toBe(403)
    const carol = await house.user('carol')
    await carol.post('/account/users/2/suspend')
    expect(carol.status).toBe(404)
    expect((await row(ids.bob)).suspended_at).toBeNull()
  })

  test('H16 what the suspended one had invited others to is cancelled', async () => {
    await alice.post('/account/users/invite', { email: 'kim@example.com' })
    await house.db('invitations').update({ invited_by_user_id: ids.bob, permissions: 'tickets' })
    const link = await house.linkTo('kim@example.com')
    expect((await house.visitor().visit(link)).status).toBe(200)
    await alice.post('/account/users/2/suspend')
    expect((await house.visitor().visit(link)).status).toBe(404)
    expect((await house.db('invitations').first()).status).toBe('cancelled')
    // One that slipped through finds its inviter suspended.
    await house.db('invitations').update({ status: 'pending', ended_at: null, open_email: 'kim@example.com' })
    const carol = await house.user('carol')
    await carol.post(`${link}/accept`)
    expect([carol.status, await row(ids.carol)]).toEqual([404, undefined])
  })

  test('H15 a login that comes to rest by merging is offered no ownership any more', async () => {
    await letIn(house, 'Acme Hosting', 'carol', { suspended_at: timestamp() })
    await offerTo(alice, 'Bob Brown')
    expect((await latestTransfer(house)).status).toBe('pending')
    const ada = await house.admin()
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    expect((await row(ids.bob)).suspended_at).not.toBeNull()
    expect((await latestTransfer(house)).status).toBe('cancelled')
  })

  test('H15 of two logins that are merged, suspension and the earliest end win', async () => {
    const ada = await house.admin()
    await associate(house, ids.carol, ids.acme, 'emails')
    await actOn(house, ids.acme, ids.carol, { suspended_at: timestamp(), ends_at: inDays(40) })
    await actOn(house, ids.acme, ids.bob, { ends_at: inDays(50) })
    await lookAtMerge(ada, ids)
    const acme = ada.$('.row-item').first().text()
    expect(acme).toContain('Suspended')
    expect(acme).toContain('Access until')
    const { ends_at } = await row(ids.carol)
    await ada.press('Merge the logins', typedProof)
    expect(ada.status).toBe(200)
    const merged = await row(ids.bob)
    expect([merged.ends_at, merged.suspended_at !== null]).toEqual([ends_at, true])
    expect((await bob.visit('/clientarea')).path).toBe('/user/accounts')
    expect(await findings()).not.toContain('invitation.inviterSuspended')
  })

  test('H15 an end that came meanwhile makes the preview stale', async () => {
    const ada = await house.admin()
    await associate(house, ids.carol, ids.acme, 'emails')
    await lookAtMerge(ada, ids)
    await actOn(house, ids.acme, ids.bob, { ends_at: inDays(50) })
    await ada.press('Merge the logins', typedProof)
    expect([ada.status, ada.told]).toEqual([
      422,
      expect.stringContaining('Something changed since you looked.'),
    ])
  })

  test('H15 merging makes no owner of who rests, and access that is over is not brought along', async () => {
    const ada = await house.admin()
    await associate(house, ids.carol, ids.bakery, 'emails')
    await actOn(house, ids.bakery, ids.carol, { suspended_at: timestamp() })
    await lookAtMerge(ada, ids, { here: 'bob', other: 'carol', keep: 'other' })
    expect([ada.status, ada.told]).toEqual([
      422,
      expect.stringContaining('The other login owns Brown Bakery'),
    ])

    await actOn(house, ids.bakery, ids.carol, { suspended_at: null, ends_at: inDays(9) })
    await actOn(house, ids.acme, ids.bob, { ends_at: inDays(-1) })
    await lookAtMerge(ada, ids, { here: 'bob', other: 'carol', keep: 'other' })
    await ada.press('Merge the logins', typedProof)
    expect(await row(ids.carol, ids.bakery)).toMatchObject({ ends_at: null, suspended_at: null })
    expect([await row(ids.carol), await row(ids.bob)]).toEqual([undefined, undefined])
    expect(await house.db('hook_events').where({ name: 'AssociationEnded' })).toHaveLength(1)
  })

  const findings = async () => {
    const found: string[] = []
    for await (const { check } of examine(house.db, { pauseMs: 0 })) found.push(check)
    return found
  }
})
