import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { forgetLimits } from '../src/domain/limits.ts'
import { moveClock } from '../src/platform/clock.ts'
import { caller, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { setLimit } from './support/wide-limits.ts'

type Call = ReturnType<typeof caller>

describe('an API key and a personal token invite', () => {
  let house: TestHouse
  let robot: Call
  let acme: number
  let bakery: number
  let alice: Call
  const offer = (email: string, more: object = {}) => ({ email, permissions: ['tickets'], ...more })
  const to = (client: number, rest = '') => `/clients/${client}/invitations${rest}`
  const rows = (email: string) => house.db('invitations').where({ email })
  const plain = ({ text }: { text: string }) =>
    text.replace(/urn:uuid:[\w-]+|\d{4}-\d\d-\d\dT[\d:.]+Z|"id":\d+|nobody@x.example|carol@example.com/g, '')

  beforeAll(async () => {
    house = await startHouse({ limited: true })
    robot = caller(house, await keyOf(house))
    acme = (await house.clientNamed('Acme Hosting')).id
    bakery = (await house.clientNamed('Brown Bakery')).id
    alice = caller(house, await tokenOf(house, 'alice@example.com'))
  })
  // Each story on a day of its own: what a client has sent is counted for a day.
  beforeEach(async () => {
    moveClock(24 * 60 + 1)
    await forgetLimits(house.db, undefined)
  })

  test('one address: a mail with the link, which no answer has, nor anything it could be made from', async () => {
    const made = await robot('POST', to(acme), offer('dora@example.com', { message: 'Hello Dora' }))
    expect([made.status, made.body.state, made.body.send_count]).toEqual([201, 'pending', 1])
    expect(made.headers.get('Location')).toBe(`/api/v1${to(acme, `/${made.body.id}`)}`)
    const link = await house.linkTo('dora@example.com')
    const [mail] = await house.mailTo('dora@example.com')
    const page = await house.visitor().visit(link)
    for (const text of [mail?.text, page.text]) {
      expect(text, 'whoever answers for the key invites').toContain('Ada Admin invites you')
      expect(text).not.toContain('Robot')
    }
    const again = await robot('POST', to(acme, `/${made.body.id}/resend`))
    expect([again.status, again.body.send_count]).toEqual([200, 2])
    const newLink = await house.linkTo('dora@example.com')
    expect(newLink).not.toBe(link)
    const all = [
      ...[made, again, await robot('GET', to(acme))],
      ...[await robot('GET', to(acme, `/${made.body.id}`)), await robot('GET', '/invitations')],
    ]
    const { nonce } = await rows('dora@example.com').first()
    for (const { text } of all) {
      expect(text).toContain('dora@example.com')
      expect(text).not.toContain(nonce)
      expect(text).not.toMatch(/nonce|\/invite\//)
      for (const one of [link, newLink]) expect(text).not.toContain(one.split('/').at(-1))
    }
    const entry = await house.db('activity').where({ action: 'invite.resent' }).orderBy('id', 'desc').first()
    expect([entry.actor_kind, entry.actor_name]).toEqual(['credential', 'Robot'])
  })

  test('by state, a page at a time, each once; a place that is none is refused', async () => {
    await robot('POST', to(acme, '/batch'), {
      emails: ['p1@example.com', 'p2@example.com', 'p3@example.com'],
      permissions: ['tickets'],
    })
    const seen: unknown[] = []
    let after = ''
    do {
      const { body } = await robot('GET', `${to(acme)}?state=pending&limit=2${after}`)
      seen.push(...body.items.map(({ email }) => email))
      after = body.next ? `&after=${encodeURIComponent(body.next)}` : ''
    } while (after)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(['p1@example.com', 'p2@example.com', 'p3@example.com']))
    expect((await robot('GET', `${to(acme)}?state=accepted`)).body.items).toEqual([])
    for (const wrong of ['after=5', 'after=5_yesterday', 'state=lost'])
      expect((await robot('GET', `${to(acme)}?${wrong}`)).status, wrong).toBe(422)
  })

  test('cancelled once; neither cancelled nor sent again after that; the link is dead', async () => {
    const { body } = await robot('POST', to(acme), offer('gone@example.com'))
    const link = await house.linkTo('gone@example.com')
    const cancelled = await robot('POST', to(acme, `/${body.id}/cancel`))
    expect([cancelled.status, cancelled.body.state]).toEqual([200, 'cancelled'])
    for (const step of ['cancel', 'resend']) {
      const again = await robot('POST', to(acme, `/${body.id}/${step}`))
      expect([again.status, again.body.type]).toEqual([409, problem('invite.notPending')])
    }
    const guest = house.visitor()
    await guest.visit(link)
    expect(guest.status).toBe(404)
    expect((await robot('POST', to(bakery, `/${body.id}/cancel`))).status).toBe(404)
  })

  test('many: each is answered by itself, in the order that was sent', async () => {
    const emails = ['m1@example.com', 'nonsense', 'M1@example.com', 'bob@example.com', 'm2@example.com']
    const { status, body } = await robot('POST', to(acme, '/batch'), { emails, permissions: ['tickets'] })
    const results = body.results as { email: string; invitation?: object; problem?: { type: string } }[]
    expect([status, body.invited, results.map(({ email }) => email)]).toEqual([200, 2, emails])
    expect(results.map((one) => one.problem?.type ?? 'invited')).toEqual([
      ...['invited', problem('email.malformed'), problem('invite.list.twice')],
      ...[problem('invite.alreadyAssociated'), 'invited'],
    ])
    const list = Array.from({ length: 51 }, (_, nth) => `n${nth}@example.com`)
    const tooMany = await robot('POST', to(acme, '/batch'), { emails: list, permissions: ['tickets'] })
    expect([tooMany.status, tooMany.body.type]).toEqual([422, problem('api.tooManyAddresses')])
    expect(await rows('n0@example.com')).toEqual([])
    const nothing = { emails: ['n0@example.com'], permissions: [] }
    expect((await robot('POST', to(acme, '/batch'), nothing)).body.type).toBe(problem('permissions.none'))
  })

  test('the same key twice: one invitation, one mail', async () => {
    const key = { 'Idempotency-Key': 'once' }
    const first = await robot('POST', to(acme), offer('once@example.com'), key)
    const second = await robot('POST', to(acme), offer('once@example.com'), key)
    expect([second.status, second.text]).toEqual([201, first.text])
    expect(second.headers.get('Idempotency-Replayed')).toBe('true')
    expect(await rows('once@example.com')).toHaveLength(1)
    expect(await house.mailTo('once@example.com')).toHaveLength(1)
    const other = await robot('POST', to(acme), offer('twice@example.com'), key)
    expect([other.status, other.body.type]).toEqual([422, problem('api.keyReused')])
    const many = { emails: ['k1@example.com', 'k2@example.com'], permissions: ['tickets'] }
    const both = { 'Idempotency-Key': 'many' }
    const one = await robot('POST', to(acme, '/batch'), many, both)
    expect((await robot('POST', to(acme, '/batch'), many, both)).text).toBe(one.text)
    expect(await house.mailTo('k1@example.com')).toHaveLength(1)
  })

  test('many, cut short by a crash and sent again: nobody has a second mail, and the rest is done', async () => {
    const key = { 'Idempotency-Key': 'cut-short' }
    const many = { emails: ['c1@example.com', 'c2@example.com'], permissions: ['tickets'] }
    const whole = await robot('POST', to(acme, '/batch'), many, key)
    // As a crash behind the last address leaves it: sent, and not answered.
    const left = { status: null, headers: null, body: null, claimed_at: '2026-01-01T00:00:00.000Z' }
    await house.db('idempotency_keys').where({ key: 'cut-short' }).update(left)
    const again = await robot('POST', to(acme, '/batch'), many, key)
    expect([again.status, again.text]).toEqual([200, whole.text])
    for (const email of many.emails) {
      expect((await rows(email).first()).send_count).toBe(1)
      expect(await house.mailTo(email)).toHaveLength(1)
    }
    // As one behind the first does: of the second there is nothing yet.
    const { id } = await rows('c2@example.com').first()
    await house.db('idempotency_keys').where({ key: 'cut-short' }).update(left)
    await house
      .db('idempotency_keys')
      .where({ body: String(id) })
      .delete()
    await house.db('emails').where({ invitation_id: id }).delete()
    await rows('c2@example.com').delete()
    const rest = await robot('POST', to(acme, '/batch'), many, key)
    expect([rest.status, rest.body.invited]).toEqual([200, 2])
    expect((await rows('c1@example.com').first()).send_count).toBe(1)
    expect((await rows('c2@example.com').first()).send_count).toBe(1)
  })

  test('the limits of the pages hold: 429, and when to come again', async () => {
    await setLimit(house.db, 'pendingOfClient', 1)
    await robot('POST', to(bakery), offer('l1@example.com'))
    const over = await robot('POST', to(bakery), offer('l2@example.com'))
    expect([over.status, over.body.type]).toEqual([429, problem('limits.over.pendingOfClient')])
    expect(Number(over.headers.get('Retry-After'))).toBeGreaterThan(0)
    const all = { emails: ['l2@example.com', 'l3@example.com'], permissions: ['tickets'] }
    const many = await robot('POST', to(bakery, '/batch'), all)
    expect([many.status, Number(many.headers.get('Retry-After')) > 0]).toEqual([429, true])
    await setLimit(house.db, 'pendingOfClient', 100)
    expect((await robot('POST', to(bakery), offer('l2@example.com'))).status).toBe(201)
  })

  test('only with the right, only for its clients, not for a closed one', async () => {
    const reader = caller(house, await keyOf(house, { rights: ['list-clients'] }))
    const refused = await reader('POST', to(acme), offer('x@example.com'))
    expect([refused.status, refused.body.type]).toEqual([403, problem('rights.missing')])
    const some = caller(house, await keyOf(house, { clients: String(bakery) }))
    expect((await some('POST', to(acme), offer('x@example.com'))).status).toBe(404)
    const listed = (await some('GET', '/invitations')).body.items
    expect(new Set(listed.map((one) => one.client_id))).toEqual(new Set([bakery]))
    const two = caller(house, await keyOf(house, { clients: `${bakery}, ${acme}` }))
    const seen: number[] = []
    let after = ''
    do {
      const { body } = await two('GET', `/invitations?limit=3${after}`)
      seen.push(...body.items.map(({ id }) => id))
      after = body.next ? `&after=${encodeURIComponent(body.next)}` : ''
    } while (after)
    const theirs = house.db('invitations').whereIn('client_id', [acme, bakery])
    expect(seen).toEqual(await theirs.orderBy('sent_at', 'desc').orderBy('id', 'desc').pluck('id'))
    await house.db('clients').where({ id: bakery }).update({ status: 'closed' })
    const closed = await robot('POST', to(bakery), offer('x@example.com'))
    expect([closed.status, closed.body.type]).toEqual([409, problem('client.closed')])
    await house.db('clients').where({ id: bakery }).update({ status: 'active' })
    expect(await rows('x@example.com')).toEqual([])
  })

  test('H16 a token invites for whom its user manages, and gives no more than they hold', async () => {
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    const denied = await bob('POST', to(acme), offer('d1@example.com'))
    expect([denied.status, denied.body.type]).toEqual([403, problem('denied.permission')])
    expect((await bob('GET', to(acme))).status).toBe(403)
    const access = house.db('associations').where({ client_id: acme, user_id: 2 })
    await access.clone().update({ permissions: 'tickets,users' })
    expect((await bob('POST', to(acme), offer('d1@example.com'))).status).toBe(201)
    const beyond = await bob('POST', to(acme), offer('d2@example.com', { permissions: ['orders'] }))
    expect([beyond.status, beyond.body.type, beyond.body.field]).toEqual([
      ...[422, problem('delegate.beyond'), 'permissions'],
    ])
    const { body } = await alice('POST', to(acme), offer('d3@example.com', { permissions: ['orders'] }))
    for (const step of ['cancel', 'resend'])
      expect((await bob('POST', to(acme, `/${body.id}/${step}`))).body.type).toBe(
        problem('delegate.invitesMore'),
      )
    expect((await bob('GET', '/invitations')).body.type).toBe(problem('api.notForTokens'))
    await house.db('settings').insert({ key: 'manageUsers', value: 'off', updated_at: 'x' })
    expect((await bob('GET', to(acme))).body.type).toBe(problem('users.off'))
    expect((await alice('POST', to(acme), offer('d4@example.com'))).body.type).toBe(problem('users.off'))
    await house.db('settings').where({ key: 'manageUsers' }).delete()
    await access.clone().update({ permissions: 'tickets' })
  })

  test('R22 a token is answered the same whether the address has a login or not', async () => {
    const answers = []
    for (const email of ['nobody@x.example', 'carol@example.com'])
      answers.push(await alice('POST', to(acme), offer(email)))
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    const [stranger, known] = answers.map(plain)
    expect(known).toBe(stranger)
  })
})
