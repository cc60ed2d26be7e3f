import type { RequestHandler, Router } from 'express'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

interface Layer {
  handle: RequestHandler | Router
  route?: { path: string; methods: Record<string, boolean> }
}

interface Route {
  method: 'get' | 'post'
  path: string
}

function routesOf(stack: Layer[]): Route[] {
  return stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? routesOf(handle.stack as unknown as Layer[]) : []
    return (Object.keys(route.methods) as Route['method'][]).map((method) => ({ method, path: route.path }))
  })
}

const TABLES = [
  'contacts',
  ...['clients', 'associations', 'invitations', 'users', 'settings', 'emails', 'admins', 'hook_events'],
  ...['hook_deliveries', 'password_resets', 'registrations'],
]

describe('who guesses ids finds nothing of others', () => {
  let house: TestHouse
  /** Carol has an account of her own; Bob may act for Alice's, with few permissions. */
  let carol: Visitor
  let bob: Visitor
  let routes: Route[]

  beforeAll(async () => {
    house = await startHouse()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    carol = await house.user('carol')
    await carol.post('/user/accounts/new', { company_name: 'Carol Alone' })
    await house.user('bob', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
    routes = routesOf(createApp(house).router.stack as unknown as Layer[])
    routes = routes.filter(({ path }) => /:\w/.test(path) && !/^\/(dev|assets)\b/.test(path))
    // Looked at, this one is the list of one's own sessions, whatever id it names.
    routes = routes.filter(({ method, path }) => method === 'post' || !path.endsWith('/:sessionId/end'))
  })

  const state = async () => {
    await house.delivery.settled()
    return Promise.all(TABLES.map((table) => house.db(table).select('*')))
  }

  /** Every number there is or might be, and what looks like one. */
  async function guesses(): Promise<string[]> {
    const ids = new Set<number>()
    // Of what there are many, the first and the last stand for all.
    for (const table of ['clients', 'users', 'invitations', 'emails', 'hook_events', 'admins']) {
      const all: number[] = await house.db(table).orderBy('id').pluck('id')
      for (const id of all.length > 8 ? [all[0], all.at(-1)] : all) ids.add(Number(id))
    }
    const most = Math.max(...ids)
    const like = [
      '0',
      '-1',
      '1.0',
      '1e0',
      '01',
      '%201',
      '1%20',
      '0x1',
      '1%00',
      '1,2',
      '1;2',
      '99999999999',
      'NaN',
      'null',
    ]
    return [
      ...[...ids].map(String),
      String(most + 1),
      ...like,
      '__proto__',
      "1'%20OR%20'1'='1",
      '..%2f1',
      '%F0%9F%92%A9',
    ]
  }

  const clientsOf = (name: string): Promise<number[]> =>
    house
      .db('associations')
      .join('users', 'users.id', 'associations.user_id')
      .where({ email: `${name}@example.com` })
      .pluck('client_id')
  /** Whoever has access may look at the page that gives it up. */
  const isOwn = ({ path }: Route, guess: string, clients: number[]) =>
    path.startsWith('/user/accounts/:clientId') && clients.map(String).includes(guess)

  const pathOf = ({ path }: Route, guess: string) => path.replace('{/:step}', '').replace(/:\w+/g, guess)

  async function ask(visitor: Visitor, { method, path }: Route) {
    const body = { permissions: 'profile', client_id: '1', make_owner: '1', email: 'eve@example.com' }
    if (method === 'get') await visitor.visit(path)
    else await visitor.post(path, { ...body, user_id: '1' })
    return visitor
  }

  test('there are such routes', () => expect(routes.length).toBeGreaterThan(30))

  test('no id lets a stranger see or change anything, and none breaks anything', async () => {
    const before = await state()
    const { id } = await house.db('users').where({ email: 'carol@example.com' }).first()
    const own = await clientsOf('carol')
    for (const guess of (await guesses()).filter((one) => one !== String(id)))
      for (const route of routes) {
        if (isOwn(route, guess, own)) continue
        const asked = { method: route.method, path: pathOf(route, guess) }
        await ask(carol, asked)
        const name = `${asked.method} ${asked.path}`
        expect([name, [200, 400, 401, 403, 404, 429].includes(carol.status)]).toEqual([name, true])
        expect([name, /Acme|dora@example\.com|alice@example\.com/.test(carol.text)]).toEqual([name, false])
        // 200 only for the login page that a stranger to the area is led to.
        if (carol.status === 200) expect([name, /^\/(admin\/)?login/.test(carol.path)]).toEqual([name, true])
      }
    expect(await state()).toEqual(before)
  }, 300_000)

  test('nor is somebody with a few permissions let any further by one', async () => {
    const before = await state()
    const { id } = await house.db('invitations').first()
    const { id: carolsId } = await house.db('users').where({ email: 'carol@example.com' }).first()
    const own = await clientsOf('bob')
    for (const guess of [String(id), String(carolsId), '1', '2', '3', '4'])
      for (const route of routes.filter(({ path }) => /^\/(account|user)\b/.test(path))) {
        if (isOwn(route, guess, own)) continue
        const asked = { method: route.method, path: pathOf(route, guess) }
        await ask(bob, asked)
        const name = `${asked.method} ${asked.path}`
        expect([name, [403, 404, 429].includes(bob.status)]).toEqual([name, true])
      }
    expect(await state()).toEqual(before)
  })

  test('the account to switch to is one’s own, whatever the form says', async () => {
    const acme = await house.clientNamed('Acme Hosting')
    for (const guess of [acme.id, `${acme.id} `, [acme.id, acme.id], '0', '-1', '1e0']) {
      await carol.post('/user/accounts', { client_id: guess })
      expect([guess, carol.text.includes('Acme')]).toEqual([guess, false])
      await carol.visit('/clientarea')
      expect([guess, carol.title]).toEqual([guess, 'Carol Alone'])
    }
  })
})
