import { beforeAll, describe, expect, test } from 'vitest'
import { caller, castOf, keyOf, problem } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('a wrong call is told which fields are wrong, and what they take', () => {
  let house: TestHouse
  let call: ReturnType<typeof caller>
  let bob: number

  beforeAll(async () => {
    house = await startHouse()
    call = caller(house, await keyOf(house))
    bob = (await castOf(house)).bob
  })

  const BATCH = '/clients/1/invitations/batch'
  const given = { permissions: ['tickets'] }

  test.each<[string, object, string, string]>([
    [BATCH, { ...given, emails: 'dora@example.com' }, 'emails', 'api.notList'],
    [BATCH, { ...given, emails: null }, 'emails', 'api.notList'],
    [BATCH, given, 'emails', 'email.missing'],
    [BATCH, { ...given, emails: [] }, 'emails', 'email.missing'],
    [BATCH, { emails: ['dora@example.com'], permissions: 'tickets' }, 'permissions', 'api.notList'],
    ['/clients/1/ownership', { user_id: '2' }, 'user_id', 'api.notNumber'],
    ['/clients/1/ownership', { user_id: 0 }, 'user_id', 'api.notNumber'],
    ['/clients/1/ownership', { user_id: 1.5 }, 'user_id', 'api.notNumber'],
    ['/clients/1/users/2/suspension', { suspended: 'true' }, 'suspended', 'api.notBoolean'],
    ['/clients/1/users', { ...given, user_id: 3, confirmed: 1 }, 'confirmed', 'api.notBoolean'],
  ])('%s %j: what it takes', async (path, body, field, type) => {
    const { status, body: told } = await call('POST', path, body)
    expect([status, told.type, told.field, told.errors.map((one) => one.field)]).toEqual([
      ...[422, problem(type), field],
      [field],
    ])
  })

  test.each<[string, object, string, string]>([
    ['/clients/1/invitations', { ...given, preset: 'billing' }, 'preset', 'api.oneOfBoth'],
    ['/clients/1/invitations', { permissions: [] }, 'permissions', 'permissions.none'],
    ['/clients/1/invitations', { preset: 'x' }, 'preset', 'api.noSuchPreset'],
    ['/clients/1/ownership', { user_id: 999 }, 'user_id', 'owner.notAssociated'],
  ])('%s %j: what is found out later is named in the same way', async (path, body, field, type) => {
    const email = path.endsWith('invitations') && { email: 'dora@example.com' }
    const { status, body: told } = await call('POST', path, { ...email, ...body })
    expect([status, told.type, told.field]).toEqual([422, problem(type), field])
    expect(told.errors).toEqual([{ type: problem(type), field, detail: told.detail }])
  })

  test('what is so already is about no field that is wrong', async () => {
    expect((await call('POST', '/clients/1/ownership', { user_id: bob })).status).toBe(200)
    const { status, body } = await call('POST', '/clients/1/ownership', { user_id: bob })
    expect([status, body.errors]).toEqual([409, undefined])
  })
})
