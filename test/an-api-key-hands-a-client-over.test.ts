import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { moveClock, timestamp } from '../src/platform/clock.ts'
import { caller, castOf, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { accept, letIn } from './support/transfers.ts'

type Call = ReturnType<typeof caller>

describe('an API key hands a client over', () => {
  let house: TestHouse
  let robot: Call
  let ids: Awaited<ReturnType<typeof castOf>>
  let acme: number
  let chen: number
  const plain = ({ text }: { text: string }) => text.replace(/urn:uuid:[\w-]+/, '')
  const ownerOf = async (id: number) => (await house.db('clients').where({ id }).first()).owner_id
  const to = (client: number, rest = '') => `/clients/${client}/transfers${rest}`
  const make = (client: number, user: number, call = robot) =>
    call('POST', `/clients/${client}/ownership`, { user_id: user })
  const offer = (client: number, user: number, call = robot, headers = {}) =>
    call('POST', to(client), { user_id: user }, headers)

  beforeAll(async () => {
    house = await startHouse()
    robot = caller(house, await keyOf(house))
    acme = (await house.clientNamed('Acme Hosting')).id
    chen = (await house.clientNamed('Chen Labs')).id
    ids = await castOf(house)
    await letIn(house, 'Acme Hosting', 'carol')
  })
  beforeEach(async () => {
    await house.db('users').update({ last_login_at: timestamp() })
  })

  /** Pages name the key where the log does; whom it is offered to reads whose name it is made in. */
  async function saysWhoMadeIt() {
    const alice = await house.user('alice', 'Acme Hosting')
    const said = 'API key Robot offered Acme Hosting to Bob Brown in your name. You stay the owner'
    for (const path of ['/clientarea', '/account/ownership', '/account/users']) {
      await alice.visit(path)
      expect([path, alice.text.includes(said), alice.text.includes('You offered')]).toEqual([
        path,
        true,
        false,
      ])
    }
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${acme}/users`)
    expect(ada.text).toContain('API key Robot offered Acme Hosting to Bob Brown in the name of Alice Ames.')
    const bob = await house.user('bob')
    expect(bob.text).toContain('Acme Hosting is offered to you in the name of its owner, Alice Ames.')
    await bob.follow('Look at the offer')
    expect(bob.text).toContain('This account is offered to you in the name of its owner, Alice Ames.')
    for (const { text } of [bob, (await house.mailTo('bob@example.com')).at(-1) ?? bob]) {
      expect(text).toContain('in the name of')
      expect(text).not.toMatch(/Robot|Alice Ames wants/)
    }
  }

  /** The former owner did nothing: neither mail nor log says that they did. */
  async function saysWhoseOfferItWas() {
    const [former] = await house.mailTo('alice@example.com')
    expect(former?.text).toContain(
      'Bob Brown accepted the offer of Acme Hosting that API key Robot made in your name.',
    )
    const [owner] = await house.mailTo('bob@example.com')
    expect(owner?.text).toContain('You accepted the offer that was made in the name of Alice Ames')
    expect(owner?.text).not.toContain('Robot')
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${acme}/activity`)
    expect(ada.text).toContain(
      'accepted the account of alice@example.com, which was offered to bob@example.com',
    )
    for (const text of [former?.text, owner?.text, ada.text])
      expect(text).not.toMatch(/Alice Ames made|alice@example.com offered/)
  }

  test('offered in the owner’s name: both are told, and the new owner accepts with the password', async () => {
    const key = { 'Idempotency-Key': 'offer' }
    const made = await offer(acme, ids.bob, robot, key)
    expect([made.status, made.body.status]).toEqual([201, 'pending'])
    expect(made.headers.get('Location')).toBe(`/api/v1${to(acme, `/${made.body.id}`)}`)
    expect((await offer(acme, ids.bob, robot, key)).text).toBe(made.text)
    const [told] = await house.mailTo('alice@example.com')
    expect(told?.subject).toContain('We offered Acme Hosting to Bob Brown for you')
    expect(told?.text).toContain('/account/ownership')
    expect(await house.mailTo('bob@example.com')).toHaveLength(1)
    await saysWhoMadeIt()
    const { body } = await robot('GET', `/clients/${acme}/ownership`)
    expect([body.owner_id, body.transfer]).toEqual([ids.alice, made.body])
    const more = await offer(acme, ids.carol)
    expect([more.status, more.body.type]).toEqual([409, problem('transfer.oneAtATime')])
    await accept(await house.user('bob'), made.body.id)
    expect(await ownerOf(acme)).toBe(ids.bob)
    await saysWhoseOfferItWas()
    expect((await robot('GET', to(acme, `/${made.body.id}`))).body.status).toBe('accepted')
    const late = await robot('POST', to(acme, `/${made.body.id}/cancel`))
    expect([late.status, late.body.type]).toEqual([409, problem('transfer.over')])
    const entry = await house.db('activity').where({ action: 'transfer.requested' }).first()
    expect([entry.actor_kind, entry.actor_name]).toEqual(['credential', 'Robot'])
  })

  test('made the owner at once; both are told, a pending offer is cancelled; once', async () => {
    const { body: open } = await offer(acme, ids.carol)
    const key = { 'Idempotency-Key': 'make' }
    const path = `/clients/${acme}/ownership`
    const made = await robot('POST', path, { user_id: ids.alice }, key)
    expect([made.status, made.body.owner_id, made.body.transfer]).toEqual([200, ids.alice, null])
    expect((await robot('POST', path, { user_id: ids.alice }, key)).text).toBe(made.text)
    expect((await robot('POST', path, { user_id: ids.carol }, key)).body.type).toBe(problem('api.keyReused'))
    const twice = await make(acme, ids.alice)
    expect([twice.status, twice.body.type]).toEqual([409, problem('owner.already')])
    expect((await robot('GET', to(acme, `/${open.id}`))).body.status).toBe('cancelled')
    const changes = await house.db('activity').where({ action: 'owner.changed', client_id: acme })
    expect(changes.map(({ actor_kind }) => actor_kind)).toEqual(['user', 'credential'])
  })

  test('only one of its users: whoever has no access, or no login, is answered alike', async () => {
    for (const ask of [make, offer]) {
      const [stranger, nobody] = [await ask(chen, ids.bob), await ask(chen, 98_765)]
      expect([stranger.status, plain(stranger)]).toEqual([422, plain(nobody)])
      expect(stranger.body.type).toBe(problem('owner.notAssociated'))
    }
    expect((await offer(acme, ids.alice)).body.type).toBe(problem('owner.already'))
    await house.db('users').where({ id: ids.bob }).update({ last_login_at: null })
    expect((await offer(acme, ids.bob)).body.type).toBe(problem('transfer.not.away'))
    const access = house.db('associations').where({ client_id: acme, user_id: ids.bob })
    await access.clone().update({ suspended_at: timestamp() })
    for (const ask of [make, offer]) expect((await ask(acme, ids.bob)).status).toBeGreaterThan(400)
    await access.clone().update({ suspended_at: null })
    expect(await ownerOf(acme)).toBe(ids.alice)
  })

  test('H10 not while the owner’s address can be taken back, nor for a closed client', async () => {
    const back = { nonce: 'n', back_nonce: 'b', expires_at: timestamp(), created_at: timestamp() }
    const addresses = { old_email: 'a@example.com', new_email: 'alice@example.com' }
    const until = { confirmed_at: timestamp(), back_until: '9999-01-01T00:00:00.000Z' }
    await house.db('email_changes').insert({ user_id: ids.alice, ...addresses, ...back, ...until })
    expect((await offer(acme, ids.bob)).body.type).toBe(problem('transfer.wayBack.owner'))
    await house.db('email_changes').delete()
    await house.db('clients').where({ id: acme }).update({ status: 'closed' })
    expect((await offer(acme, ids.bob)).body.type).toBe(problem('client.closed'))
    await house.db('clients').where({ id: acme }).update({ status: 'active' })
  })

  test('an offer that ran out says so, and cannot be cancelled', async () => {
    const { body } = await offer(acme, ids.bob)
    moveClock(8 * 24 * 60)
    expect((await robot('GET', to(acme, `/${body.id}`))).body.status).toBe('expired')
    expect((await robot('GET', `/clients/${acme}/ownership`)).body.transfer).toBe(null)
    expect((await robot('POST', to(acme, `/${body.id}/cancel`))).status).toBe(409)
    moveClock(-8 * 24 * 60)
    expect((await robot('POST', to(acme, `/${body.id}/cancel`))).body.status).toBe('cancelled')
  })

  test('without the right, or for another client: nothing', async () => {
    const { body } = await offer(acme, ids.bob)
    const reads = caller(house, await keyOf(house, { rights: ['list-clients', 'manage-access'] }))
    expect((await reads('GET', `/clients/${acme}/ownership`)).status).toBe(200)
    for (const ask of [make, offer])
      expect((await ask(acme, ids.bob, reads)).body.type).toBe(problem('rights.missing'))
    const cancel = to(acme, `/${body.id}/cancel`)
    expect((await reads('POST', cancel)).body.type).toBe(problem('rights.missing'))
    const other = caller(house, await keyOf(house, { clients: String(chen) }))
    const absent = plain(await other('GET', '/clients/98765/ownership'))
    for (const answer of [
      ...[await make(acme, ids.bob, other), await offer(acme, ids.carol, other)],
      ...[await other('POST', cancel), await other('GET', to(acme, `/${body.id}`))],
      // The offer of another client, by way of one's own.
      ...[await other('POST', to(chen, `/${body.id}/cancel`)), await other('GET', to(chen, `/${body.id}`))],
    ])
      expect([answer.status, plain(answer)]).toEqual([404, absent])
    expect((await robot('GET', to(acme, `/${body.id}`))).body.status).toBe('pending')
    expect((await robot('POST', cancel)).body.status).toBe('cancelled')
  })

  test('H10 a token hands nothing over: the owner’s sees the offer and cancels it', async () => {
    const alice = caller(house, await tokenOf(house, 'alice@example.com'))
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    const refused = await offer(acme, ids.bob, alice)
    expect([refused.status, refused.body.type]).toEqual([403, problem('api.passwordNeeded')])
    expect((await make(acme, ids.bob, alice)).body.type).toBe(problem('api.notForTokens'))
    const { body } = await offer(acme, ids.bob)
    const cancel = to(acme, `/${body.id}/cancel`)
    expect((await bob('POST', cancel)).body.type).toBe(problem('users.ownerOnly'))
    expect((await bob('GET', `/clients/${acme}/ownership`)).body.type).toBe(problem('users.ownerOnly'))
    expect((await bob('POST', to(chen, `/${body.id}/cancel`))).status).toBe(404)
    expect((await alice('GET', `/clients/${acme}/ownership`)).body.transfer).toEqual(body)
    expect((await alice('GET', to(acme, `/${body.id}`))).body.type).toBe(problem('api.notForTokens'))
    expect((await alice('POST', cancel)).body.status).toBe('cancelled')
    expect(await ownerOf(acme)).toBe(ids.alice)
    const ended = await house
      .db('activity')
      .where({ action: 'transfer.cancelled' })
      .orderBy('id', 'desc')
      .first()
    expect([ended.actor_kind, ended.actor_id]).toEqual(['user', ids.alice])
  })
})
