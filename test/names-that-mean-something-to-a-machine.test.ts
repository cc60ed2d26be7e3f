import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
]
const POSTS = [
  ...[
    '/login',
    '/register',
    '/password/reset',
    '/account/details',
    '/account/users/invite',
    '/user/accounts',
  ],
  ...['/admin/login', '/admin/settings', '/admin/clients/new'],
]
const GETS = [
  '/login',
  '/register',
  '/account/users',
  '/admin/clients',
  '/admin/emails',
  '/admin/hooks/deliveries',
]

describe('names that mean something to a machine mean nothing here', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
  })

  const by = (path: string) => (path.startsWith('/admin') ? ada : alice)
  const state = async () =>
    Promise.all(
      ['users', 'clients', 'admins', 'settings', 'invitations'].map((table) => house.db(table).select('*')),
    )

  const bodies = () =>
    NAMES.flatMap((name) => [
      `${name}=x`,
      `${name}=x&${name}=y`,
      `${name}[status]=x&${name}.status=x`,
      `email[${name}]=x&password[${name}]=x`,
      `email=${name}&password=${name}`,
      `${name}[${name}][polluted]=yes`,
    ])

  test('in a body: refused or left alone, never broken, and no object is another afterwards', async () => {
    const before = await state()
    for (const path of POSTS)
      for (const body of bodies()) {
        const { status } = await by(path)
          .agent.post(path)
          .set({ Origin: house.appUrl })
          .type('form')
          .send(body)
        expect([path, body, [200, 303, 404, 422, 429].includes(status)]).toEqual([path, body, true])
      }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(({} as Record<string, unknown>).status).toBeUndefined()
    expect(String({})).toBe('[object Object]')
    expect(await state()).toEqual(before)
  })

  test('in a form with files too', async () => {
    for (const name of NAMES) {
      const { status } = await ada.agent
        .post('/admin/settings')
        .set({ Origin: house.appUrl })
        .field(name, 'x')
      expect([name, status]).toEqual([name, 422])
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('in a query: the page as ever', async () => {
    for (const path of GETS)
      for (const name of NAMES)
        for (const query of [
          `${name}=x`,
          `${name}[a]=x`,
          `search=${name}`,
          `page=${name}`,
          `status=${name}`,
          `returnTo=${name}`,
        ]) {
          const { status } = await by(path).agent.get(`${path}?${query}`)
          expect([path, query, [200, 303].includes(status)]).toEqual([path, query, true])
        }
  })

  test('as a name in a path: not there', async () => {
    for (const name of NAMES) {
      const paths = [`/${name}`, `/assets/${name}`, `/invite/${name}`, `/admin/clients/${name}`]
      for (const path of [...paths, `/account/users/${name}/permissions`, `/admin/hooks/functions/${name}`])
        expect([path, (await by(path).agent.get(path)).status]).toEqual([path, 404])
    }
  })

  test('fields given twice, or as a list: a sentence, never a broken page, and nothing half done', async () => {
    const before = await state()
    // So that what the tests before tried is not counted here.
    const other = await startHouse()
    const twice = [
      `email=alice@example.com&email=bob@example.com&password=${PASSWORD}`,
      `email=alice@example.com&password=${PASSWORD}&password=x`,
      `email[]=alice@example.com&password[]=${PASSWORD}`,
      `email[0]=alice@example.com&password=${PASSWORD}`,
    ]
    for (const path of ['/login', '/admin/login', '/register', '/password/reset'])
      for (const body of twice) {
        const stranger = await other.visitor().post(path, body)
        // The address alone is enough to ask for a link; a second password does not matter to it.
        const expected = path === '/password/reset' && /^email=[^&]*&password/.test(body) ? 200 : 422
        expect([path, body, stranger.status]).toEqual([path, body, expected])
        expect(stranger.cookie('session')).toBeUndefined()
      }
    for (const body of [
      'company_name=a&company_name=b',
      'first_name[]=a',
      'email=a@example.com&email=b@example.com',
    ]) {
      await alice.post('/account/details', body)
      expect([body, alice.status]).toEqual([body, 422])
    }
    expect(await state()).toEqual(before)
  })
})
