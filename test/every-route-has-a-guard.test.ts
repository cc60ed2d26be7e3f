import { beforeAll, describe, expect, test } from 'vitest'
import { addressLinks } from './support/address-links.ts'
import { plantKeys } from './support/api.ts'
import { askedFor } from './support/asked-for.ts'
import { plantPasskey } from './support/authenticator.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { addColleague, type Route, routesOfHouse } from './support/routes.ts'
import { offeredToAlice } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'
import { plantContact, watched } from './support/watched.ts'

const isAdmin = ({ path }: Route) => path.startsWith('/admin')
const isUserManagement = ({ path }: Route) => /^\/account\/(users|invites|presets)/.test(path)

describe('every route says who may come in, and holds it', () => {
  let house: TestHouse
  let routes: Route[]
  let ids: Record<string, string>

  beforeAll(async () => {
    house = await startHouse()
    routes = routesOfHouse(house)
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    const token = (await house.linkTo('dora@example.com')).split('/').at(-1) ?? ''
    const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
    const invitation = await house.db('invitations').first()
    const { id } = await house.clientNamed('Acme Hosting')
    await alice.post('/account/presets', { name: 'Front desk', permissions: 'tickets' })
    ids = {
      ...{ id, clientId: id, userId: bob.id, inviteId: invitation.id },
      ...(await plantKeys(house)),
      presetId: (await house.db('presets').first()).id,
      ...{ token, nth: '0', name: 'theme.css', sessionId: '0123456789abcdef' },
      ...(await addColleague(house.db)),
      passkeyId: String(await plantPasskey(house.db, 'user', 'alice@example.com')),
      ...{ ...(await watched(house.db)), ...(await offeredToAlice(house)) },
      ...{ requestId: await askedFor(house.db), contactId: await plantContact(house.db, id) },
    }
  })

  /** The URL with the ids of what is Alice's. */
  const urlOf = ({ path }: Route) =>
    path.replace('{/:step}', '').replace(/:(\w+)/g, (_, name: string) => {
      if (ids[name] === undefined) throw new Error(`${path} names :${name}, which this test does not know.`)
      return String(ids[name])
    })

  const ask = async (visitor: Visitor, route: Route) => {
    const url = urlOf(route)
    const body = { permissions: 'orders', client_id: ids.id, email: 'eve@example.com', make_owner: '1' }
    if (route.method === 'get') await visitor.visit(url)
    else await visitor.post(url, body)
    return { status: visitor.status, path: visitor.path, name: `${route.method} ${route.path}` }
  }

  /** Everything that somebody without the right to it must not have changed. */
  const state = async () => {
    const tables = `clients associations invitations users settings emails admins hook_events hook_deliveries
      hook_functions roles password_resets contacts presets ownership_transfers
      api_credentials`.split(/\s+/)
    const ignore = ['last_login_at', 'last_login_ip']
    await house.delivery.settled()
    const rows = await Promise.all(tables.map((table) => house.db(table).select()))
    return rows.map((some) =>
      some.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !ignore.includes(key)))),
    )
  }

  const only = (guards: RegExp, area: 'client' | 'admin') =>
    routes.filter((route) => guards.test(route.guard) && isAdmin(route) === (area === 'admin'))

  test('no route is without a guard, and each guard is known', () => {
    expect(routes.length).toBeGreaterThan(60)
    expect(routes.filter(({ guard }) => guard === 'NONE')).toEqual([])
    const known =
      /^(public|anyone|logged in|associated|owner|permission \w+|admin|right [\w-]+|sample mode)( · users managed)?( · act as with [\w-]+| · in person)?$/
    expect(routes.filter(({ guard }) => !known.test(guard))).toEqual([])
    expect(
      routes
        .filter((route) => isAdmin(route) !== /^(admin|right [\w-]+)( · in person)?$/.test(route.guard))
        .filter(isAdmin),
    ).toEqual([
      ...[
        '/admin/login',
        '/admin/login/passkey',
        '/admin/login/second-step',
        '/admin/login/second-step/passkey',
        '/admin/password/reset',
        '/admin/password/reset/:token',
        '/admin/first/:token',
      ].flatMap((path) => ['get', 'post'].map((method) => ({ method, path, guard: 'anyone' }))),
    ])
  })

  test('who may come in where is said here, so that a change is noticed', () => {
    const who = (guard: string) => [
      ...new Set(routes.filter((route) => route.guard.split(' · ')[0] === guard).map(({ path }) => path)),
    ]
    expect([...who('anyone'), ...who('public')].sort()).toEqual([
      '/',
      '/.well-known/change-password',
      '/.well-known/security.txt',
      '/acting/end',
      '/admin/first/:token',
      ...['', '/passkey', '/second-step', '/second-step/passkey'].map((end) => `/admin/login${end}`),
      '/admin/password/reset',
      '/admin/password/reset/:token',
      '/api/docs',
      '/api/openapi.json',
      '/assets/:name',
      '/favicon.ico',
      '/healthz',
      '/invite/:token/decline',
      '/invite/:token/register',
      '/invite/:token{/:step}',
      ...['', '/passkey', '/second-step', '/second-step/passkey'].map((end) => `/login${end}`),
      '/logout',
      '/password/reset',
      '/password/reset/:token',
      ...['/readyz', '/register', '/register/:token', '/sso/:token'],
      '/user/email/back/:token',
      '/user/email/confirm/:token',
      '/user/verify/:token',
    ])
    expect(who('logged in').sort()).toEqual([
      '/invite/:token/accept',
      ...['', '.csv', '/reminder', '/remove'].map((end) => `/user/access-review${end}`),
      '/user/accounts',
      '/user/accounts/:clientId/leave',
      '/user/accounts/new',
      '/user/accounts/request',
      '/user/activity',
      '/user/activity.csv',
      '/user/email',
      '/user/email/accounts',
      '/user/email/confirm/:token',
      '/user/notifications',
      '/user/password',
      '/user/profile',
      '/user/security',
      '/user/security/passkeys',
      '/user/security/passkeys/:passkeyId',
      '/user/security/passkeys/:passkeyId/remove',
      '/user/security/passkeys/:passkeyId/rename',
      '/user/security/passkeys/confirm',
      '/user/security/recovery-codes',
      '/user/security/sessions',
      '/user/security/sessions/:sessionId/end',
      '/user/security/sessions/end-others',
      '/user/security/totp',
      '/user/security/totp/confirm',
      '/user/security/totp/remove',
      ...['', '/:tokenId/revoke'].map((end) => `/user/tokens${end}`),
      ...['', '/accept', '/decline'].map((step) => `/user/transfers/:transferId${step}`),
      '/user/verify',
      '/user/verify/:token',
    ])
    expect(who('associated')).toEqual(['/clientarea'])
    expect(who('permission profile')).toEqual(['/account/details'])
    for (const key of ['contacts', 'emails'])
      expect(who(`permission ${key}`).filter((path) => !path.startsWith(`/account/${key}`))).toEqual([])
    expect(routes.filter(isUserManagement).filter(({ guard }) => !/ users\b/.test(guard))).toEqual([])
  })

  test('every URL that takes POST also answers GET', async () => {
    const posts = routes.filter(({ method }) => method === 'post')
    expect(posts.length).toBeGreaterThan(20)
    const ada = await house.admin()
    const alice = await house.user('alice', 'Acme Hosting')
    const reset = house.visitor()
    await reset.visit('/password/reset')
    await reset.press('Send link', { 'Email address': 'bob@example.com' })
    const token = (await house.linkTo('bob@example.com')).split('/').at(-1)
    const registers = house.visitor()
    await registers.visit('/register')
    const gus = { 'First name': 'Gus', 'Last name': 'G', Password: 'a long sentence of mine' }
    await registers.press('Create account', { ...gus, 'Email address': 'gus@example.com' })
    const registration = (await house.linkTo('gus@example.com')).split('/').at(-1)
    await registers.post('/admin/password/reset', { email: 'ada@latchkey.test' })
    const adaPasskey = `/admin/security/passkeys/${await plantPasskey(house.db, 'admin', 'ada@latchkey.test')}`
    const links: Record<string, string> = {
      '/admin/security/passkeys/:passkeyId/rename': `${adaPasskey}/rename`,
      '/admin/security/passkeys/:passkeyId/remove': `${adaPasskey}/remove`,
      ...(await addressLinks(house)),
      '/admin/clients/:id/transfers/:transferId/stop': String(ids.stopUrl),
      '/admin/password/reset/:token': await house.linkTo('ada@latchkey.test'),
      '/password/reset/:token': `/password/reset/${token}`,
      '/register/:token': `/register/${registration}`,
    }
    for (const route of posts) {
      // There are admins, so there is no such link; it has a test of its own.
      if (route.path === '/admin/first/:token') continue
      const url = links[route.path] ?? urlOf(route)
      const visitor = isAdmin(route) ? ada : alice
      await visitor.visit(url)
      expect(visitor.status, `GET ${route.path}`).toBe(200)
    }
  }, 120_000)

  test('logged out, or logged in to the other area: led to the login, and nothing is done', async () => {
    const strangers = {
      client: [house.visitor(), await house.admin()],
      admin: [house.visitor(), await house.user('bob')],
    }
    const before = await state()
    for (const area of ['client', 'admin'] as const)
      for (const visitor of strangers[area])
        for (const route of only(/^(logged in|associated|owner|permission|admin|right)\b/, area)) {
          const { status, path, name } = await ask(visitor, route)
          const login = area === 'admin' ? '/admin/login' : '/login'
          if (route.method === 'get') expect([status, path.split('?')[0]], name).toEqual([200, login])
          else expect([status, visitor.$(`form[action="${login}"]`).length], name).toEqual([401, 1])
        }
    expect(await state()).toEqual(before)
  }, 120_000)

  test('Carol, a stranger to Alice’s account, reaches nothing of it by its ids', async () => {
    const carol = await house.user('carol')
    const before = await state()
    for (const route of only(/^(associated|owner|permission)\b/, 'client')) {
      if (!/:(userId|inviteId|presetId|id|contactId)\b/.test(route.path)) continue
      const { status, name } = await ask(carol, route)
      expect([status, carol.title], name).toEqual([404, 'Not found'])
    }
    const { status } = await ask(carol, { method: 'post', path: '/user/accounts', guard: '' })
    expect(status).toBe(404)
    for (const route of only(/^(associated|owner|permission)\b/, 'client').filter(
      ({ method }) => method === 'get',
    )) {
      await ask(carol, route)
      expect(carol.text, route.path).not.toContain('Acme')
    }
    expect(await state()).toEqual(before)
  }, 120_000)

  test('Bob, who may act for it but lacks the permission, is told what is missing and whom to ask', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    const before = await state()
    const routes = only(/^(owner|permission)\b/, 'client')
    expect(routes.length).toBeGreaterThan(10)
    for (const route of routes) {
      const { status, name } = await ask(bob, route)
      expect([status, bob.title], name).toEqual([403, 'You may not open this page'])
      expect(bob.text, name).toContain('Ask Alice Ames, the owner of Acme Hosting.')
    }
    expect(await state()).toEqual(before)
  }, 120_000)
})
