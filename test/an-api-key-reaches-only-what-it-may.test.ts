import { beforeAll, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { addRole } from './support/admins.ts'
import { caller, keyOf, problem, tokenOf } from './support/api.ts'
import { queriesOf } from './support/asked-queries.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { setLimit } from './support/wide-limits.ts'

describe('an API key and a personal token reach only what they may', () => {
  let house: TestHouse
  let ids: Record<'acme' | 'bakery' | 'chen' | 'alice' | 'bob' | 'carol', number>

  beforeAll(async () => {
    house = await startHouse()
    const client = async (name: string) => (await house.clientNamed(name)).id
    const user = async (name: string) =>
      (
        await house
          .db('users')
          .where({ email: `${name}@example.com` })
          .first()
      ).id
    ids = {
      ...{ acme: await client('Acme Hosting'), bakery: await client('Brown Bakery') },
      ...{ chen: await client('Chen Labs'), alice: await user('alice') },
      ...{ bob: await user('bob'), carol: await user('carol') },
    }
  })

  const can = (client: number, user: number, permission: string) =>
    `/clients/${client}/users/${user}/can/${permission}`

  test('without a secret, with a wrong one, or with a cookie: 401', async () => {
    for (const secret of ['', 'x', `latchkey_key_${'a'.repeat(43)}`]) {
      const { status, headers, body } = await caller(house, secret)('GET', '/clients')
      expect([status, body.type, headers.get('WWW-Authenticate')]).toEqual([
        ...[401, problem('api.unauthorized'), 'Bearer'],
      ])
    }
    const ada = await house.admin()
    await ada.visit('/api/v1/clients')
    expect(ada.status).toBe(401)
  })

  test('the secret is nowhere but with whoever made it', async () => {
    const secret = await keyOf(house)
    expect(JSON.stringify(await house.db('api_credentials'))).not.toContain(secret)
    expect(JSON.stringify(await house.db('activity'))).not.toContain(secret)
    expect(house.logged.join('')).not.toContain(secret)
  })

  test('only with the right that it has', async () => {
    const reads = caller(house, await keyOf(house, { rights: ['list-clients'] }))
    expect((await reads('GET', `/clients/${ids.acme}`)).status).toBe(200)
    const refused = await reads('POST', `/clients/${ids.acme}/close`)
    expect([refused.status, refused.body.type]).toEqual([403, problem('rights.missing')])
    expect(refused.text).toContain('Edit clients')
  })

  test('only its clients: any other is not there', async () => {
    const some = caller(house, await keyOf(house, { clients: `${ids.acme}, ${ids.chen}` }))
    const list = await some('GET', '/clients')
    expect(list.body.items.map(({ id }) => id).sort()).toEqual([ids.acme, ids.chen].sort())
    const [hidden, absent] = [
      await some('GET', `/clients/${ids.bakery}`),
      await some('GET', '/clients/98765'),
    ]
    const plain = ({ text }: { text: string }) => text.replace(/urn:uuid:[\w-]+/, '')
    expect([hidden.status, plain(hidden)]).toEqual([404, plain(absent)])
    expect((await some('POST', `/clients/${ids.bakery}/close`)).status).toBe(404)
    expect((await some('GET', can(ids.bakery, ids.bob, 'invoices'))).status).toBe(404)
    const fresh = { first_name: 'Al', last_name: 'L', email: 'al@example.com' }
    expect((await some('POST', '/clients', fresh)).body.type).toBe(problem('api.allClients'))
  })

  test('only from its networks, until its end, and until it is revoked', async () => {
    const elsewhere = caller(house, await keyOf(house, { addresses: '203.0.113.0/24 2001:db8::/32' }))
    expect((await elsewhere('GET', '/clients')).body.type).toBe(problem('api.address'))
    const here = caller(house, await keyOf(house, { addresses: '127.0.0.0/8' }))
    expect((await here('GET', '/clients')).status).toBe(200)
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
    const short = caller(house, await keyOf(house, { endsOn: day }))
    expect((await short('GET', '/clients')).status).toBe(200)
    moveClock(5 * 24 * 60)
    expect((await short('GET', '/clients')).status).toBe(401)
    moveClock(-5 * 24 * 60)
    await house.db('api_credentials').update({ revoked_at: '2026-01-01T00:00:00.000Z' })
    expect((await here('GET', '/clients')).status).toBe(401)
  })

  test('its last use is written down, once a minute', async () => {
    const call = caller(house, await keyOf(house, { name: 'Seldom' }))
    const used = async () =>
      (await house.db('api_credentials').where({ name: 'Seldom' }).first()).last_used_at as string
    await call('GET', '/permissions')
    const first = await used()
    await call('GET', '/permissions')
    expect(await used()).toBe(first)
    moveClock(2)
    await call('GET', '/permissions')
    moveClock(-2)
    expect((await used()) > first).toBe(true)
  })

  test('calls are counted, and the headers say how many are left', async () => {
    await setLimit(house.db, 'apiCalls', 10)
    const call = caller(house, await keyOf(house))
    const first = await call('GET', '/permissions')
    expect(first.headers.get('RateLimit-Policy')).toBe('"calls";q=10;w=60')
    expect(first.headers.get('RateLimit')).toMatch(/^"calls";r=9;t=\d+$/)
    const missing = await call('GET', '/clients/98765')
    expect([missing.status, missing.headers.get('RateLimit')]).toEqual([404, expect.stringMatching(/;r=8;/)])
    for (let n = 3; n <= 10; n++) expect((await call('GET', '/permissions')).status).toBe(200)
    const over = await call('GET', '/permissions')
    expect([over.status, over.body.type]).toEqual([429, problem('limits.over.apiCalls')])
    expect(Number(over.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(over.headers.get('RateLimit')).toMatch(/^"calls";r=0;t=\d+$/)
    expect((await caller(house, await keyOf(house))('GET', '/permissions')).status).toBe(200)
    await setLimit(house.db, 'apiCalls', 600)
  })

  test('a token does what its user may, client by client, and ends with the login', async () => {
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    const list = await bob('GET', '/clients')
    expect(list.body.items.map(({ id }) => id).sort()).toEqual([ids.acme, ids.bakery].sort())
    expect((await bob('GET', `/clients/${ids.chen}`)).status).toBe(404)
    expect((await bob('POST', `/clients/${ids.bakery}/close`)).body.type).toBe(problem('api.notForTokens'))
    const edit = { 'If-Match': '*' }
    const denied = await bob('PATCH', `/clients/${ids.acme}`, { city: 'Rome' }, edit)
    expect([denied.status, denied.body.type]).toEqual([403, problem('denied.permission')])
    expect((await bob('PATCH', `/clients/${ids.bakery}`, { city: 'Rome' }, edit)).status).toBe(200)
    expect((await bob('GET', can(ids.acme, ids.carol, 'tickets'))).body.type).toBe(problem('users.ownerOnly'))
    const entry = await house.db('activity').orderBy('id', 'desc').first()
    expect([entry.actor_kind, entry.actor_name]).toEqual(['user', 'Bob Brown'])
    await house.db('clients').where({ id: ids.acme }).update({ require_factor: 1 })
    expect((await bob('GET', `/clients/${ids.acme}`)).body.type).toBe(problem('api.factorNeeded'))
    await house.db('clients').where({ id: ids.acme }).update({ require_factor: 0 })
    await house
      .db('associations')
      .where({ client_id: ids.acme, user_id: ids.bob })
      .update({ suspended_at: 'x' })
    expect((await bob('GET', `/clients/${ids.acme}`)).status).toBe(404)
    expect((await bob('GET', '/clients')).body.items.map(({ id }) => id)).toEqual([ids.bakery])
    await house.db('associations').where({ user_id: ids.bob }).update({ suspended_at: null })
    await house.db('users').where({ id: ids.bob }).update({ status: 'disabled' })
    expect((await bob('GET', '/clients')).status).toBe(401)
    await house.db('users').where({ id: ids.bob }).update({ status: 'active' })
  })

  test('a token reads where an account is only where its user holds the permission for its details', async () => {
    const there = { phone: '+49 30 1', address1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' }
    await house.db('clients').where({ id: ids.acme }).update(there)
    const [bob, alice] = [await tokenOf(house, 'bob@example.com'), await tokenOf(house, 'alice@example.com')]
    const seenBy = async (token: string) => {
      const call = caller(house, token)
      const one = (await call('GET', `/clients/${ids.acme}`)).body
      const listed = (await call('GET', '/clients')).body.items.find(({ id }) => id === ids.acme)
      expect(listed).toEqual(one)
      return one
    }
    const nothing = Object.fromEntries(Object.keys(there).map((name) => [name, '']))
    expect(await seenBy(bob)).toMatchObject({ ...nothing, company_name: 'Acme Hosting' })
    expect(await seenBy(alice)).toMatchObject(there)
    const mine = house.db('associations').where({ client_id: ids.acme, user_id: ids.bob })
    const { permissions } = await mine.clone().first()
    await mine.clone().update({ permissions: `${permissions},profile` })
    expect(await seenBy(bob)).toMatchObject(there)
    await mine.clone().update({ permissions })
  })

  test('“may this user?” says yes or no, and why', async () => {
    const call = caller(house, await keyOf(house, { rights: ['list-clients'] }))
    const asked = async (user: number, permission: string) =>
      (await call('GET', can(ids.acme, user, permission))).body.because
    const { db } = house
    const access = db('associations').where({ client_id: ids.acme, user_id: ids.bob })
    expect(await asked(ids.alice, 'orders')).toBe('owner')
    expect(await asked(ids.bob, 'invoices')).toBe('granted')
    expect(await asked(ids.bob, 'orders')).toBe('not-granted')
    expect([await asked(ids.carol, 'orders'), await asked(4_711, 'orders')]).toEqual(
      Array(2).fill('not-associated'),
    )
    for (const [row, because] of [
      [{ suspended_at: '2026-01-01T00:00:00.000Z' }, 'suspended'],
      [{ ends_at: '2026-01-01T00:00:00.000Z' }, 'ended'],
    ] as const) {
      await access.clone().update(row)
      expect(await asked(ids.bob, 'invoices')).toBe(because)
      await access.clone().update({ suspended_at: null, ends_at: null })
    }
    await db('users').where({ id: ids.bob }).update({ status: 'disabled' })
    expect(await asked(ids.bob, 'invoices')).toBe('login-not-active')
    await db('users').where({ id: ids.bob }).update({ status: 'active' })
    await db('clients').where({ id: ids.acme }).update({ require_factor: 1 })
    expect(await asked(ids.bob, 'invoices')).toBe('factor-needed')
    await db('clients').where({ id: ids.acme }).update({ require_factor: 0, status: 'closed' })
    expect(await asked(ids.alice, 'invoices')).toBe('client-closed')
    expect((await call('GET', can(ids.acme, ids.alice, 'everything'))).status).toBe(404)
  })

  test('it is answered with two reads: who calls and how far, and what it answers', async () => {
    const { db } = house
    await db('clients').where({ id: ids.acme }).update({ status: 'active' })
    await db('admins').update({ role: await addRole(db, 'Keys', 'api,list-clients') })
    for (const clients of ['', String(ids.acme)]) {
      const some = caller(house, await keyOf(house, { rights: ['list-clients'], clients }))
      const token = caller(house, await tokenOf(house, 'alice@example.com'))
      for (const [call, most] of [
        [some, 2],
        [token, 3],
      ] as const) {
        const ask = () => call('GET', can(ids.acme, ids.bob, 'invoices'))
        expect((await ask()).body.because).toBe('granted')
        const counts: number[] = []
        // What runs beside it may be counted once.
        for (let nth = 0; nth < 5; nth++) counts.push((await queriesOf(house, ask)).length)
        expect(Math.min(...counts)).toBe(most)
      }
    }
  })
})
