import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('somebody who has a login accepts an invitation', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })

  const linkFor = async (email: string, fields = {}) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email, ...fields })
    return house.linkTo(email)
  }
  const removeAccess = async (name: string) => {
    await alice.visit('/account/users')
    await alice.follow(`Remove Access: ${name}`)
    await alice.press('Remove Access')
  }
  const LOGIN = (name: string) => ({ 'Email address': `${name}@example.com`, Password: PASSWORD })
  const DEAD = [404, 'This invitation does not work any more.']

  test('logs in on the page, sees once more what it is, and accepts; the inviter learns both addresses', async () => {
    const link = await linkFor('carol.work@example.org', {
      'Choose Permissions': true,
      'View Domains': true,
    })
    const carol = house.visitor()
    await carol.visit(link)
    await carol.press('Log in', { ...LOGIN('carol'), Password: 'not her password' })
    expect([carol.status, carol.title]).toEqual([422, 'Log in'])
    await carol.press('Log in', LOGIN('carol'))
    expect([carol.path, carol.title]).toEqual([link, 'Alice Ames invites you to Acme Hosting'])
    expect(carol.text, 'logging in accepts nothing').toContain('You accept as CC Carol Chen')

    await carol.press('Accept')
    expect([carol.path, carol.title]).toEqual(['/clientarea', 'Acme Hosting'])
    expect(carol.told).toBe('You now act for Acme Hosting.')
    expect(carol.text).toContain('PermissionsDomains')
    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('Carol Chen accepted the invitation to Acme Hosting')
    expect(mail?.text).toContain('sent to carol.work@example.org and accepted by carol@example.com')

    await alice.visit('/account/users')
    expect(alice.$('#lists').text()).toContain('Carol Chen')
    expect(alice.text).toContain('Earlier invitations')
    expect(alice.$('#pending').text().trim()).toBe('Pending Invites 0')
  })

  test('who is associated already is told so and led to the account, and the link is not used up', async () => {
    const link = await linkFor('erik@example.com')
    const carol = await house.user('carol')
    for (const associated of [await house.user('alice'), carol]) {
      await associated.visit(link)
      const sentence =
        'You are a user of this account already: the invitation can still be accepted by somebody else.'
      expect(associated.text).toContain(sentence)
      expect(associated.text, 'what would be refused is not offered').not.toContain('You accept as')
      const late = await associated.newTab().visit(link)
      await late.post(`${link}/accept`)
      expect([late.status, late.told]).toEqual([422, expect.stringContaining(sentence)])
      await associated.press('Switch to Acme Hosting')
      expect([associated.path, associated.title]).toEqual(['/clientarea', 'Acme Hosting'])
    }
    await carol.visit(link)
    await removeAccess('Bob Brown')
    await carol.press('Use another login')
    expect(carol.path).toBe(link)
    await carol.press('Log in', LOGIN('bob'))
    expect(carol.text, 'as another of their logins').toContain('You accept as BB Bob Brown')
    await carol.press('Accept')
    expect(carol.title).toBe('Acme Hosting')
    expect(carol.text).toContain('Hello, Bob!')
  })

  test('a second click leads into the account as the first did, and does nothing more', async () => {
    await removeAccess('Bob Brown')
    const link = await linkFor('bob@example.com')
    const bob = await house.user('bob')
    await bob.visit(link)
    const again = await bob.newTab().visit(link)
    await bob.press('Accept')
    const happened = () =>
      Promise.all(['activity', 'emails', 'hook_events'].map((table) => house.db(table).pluck('id')))
    const before = await happened()
    await again.press('Accept')
    expect([again.path, again.title]).toEqual(['/clientarea', 'Acme Hosting'])
    expect(await happened()).toEqual(before)
  })

  test('who follows the link again is led on, from another account by a button; nobody else is', async () => {
    const link = await house.linkTo('bob@example.com')
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit(link)
    expect([bob.status, bob.title]).toEqual([200, 'You have joined Acme Hosting'])
    await bob.press('Switch to Acme Hosting')
    expect(bob.title).toBe('Acme Hosting')
    await bob.visit(link)
    expect(bob.path).toBe('/clientarea')

    const carol = await house.user('carol')
    expect([(await carol.visit(link)).status, carol.title]).toEqual(DEAD)
    await carol.post(`${link}/accept`)
    expect([carol.status, carol.title]).toEqual(DEAD)
    const stranger = house.visitor()
    await stranger.visit(link)
    expect([stranger.status, stranger.title]).toEqual(DEAD)
    await stranger.follow('Accepted it before? Log in')
    await stranger.press('Log in', LOGIN('bob'))
    expect(stranger.title).toBe('Acme Hosting')
  })

  test('who accepted and lost the access since is not let in by the old link', async () => {
    const link = await house.linkTo('bob@example.com')
    const bob = await house.user('bob')
    await removeAccess('Bob Brown')
    await bob.visit(link)
    expect([bob.status, bob.title]).toEqual(DEAD)
    await bob.post(`${link}/accept`)
    expect([bob.status, bob.title]).toEqual(DEAD)
  })

  test('nobody accepts without a login: the answer asks for one, and then for a click', async () => {
    const link = await linkFor('dora@example.com')
    const bob = house.visitor()
    await bob.post(`${link}/accept`)
    expect([bob.status, bob.title]).toEqual([401, 'Log in'])
    await bob.press('Log in', LOGIN('bob'))
    expect(bob.title).toBe('Welcome back')
    expect((await house.db('invitations').where({ email: 'dora@example.com' }).first()).status).toBe(
      'pending',
    )
    await bob.press('Send it now')
    expect(bob.title).toBe('Acme Hosting')
  })

  test('an invitation to a client that was closed meanwhile is dead, also for a page that was open', async () => {
    const link = await linkFor('gus@example.com')
    const carol = await house.user('carol')
    await removeAccess('Carol Chen')
    await carol.visit(link)
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${(await house.clientNamed('Acme Hosting')).id}`)
    await ada.follow('Close client')
    await ada.press('Close client')
    await carol.press('Accept')
    expect([carol.status, carol.title]).toEqual(DEAD)
    expect([(await house.visitor().visit(link)).status]).toEqual([404])
    expect((await house.db('invitations').where({ email: 'gus@example.com' }).first()).status).toBe(
      'cancelled',
    )
  })
})
