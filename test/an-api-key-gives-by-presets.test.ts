import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const BOTH = 'Send permissions or a preset, not both.'

describe('an API key gives by presets', () => {
  let house: TestHouse
  let robot: ReturnType<typeof caller>
  let acme: number
  let chen: number
  const to = (rest = '') => `/clients/${acme}/invitations${rest}`
  const offer = (email: string, what: object, call = robot) => call('POST', to(), { email, ...what })
  const stored = (email: string) => house.db('invitations').where({ email }).first()

  beforeAll(async () => {
    house = await startHouse()
    robot = caller(house, await keyOf(house))
    acme = (await house.clientNamed('Acme Hosting')).id
    chen = (await house.clientNamed('Chen Labs')).id
    const owner = await house.user('alice', 'Acme Hosting')
    await owner.post('/account/presets', { name: 'Desk', permissions: ['tickets', 'orders'] })
    const carol = await house.user('carol', 'Chen Labs')
    await carol.post('/account/presets', { name: 'Lab', permissions: ['domains'] })
  })

  test('an invitation by a preset that is built in, or by one of the client’s own', async () => {
    const built = await offer('ann@example.com', { preset: 'billing' })
    expect([built.status, built.body.permissions]).toEqual([201, ['invoices', 'quotes']])
    const own = await offer('ben@example.com', { preset: 'Desk' })
    expect([own.status, own.body.permissions]).toEqual([201, ['tickets', 'orders']])
    const [mail] = await house.mailTo('ben@example.com')
    expect(mail?.text).toContain('- View & Open Support Tickets')
    const dora = house.visitor()
    await dora.visit(await house.linkTo('ann@example.com'))
    await dora.press('Create account', {
      ...{ 'First name': 'Ann', 'Last name': 'Arc', Password: 'a long sentence of mine' },
      'Email address': 'ann@example.com',
    })
    const { accepted_by_user_id } = (await robot('GET', to(`/${built.body.id}`))).body
    const access = await robot('GET', `/clients/${acme}/users/${accepted_by_user_id}`)
    expect(access.body.permissions).toEqual(['invoices', 'quotes'])
  })

  test('what may be named is listed: the built-in ones, and the client’s own', async () => {
    const listed = async (call: typeof robot, client = acme) =>
      (await call('GET', `/clients/${client}/presets`)).body.items?.map(({ preset, is_own }) => [
        preset,
        is_own,
      ])
    const builtIn = ['everything', 'billing', 'technical', 'read-only'].map((name) => [name, false])
    expect(await listed(robot)).toEqual([...builtIn, ['Desk', true]])
    expect(await listed(robot, chen)).toEqual([...builtIn, ['Lab', true]])
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    const path = `/clients/${acme}/presets`
    expect((await bob('GET', path)).body.type).toBe(problem('denied.permission'))
    const access = house.db('associations').where({ client_id: acme, user_id: 2 })
    await access.clone().update({ permissions: 'invoices,quotes,users' })
    expect(await listed(bob), 'what he may give').toEqual([['billing', false]])
    expect((await bob('GET', `/clients/${chen}/presets`)).status).toBe(404)
    const some = caller(house, await keyOf(house, { clients: String(chen) }))
    expect((await some('GET', path)).status).toBe(404)
    const writer = caller(house, await keyOf(house, { rights: ['invite'] }))
    expect((await writer('GET', path)).body.type).toBe(problem('rights.missing'))
  })

  test('many by one preset', async () => {
    const emails = ['cy@example.com', 'dee@example.com']
    const { status, body } = await robot('POST', to('/batch'), { emails, preset: 'Desk' })
    expect([status, body.invited]).toEqual([200, 2])
    for (const email of emails) expect((await stored(email)).permissions).toBe('orders,tickets')
  })

  test('both, neither, or none that there is: a sentence and the field, and nobody is invited', async () => {
    const refused = async (what: object) => {
      const one = await offer('eve@example.com', what)
      const many = await robot('POST', to('/batch'), { emails: ['eve@example.com'], ...what })
      expect([many.status, many.body.type, many.body.field]).toEqual([422, one.body.type, one.body.field])
      return [one.status, one.body.type, one.body.field, one.body.detail]
    }
    const both = { preset: 'billing', permissions: ['tickets'] }
    expect(await refused(both)).toEqual([422, problem('api.oneOfBoth'), 'preset', BOTH])
    expect(await refused({ preset: 'billing', permissions: [] })).toContain(BOTH)
    expect((await refused({})).slice(1, 3)).toEqual([problem('permissions.none'), 'permissions'])
    expect((await refused({ preset: 'x' })).slice(1, 3)).toEqual([problem('api.noSuchPreset'), 'preset'])
    expect((await refused({ preset: 'Lab' }))[1], 'of another client').toBe(problem('api.noSuchPreset'))
    expect((await refused({ preset: 7 }))[1]).toBe(problem('api.noSuchPreset'))
    expect((await refused({ permissions: ['vat'] }))[1]).toBe(problem('permissions.unknown'))
    expect(await stored('eve@example.com')).toBeUndefined()
    const user = { user_id: 3, ...both }
    expect((await robot('POST', `/clients/${acme}/users`, user)).body.detail).toBe(BOTH)
  })

  test('H16 a delegate’s token gives no more by a preset, and an own one beyond them is not there', async () => {
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    const access = house.db('associations').where({ client_id: acme, user_id: 2 })
    await access.clone().update({ permissions: 'invoices,quotes,users' })
    expect((await offer('fay@example.com', { preset: 'billing' }, bob)).status).toBe(201)
    const beyond = await offer('gus@example.com', { preset: 'technical' }, bob)
    expect([beyond.status, beyond.body.type]).toEqual([422, problem('delegate.beyond')])
    const [hidden, unknown] = [
      await offer('gus@example.com', { preset: 'Desk' }, bob),
      await offer('gus@example.com', { preset: 'Nothing' }, bob),
    ]
    expect([hidden.status, hidden.body.detail]).toEqual([422, unknown.body.detail])
    const edit = { 'If-Match': '*' }
    const own = await bob('PATCH', `/clients/${acme}/users/2`, { preset: 'Desk' }, edit)
    expect(own.body.type).toBe(problem('api.noSuchPreset'))
    expect((await bob('POST', `/clients/${chen}/invitations`, { preset: 'billing' })).status).toBe(404)
    expect(await stored('gus@example.com')).toBeUndefined()
  })

  test('the document says of both that there is one of the two', async () => {
    const { components } = (await robot('GET', '/api/openapi.json')).body as never as {
      components: { schemas: Record<string, { properties: object; required: string[] }> }
    }
    for (const name of ['NewInvitation', 'NewInvitations', 'NewAssociation']) {
      const { properties, required } = components.schemas[name] ?? { properties: {}, required: [] }
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(['permissions', 'preset']))
      expect(required.filter((field) => field === 'permissions' || field === 'preset')).toEqual([])
    }
  })
})
