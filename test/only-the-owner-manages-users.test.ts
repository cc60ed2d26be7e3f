import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('R10 only whoever may manages the users of a client', () => {
  let house: TestHouse
  let alice: Visitor
  let ids: Record<string, number>
  let inviteId: number

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    const users = await house.db('users').select('id', 'first_name')
    ids = Object.fromEntries(users.map(({ id, first_name }) => [first_name, id]))
    inviteId = (await house.db('invitations').first()).id
  })

  const pages = (user: number | undefined) => [
    `/account/users/${user}/permissions`,
    `/account/users/${user}/remove`,
    `/account/invites/${inviteId}/resend`,
    `/account/invites/${inviteId}/cancel`,
  ]
  const access = async () => [
    await house.db('associations').select('client_id', 'user_id', 'permissions'),
    await house.db('invitations').select('*'),
  ]
  const body = { email: 'mallory@example.com', permissions: 'tickets' }

  test('Bob, who is a user of it, is told so and whom to ask; the menu does not offer it', async () => {
    const before = await access()
    const bob = await house.user('bob', 'Acme Hosting')
    await expect(bob.follow('User Management')).rejects.toThrow('No link')
    for (const page of ['/account/users', '/account/users/invite', ...pages(ids.Alice), ...pages(ids.Bob)]) {
      await bob.visit(page)
      expect([page, bob.status, bob.title]).toEqual([page, 403, 'You may not open this page'])
      expect(bob.text).toContain('It needs the permission “Manage Users”.')
      expect(bob.text).toContain('Ask Alice Ames, the owner of Acme Hosting.')
      expect(bob.text).toContain('What you may do here: Services, invoices, tickets')
      expect(bob.text).not.toContain('dora@example.com')
      if (page === '/account/users') continue
      await bob.post(page, body)
      expect([page, bob.status]).toEqual([page, 403])
    }
    expect(await access()).toEqual(before)
  })

  test('also with every other permission there is', async () => {
    const { id: client_id } = await house.clientNamed('Acme Hosting')
    await alice.visit(`/account/users/${ids.Bob}/permissions`)
    await alice.press('Save', { 'Check All': true })
    await alice.visit(`/account/users/${ids.Bob}/permissions`)
    await alice.press('Save', { 'Manage Users': false })
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.post(`/account/users/${ids.Bob}/permissions`, body)
    expect(bob.status).toBe(403)
    const { permissions } = await house.db('associations').where({ client_id, user_id: ids.Bob }).first()
    expect(permissions.split(',')).toHaveLength(13)
  })

  test('users and invitations of another client are not found, as those that are not there', async () => {
    const before = await access()
    const carol = await house.user('carol')
    const answers = new Set<string>()
    const page404 = (visitor: Visitor) => visitor.html.replace(' aria-current="page"', '')
    const nobody = pages(ids.Bob).map((page) => page.replace(/\d+/, '999999'))
    const odd = ['0', '-1', '1.5', '01', '1e1', 'x', '%00', '99999999999999999999'].map(
      (id) => `/account/users/${id}/permissions`,
    )
    for (const page of [...pages(ids.Bob), ...pages(ids.Alice), ...nobody, ...odd]) {
      await carol.visit(page)
      expect([page, carol.status]).toEqual([page, 404])
      answers.add(page404(carol))
      await carol.post(page, body)
      expect([page, carol.status]).toEqual([page, 404])
      answers.add(page404(carol))
    }
    expect(answers.size).toBe(1)
    expect(carol.title).toBe('Not found')
    expect(await access()).toEqual(before)
  })

  test('and so they are for the owner of both, while acting for the other one', async () => {
    const consulting = await house.user('alice', 'Ames Consulting')
    for (const page of pages(ids.Bob)) {
      expect([page, (await consulting.visit(page)).status]).toEqual([page, 404])
      expect([page, (await consulting.post(page, body)).status]).toEqual([page, 404])
    }
  })

  test('an owner whose ownership moved away manages nobody any more, with a page that was open', async () => {
    const remove = await alice.newTab().visit(`/account/users/${ids.Bob}/remove`)
    const invite = await alice.newTab().visit('/account/users')
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`)
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Make Owner': true })
    await remove.press('Remove Access')
    expect([remove.status, remove.text.includes('Ask Bob Brown, the owner')]).toEqual([403, true])
    await invite.press('Send Invite', { 'Email address': 'erik@example.com' })
    expect(invite.status).toBe(403)
    expect(await house.db('invitations').where({ email: 'erik@example.com' })).toEqual([])
  })

  test('whoever is not logged in is asked to', async () => {
    const stranger = house.visitor()
    for (const page of ['/account/users', ...pages(ids.Bob)]) {
      expect([(await stranger.visit(page)).status, stranger.title]).toEqual([200, 'Log in'])
      if (page !== '/account/users') expect((await stranger.post(page, body)).status).toBe(401)
    }
  })
})
