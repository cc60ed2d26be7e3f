import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { actAs, anotherAdmin, userIdOf } from './support/acting.ts'
import { addressLinks } from './support/address-links.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { type Route, routesOfHouse } from './support/routes.ts'
import type { Visitor } from './support/visitor.ts'
import { plantContact } from './support/watched.ts'

/** What an admin who acts as a user may change, and the right that it needs. Everything else is refused. */
const ALLOWED: Record<string, string> = {
  '/acting/end': 'act-as-user',
  '/logout': 'act-as-user',
  '/user/accounts': 'act-as-user',
  '/account/details': 'edit-clients',
  '/account/contacts/new': 'edit-clients',
  '/account/contacts/:contactId': 'edit-clients',
  '/account/contacts/:contactId/remove': 'edit-clients',
  '/account/users/:userId/permissions': 'manage-access',
  '/account/users/:userId/remove': 'manage-access',
  '/account/users/:userId/suspend': 'manage-access',
  '/account/users/:userId/resume': 'manage-access',
}

const REFUSED = 'An admin who acts as a user cannot do this'

describe('whoever acts as a user may not do everything', () => {
  let house: TestHouse
  let unsafe: Route[]
  let ids: Record<string, string>
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    unsafe = routesOfHouse(house).filter(
      ({ method, path }) => method !== 'get' && !/^\/(admin|dev)(\/|$)/.test(path),
    )
    const alice = await house.user('alice', 'Acme Hosting')
    const bob = await house.user('bob')
    await bob.visit('/user/accounts')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    // A set-up that was begun: its page shows the key.
    await alice.visit('/user/security')
    await alice.press('Set up', { 'Current password': PASSWORD })
    const { id_hash } = await house
      .db('sessions')
      .where({ user_id: await userIdOf(house, 'alice') })
      .first()
    ids = {
      ...(await addressLinks(house)),
      userId: String(await userIdOf(house, 'bob')),
      inviteId: String((await house.db('invitations').first()).id),
      token: (await house.linkTo('dora@example.com')).split('/').at(-1) ?? '',
      sessionId: String(id_hash).slice(0, 16),
      contactId: await plantContact(house.db, (await house.clientNamed('Acme Hosting')).id),
    }
    ada = await house.admin()
    await actAs(house, ada, 'alice')
    expect(ada.title).toBe('Acme Hosting')
  })

  const urlOf = ({ path }: Route) =>
    ids[path] ?? path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? '1')

  /** Everything that is kept, but for how often was tried. */
  const state = async () => {
    await house.delivery.settled()
    const tables = [
      'users',
      'clients',
      'contacts',
      'associations',
      'invitations',
      'emails',
      'hook_events',
      'activity',
    ]
    tables.push('totp_factors', 'recovery_codes', 'passkeys', 'passkey_challenges', 'second_steps')
    tables.push('password_resets', 'email_changes', 'email_verifications', 'registrations', 'known_devices')
    const rows = await Promise.all(tables.map((table) => house.db(table).select()))
    const sessions = await house.db('sessions').select('id_hash', 'user_id', 'acting_client_id', 'admin_id')
    return [...rows, sessions]
  }

  const BODY = {
    ...{ email: 'eve@example.com', which: 'all', permissions: 'orders', require_factor: '1', client_id: '1' },
    ...{ first_name: 'Eve', last_name: 'E', language: 'english', company_name: 'Eve', current: PASSWORD },
    ...{ new_email: 'eve@example.com', current_password: PASSWORD, password: PASSWORD, code: '123456' },
  }

  test('H7 every unsafe route is either on the list of what is allowed, or refused, and changes nothing', async () => {
    const named = unsafe.filter(({ guard }) => guard.includes(' · act as with '))
    const listed = named.map(({ path, guard }) => [path, guard.split(' · act as with ')[1]])
    expect(Object.fromEntries(listed)).toEqual(ALLOWED)
    const before = await state()
    const others = unsafe.filter(({ path }) => !(path in ALLOWED))
    expect(others.length).toBeGreaterThan(20)
    for (const route of others) {
      await ada.post(urlOf(route), BODY)
      expect([ada.status, ada.text.includes(REFUSED)], `${route.method} ${route.path}`).toEqual([403, true])
    }
    expect(await state()).toEqual(before)
  })

  test('H7 inviting, links, requiring two-factor on and off, password, address, devices: each is denied by name', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    const before = await state()
    const denied = [
      ...['/account/users/invite', `/account/invites/${ids.inviteId}/resend`, `/invite/${ids.token}/accept`],
      ...[`/account/invites/${ids.inviteId}/cancel`, '/user/profile', '/user/password', '/user/email'],
      ...['/user/verify', '/user/security/totp', '/user/security/recovery-codes', '/user/accounts/new'],
      ...['/user/security/sessions/end-others', `/user/security/sessions/${ids.sessionId}/end`],
    ]
    for (const path of denied) {
      await ada.post(path, BODY)
      expect([path, ada.status]).toEqual([path, 403])
    }
    for (const require_factor of ['1', '0']) {
      await house
        .db('clients')
        .where({ id })
        .update({ require_factor: require_factor === '1' ? 0 : 1 })
      await ada.post('/account/users/require-factor', { require_factor })
      expect(ada.status).toBe(403)
    }
    await house.db('clients').where({ id }).update({ require_factor: 0 })
    expect(await state()).toEqual(before)
  })

  test('H7 the key of an authenticator app that is being set up is not shown', async () => {
    await ada.visit('/user/security/totp/confirm')
    expect(ada.status).toBe(403)
    expect(ada.$('main svg[width], main code')).toHaveLength(0)
    expect(ada.text).toContain(REFUSED)
  })

  test('pages do not offer what is refused, and say why', async () => {
    const paths = ['/account/users', '/user/profile', '/user/password', '/user/security', '/user/accounts']
    paths.push('/user/security/sessions', '/user/accounts/new', `/invite/${ids.token}`)
    for (const path of paths) {
      await ada.visit(path)
      expect([path, ada.status]).toEqual([path, 200])
      const actions = ada.$('form').map((_, form) => ada.$(form).attr('action') ?? path)
      const withButton = ada.$('form:has(button)').map((_, form) => ada.$(form).attr('action') ?? path)
      expect(actions.length).toBeGreaterThan(0)
      const offered = withButton.get().filter((action) => !(action in ALLOWED))
      expect(offered, path).toEqual([])
      if (path !== '/user/accounts') expect(ada.text, path).toContain('Only Alice Ames can change this')
    }
  })

  test('H7 where something is allowed, both the right of the admin and the permission of the user are needed', async () => {
    const kim = await anotherAdmin(house, 'Kim', ['list-users', 'act-as-user'])
    await actAs(house, kim, 'alice')
    for (const [path, right] of Object.entries(ALLOWED).filter(([, right]) => right !== 'act-as-user')) {
      const before = await state()
      await kim.post(
        path.replace(':userId', ids.userId ?? '').replace(':contactId', ids.contactId ?? ''),
        BODY,
      )
      expect([path, right, kim.status]).toEqual([path, right, 403])
      expect(await state()).toEqual(before)
      const page = await kim.visit(
        path.replace(':userId', ids.userId ?? '').replace(':contactId', ids.contactId ?? ''),
      )
      expect([path, page.$('main form:has(button)').length]).toEqual([path, 0])
      expect(page.text).toContain('Your role as an admin does not allow this')
    }
    await actAs(house, ada, 'bob')
    await ada.visit('/user/accounts')
    await ada.press('Switch to Acme Hosting')
    const before = await state()
    for (const path of ['/account/details', `/account/users/${ids.userId}/permissions`]) {
      await ada.post(path, BODY)
      expect([path, ada.status, ada.title]).toEqual([path, 403, 'You may not open this page'])
    }
    expect(await state()).toEqual(before)
  })
})
