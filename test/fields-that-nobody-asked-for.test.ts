import { load } from 'cheerio'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

/** Columns and powers that no form of ours has a field for, with what somebody would like them to be. */
const WISHES: Record<string, string> = {
  id: '1',
  status: 'disabled',
  role: '1',
  role_id: '1',
  rights: 'settings',
  is_admin: '1',
  isAdmin: 'true',
  admin: '1',
  owner: '1',
  owner_id: '3',
  factors: '9',
  email_verified_at: '2020-01-01T00:00:00.000Z',
  password_hash: 'planted-hash',
  merged_into_id: '3',
  last_login_ip: '203.0.113.9',
  created_at: '2001-01-01T00:00:00.000Z',
  search_text: 'planted text',
  require_factor: '1',
  accepted_by_user_id: '3',
  nonce: 'planted-nonce',
  expires_at: '2099-01-01T00:00:00.000Z',
  kind: 'admin',
  language: 'planted',
  acting_client_id: '1',
  proved_at: '2099-01-01T00:00:00.000Z',
  invited_by_admin_id: '1',
}

/** What no form may ever write, in any table. */
const PLANTED = [
  'planted-hash',
  'planted text',
  'planted-nonce',
  '203.0.113.9',
  '2099-01-01',
  '2001-01-01',
  'planted',
]

const TABLES = [
  ...['users', 'admins', 'clients', 'associations', 'invitations', 'settings', 'sessions', 'admin_sessions'],
  ...['registrations', 'password_resets', 'emails'],
]

describe('fields that nobody asked for are nobody’s', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
  })

  const KEPT = [
    'id',
    'status',
    'role_id',
    'factors',
    'owner_id',
    'email_verified_at',
    'merged_into_id',
    'password_hash',
  ]
  const seen = async (tables = ['users', 'admins', 'clients']) =>
    Promise.all(
      tables.map(async (table) =>
        (await house.db(table).select('*').orderBy('id')).map((row) =>
          Object.fromEntries(Object.entries(row).filter(([column]) => KEPT.includes(column))),
        ),
      ),
    )
  const planted = async () => {
    const rows = await Promise.all(TABLES.map((table) => house.db(table).select('*')))
    const text = JSON.stringify(rows)
    return PLANTED.filter((one) => text.includes(one))
  }

  /** The form that posts to `action`, as it stands on the page, with the wishes beside it. */
  async function send(visitor: Visitor, page: string, action: string, more: Record<string, string> = {}) {
    await visitor.visit(page)
    const $ = load(visitor.html)
    const isIt = (one: string | undefined) => one === action || (one === undefined && page === action)
    const form = $('main form')
      .filter((_, one) => isIt($(one).attr('action')))
      .first()
    expect([page, form.length], 'the form is there').toEqual([page, 1])
    const fields = Object.fromEntries(form.serializeArray().map(({ name, value }) => [name, value]))
    const names = new Set(
      form
        .find('[name]')
        .map((_, field) => String($(field).attr('name')))
        .get(),
    )
    const wishes = Object.entries(WISHES).filter(([name]) => !names.has(name))
    expect(wishes.length).toBeGreaterThan(15)
    return visitor.post(action, { ...Object.fromEntries(wishes), ...fields, ...more })
  }

  test('of the owner: details, permissions, invitations', async () => {
    const before = await seen()
    const { id: bob } = await house.db('users').where({ email: 'bob@example.com' }).first()
    await send(alice, '/account/details', '/account/details')
    expect(alice.status).toBe(200)
    await send(alice, `/account/users/${bob}/permissions`, `/account/users/${bob}/permissions`)
    expect(alice.status).toBe(200)
    await send(alice, '/account/users', '/account/users/invite', { email: 'eve@example.com' })
    expect(alice.status).toBe(200)
    expect(await seen()).toEqual(before)
    const eve = await house.db('invitations').where({ email: 'eve@example.com' }).first()
    expect([eve.status, eve.accepted_by_user_id, eve.client_id]).toEqual([
      'pending',
      null,
      (await house.clientNamed('Acme Hosting')).id,
    ])
    expect(await planted()).toEqual([])
  })

  test('of an admin: a client’s profile, a new client, a user of it, the settings', async () => {
    const before = await seen()
    const { id, owner_id } = await house.clientNamed('Acme Hosting')
    const { id: bob } = await house.db('users').where({ email: 'bob@example.com' }).first()
    const url = `/admin/clients/${id}`
    await send(ada, `${url}/profile`, `${url}/profile`)
    await send(ada, `${url}/users/${bob}`, `${url}/users/${bob}`)
    const settings = await house.db('settings').pluck('key')
    await send(ada, '/admin/settings', '/admin/settings')
    const known = ['name', 'logo', 'supportEmail', 'termsUrl', 'acceptBy', ...settings]
    const unknown = (await house.db('settings').pluck('key')).filter((key: string) => key in WISHES)
    expect([unknown, known.length > 4]).toEqual([[], true])
    expect(await seen()).toEqual(before)
    expect((await house.clientNamed('Acme Hosting')).owner_id).toBe(owner_id)
    expect(await planted()).toEqual([])
  })

  test('of a newcomer: whoever registers or accepts is new, unproved but by the link, and no more', async () => {
    const before = await seen()
    const gus = house.visitor()
    const names = { first_name: 'Gus', last_name: 'Green', password: 'a long sentence of mine' }
    await send(gus, '/register', '/register', { ...names, email: 'gus@example.com' })
    expect(gus.status).toBe(200)
    expect(await seen()).toEqual(before)
    const link = await house.linkTo('gus@example.com')
    await send(gus, link, link)
    const made = await house.db('users').where({ email: 'gus@example.com' }).first()
    expect([made.status, made.factors, made.merged_into_id]).toEqual(['active', 0, null])
    expect(made.email_verified_at > '2021').toBe(true)
    const dora = house.visitor()
    const invite = await house.linkTo('dora@example.com')
    await dora.visit(invite)
    await dora.post(`${invite}/register`, {
      ...WISHES,
      ...names,
      email: 'dora@example.com',
      user_id: '1',
      client_id: '1',
      permissions: 'all',
    })
    const joined = await house.db('users').where({ email: 'dora@example.com' }).first()
    if (joined) expect([joined.status, joined.factors]).toEqual(['active', 0])
    expect(await planted()).toEqual([])
  })

  test('of anybody: a login is only a login, a reset only a new password', async () => {
    const before = await seen()
    const bob = house.visitor()
    await send(bob, '/login', '/login', { email: 'bob@example.com', password: PASSWORD })
    expect(bob.path).toBe('/clientarea')
    await send(house.visitor(), '/admin/login', '/admin/login', {
      email: 'ada@latchkey.test',
      password: PASSWORD,
    })
    await bob.post('/user/accounts/new', {
      ...WISHES,
      company_name: 'Bob Alone',
      user_id: '1',
      client_id: '1',
    })
    const made = await house.clientNamed('Bob Alone')
    const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
    expect([made.owner_id, made.status]).toEqual([id, before[2]?.[0]?.status])
    const [users, admins] = await seen(['users', 'admins'])
    expect([users, admins]).toEqual(before.slice(0, 2))
    expect(await planted()).toEqual([])
  })
})
