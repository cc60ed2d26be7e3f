import { beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a user leaves an account', () => {
  let house: TestHouse
  let bob: Visitor
  let acme: { id: number }

  beforeEach(async () => {
    house = await startHouse()
    bob = await house.user('bob', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
  })

  const row = (user_id = 2) => house.db('associations').where({ client_id: acme.id, user_id }).first()

  test('after a question; the owner is told, and what they invited to is cancelled', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post('/account/users/invite', { email: 'kim@example.com' })
    await house.db('invitations').update({ invited_by_user_id: 2 })
    await bob.visit('/user/accounts')
    await bob.follow('Leave Acme Hosting')
    expect(bob.text).toContain('Leave Acme Hosting?')
    const again = await bob.newTab().visit(bob.path)
    expect(await row(), 'looking changes nothing').toBeDefined()
    await bob.press('Leave')
    expect([bob.path, bob.told]).toEqual(['/user/accounts', 'You left Acme Hosting.'])
    expect(bob.$('.rows').text()).not.toContain('Acme Hosting')
    expect((await bob.visit('/clientarea')).path).toBe('/user/accounts')
    await again.press('Leave')
    expect(again.status, 'a second click').toBe(404)

    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('Bob Brown left Acme Hosting')
    expect(await house.db('hook_events').where({ name: 'UserDisassociated' })).toHaveLength(1)
    expect(await house.db('activity').where({ action: 'user.left' })).toHaveLength(1)
    expect((await house.db('invitations').first()).status).toBe('cancelled')
    await alice.visit('/account/activity')
    expect(alice.text).toContain('bob@example.com left')
  })

  test('not the owner, not a stranger, and nobody in their name', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/user/accounts')
    expect(alice.text).not.toContain('Leave Acme Hosting')
    const url = `/user/accounts/${acme.id}/leave`
    await alice.visit(url)
    expect(alice.text).toContain('You own this account, so you cannot leave it.')
    await alice.post(url)
    expect([alice.status, await row(1)]).toEqual([422, expect.anything()])
    const carol = await house.user('carol')
    expect([(await carol.visit(url)).status, (await carol.post(url)).status]).toEqual([404, 404])

    const ada = await house.admin()
    await ada.visit('/admin/users/2/act-as')
    await ada.press('Log in as this user')
    await ada.visit(url)
    expect(ada.$('form[action$="/leave"]')).toHaveLength(0)
    await ada.post(url)
    expect([ada.status, await row()]).toEqual([403, expect.anything()])
  })

  test('also from an access that rests', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post('/account/users/2/suspend')
    await bob.visit('/user/accounts')
    await bob.follow('Leave Acme Hosting')
    await bob.press('Leave')
    expect(await row()).toBeUndefined()
  })
})
