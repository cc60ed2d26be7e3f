import { beforeEach, describe, expect, test } from 'vitest'
import { caller, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { no, whmcsCaller } from './support/whmcs.ts'

const ACME = 1
const BAKERY = 3
const [ALICE, BOB, CAROL] = [1, 2, 3]
const SEEN = { 'If-Match': '*' }

describe('a program manages the users of a client', () => {
  let house: TestHouse
  let call: ReturnType<typeof caller>
  const at = (user: number, client = ACME) => `/clients/${client}/users/${user}`

  beforeEach(async () => {
    house = await startHouse()
    call = caller(house, await keyOf(house))
  })

  const outcome = ({ status, body }: Awaited<ReturnType<typeof call>>) => [status, body.type]
  const give = (userId: number, permissions: string[]) =>
    call('POST', `/clients/${ACME}/users`, { user_id: userId, permissions })

  test('associates once under one key, in the name of the key, and goes on behind a page', async () => {
    const [path, body] = [`/clients/${ACME}/users`, { user_id: CAROL, preset: 'billing' }]
    const made = await call('POST', path, body, { 'Idempotency-Key': 'one' })
    expect([made.status, made.body.permissions]).toEqual([201, ['invoices', 'quotes']])
    const again = await call('POST', path, body, { 'Idempotency-Key': 'one' })
    expect([again.status, again.text]).toEqual([201, made.text])
    expect(outcome(await call('POST', path, body))).toEqual([409, problem('invite.alreadyAssociated')])
    const entries = await house.db('activity').where({ action: 'user.associated', actor_kind: 'credential' })
    expect(entries).toHaveLength(1)
    const first = await call('GET', `${path}?limit=2`)
    const rest = await call('GET', `${path}?limit=2&after=${first.body.next}`)
    const ids = [...first.body.items, ...rest.body.items].map(({ user_id }) => user_id)
    expect([ids, rest.body.next]).toEqual([[ALICE, BOB, CAROL], null])
  })

  test('a login whose address nobody has proven: asks for the field, not for a box', async () => {
    await house.db('users').where({ id: CAROL }).update({ email_verified_at: null })
    const asked = await give(CAROL, ['tickets'])
    expect([...outcome(asked), asked.body.field]).toEqual([422, problem('associate.unverified'), 'confirmed'])
    expect(asked.body.detail).toContain('Send “confirmed”: true')
    const sure = { user_id: CAROL, permissions: ['tickets'], confirmed: true }
    expect((await call('POST', `/clients/${ACME}/users`, sure)).status).toBe(201)
  })

  test('sets permissions, a preset and the last day; a stale If-Match is refused', async () => {
    const seen = (await call('GET', at(BOB))).headers.get('ETag') ?? ''
    const set = await call('PATCH', at(BOB), { preset: 'technical' }, { 'If-Match': seen })
    expect([set.status, (set.body.permissions as string[]).includes('domains')]).toEqual([200, true])
    const stale = await call('PATCH', at(BOB), { permissions: ['invoices'] }, { 'If-Match': seen })
    expect(outcome(stale)).toEqual([412, problem('api.stale')])
    const ends = await call('PATCH', at(BOB), { ends_on: '2027-06-30' }, SEEN)
    expect([ends.body.ends_on, ends.body.permissions]).toEqual(['2027-06-30', set.body.permissions])
    const wrong = [{ permissions: ['x'] }, { preset: 'x' }, { preset: 'billing', permissions: ['invoices'] }]
    for (const body of [...wrong, { permissions: [] }, { vat: 1 }, { ends_on: '2027-02-30' }])
      expect((await call('PATCH', at(BOB), body, SEEN)).status, JSON.stringify(body)).toBe(422)
    expect(outcome(await call('PATCH', at(BOB), {}))).toEqual([428, problem('api.matchMissing')])
  })

  test('access that is over gets no other permissions, of which its user would be told, but for a later day', async () => {
    const over = { ends_at: '2026-01-01T00:00:00.000Z' }
    await house.db('associations').where({ client_id: ACME, user_id: BOB }).update(over)
    const whmcs = whmcsCaller(house, await keyOf(house))
    const named = { client_id: ACME, user_id: BOB, permissions: 'invoices' }
    expect(await whmcs('UpdateUserPermissions', named)).toEqual(
      no('This access has ended. Set a later day first.'),
    )
    const edit = (more: object) => call('PATCH', at(BOB), { permissions: ['invoices'], ...more }, SEEN)
    expect(outcome(await edit({}))).toEqual([409, problem('suspend.over')])
    expect(await house.mailTo('bob@example.com')).toEqual([])
    const again = await edit({ ends_on: '2027-06-30' })
    expect([again.status, again.body.standing, again.body.permissions]).toEqual([200, 'open', ['invoices']])
  })

  test('suspends, resumes and removes, each once', async () => {
    const suspended = (is: boolean) => call('POST', `${at(BOB)}/suspension`, { suspended: is })
    expect((await suspended(true)).body.standing).toBe('suspended')
    for (const who of ['alice', 'bob'])
      expect((await house.mailTo(`${who}@example.com`))[0]?.text).toContain('API key Robot suspended')
    expect(outcome(await suspended(true))).toEqual([409, problem('suspend.already')])
    expect((await suspended(false)).body.standing).toBe('open')
    expect(outcome(await suspended(false))).toEqual([409, problem('resume.already')])
    expect((await call('DELETE', at(BOB))).status).toBe(200)
    expect((await call('DELETE', at(BOB))).status).toBe(404)
    expect((await call('GET', at(BOB))).status).toBe(404)
  })

  test('never the owner', async () => {
    const edit = await call('PATCH', at(ALICE), { permissions: ['invoices'] }, SEEN)
    expect(outcome(edit)).toEqual([409, problem('owner.edit')])
    expect(outcome(await call('DELETE', at(ALICE)))).toEqual([409, problem('owner.remove')])
    const rests = await call('POST', `${at(ALICE)}/suspension`, { suspended: true })
    expect(outcome(rests)).toEqual([409, problem('owner.suspend')])
  })

  test('only with the right, and a key for some clients reaches nobody of others', async () => {
    const reads = caller(house, await keyOf(house, { rights: ['list-clients'] }))
    expect(outcome(await reads('DELETE', at(BOB)))).toEqual([403, problem('rights.missing')])
    const some = caller(house, await keyOf(house, { clients: String(ACME) }))
    expect((await some('GET', at(BOB, BAKERY))).status).toBe(404)
    expect((await some('DELETE', at(BOB, BAKERY))).status).toBe(404)
    const body = { user_id: CAROL, permissions: ['invoices'] }
    const [hidden, absent] = [
      await some('POST', `/clients/${ACME}/users`, body),
      await some('POST', `/clients/${ACME}/users`, { ...body, user_id: 98765 }),
    ]
    expect([hidden.status, hidden.body.detail]).toEqual([422, absent.body.detail])
  })

  test('H16 the token of a delegate reaches what they hold, and no token associates directly', async () => {
    const token = caller(house, await tokenOf(house, 'bob@example.com'))
    expect(outcome(await token('GET', at(BOB)))).toEqual([403, problem('denied.permission')])
    await give(CAROL, ['invoices'])
    await call('PATCH', at(BOB), { permissions: ['users', 'invoices', 'tickets'] }, SEEN)
    const set = (user: number, permissions: string[]) => token('PATCH', at(user), { permissions }, SEEN)
    expect((await set(CAROL, ['invoices', 'tickets'])).status).toBe(200)
    expect((await set(CAROL, ['domains'])).body.type).toBe(problem('delegate.beyond'))
    expect(outcome(await set(BOB, ['invoices']))).toEqual([403, problem('delegate.yourself')])
    await call('PATCH', at(CAROL), { permissions: ['domains'] }, SEEN)
    expect(outcome(await token('DELETE', at(CAROL)))).toEqual([403, problem('delegate.holdsMore')])
    const direct = await token('POST', `/clients/${ACME}/users`, {
      user_id: CAROL,
      permissions: ['invoices'],
    })
    expect(outcome(direct)).toEqual([403, problem('api.notForTokens')])
  })
})
