import { beforeAll, describe, expect, test } from 'vitest'
import { type Body, caller, keyOf, problem, tokenOf } from './support/api.ts'
import { writeDownFunctions } from './support/api-examples.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const CRM = `module.exports = (addHook) => addHook('InviteSent', 1, () => {})`

type Call = ReturnType<typeof caller>

describe('an API key reads what happened, and has an add-on told again', () => {
  let house: TestHouse
  let robot: Call
  let acme: number
  let bakery: number

  beforeAll(async () => {
    house = await startHouse({ hooks: { 'crm.js': CRM } })
    robot = caller(house, await keyOf(house))
    acme = (await house.clientNamed('Acme Hosting')).id
    bakery = (await house.clientNamed('Brown Bakery')).id
    await robot('POST', `/clients/${acme}/invitations`, {
      email: 'erin@example.com',
      permissions: ['tickets'],
    })
    await writeDownFunctions(house, 'crm.js')
    await robot('PATCH', `/clients/${bakery}`, { city: 'Rome' }, { 'If-Match': '*' })
    await house.user('bob')
  })

  const actions = async (call: Call, path: string) =>
    (await call('GET', path)).body.items.map(({ action }) => action)

  test('all of it, newest first, by client, user, admin, action and day, a page at a time', async () => {
    const all = await house.db('activity').orderBy('id', 'desc').pluck('id')
    const seen: number[] = []
    let after = ''
    do {
      const { body } = await robot('GET', `/activity?limit=3${after}`)
      seen.push(...body.items.map(({ id }) => id))
      after = body.next ? `&after=${body.next}` : ''
    } while (after)
    expect(seen).toEqual(all)
    expect(await actions(robot, `/activity?client_id=${bakery}&limit=1`)).toEqual(['client.edited'])
    expect(await actions(robot, `/activity?action=invite.sent`)).toEqual(['invite.sent'])
    expect(await actions(robot, `/clients/${acme}/activity?action=client.edited`)).toEqual([])
    const [edited] = (await robot('GET', `/clients/${bakery}/activity`)).body.items as [Body]
    expect(edited.actor).toMatchObject({ kind: 'credential', name: 'Robot' })
    expect(edited.sentence).toContain('Rome')
    const ada = await house.db('admins').first('id')
    const made = (await robot('GET', `/activity?admin_id=${ada.id}`)).body.items
    expect(made.length).toBeGreaterThan(0)
    for (const { actor } of made) expect(actor).toMatchObject({ kind: 'admin', id: ada.id })
    const bobs = (await robot('GET', '/activity?user_id=2')).body.items
    for (const one of bobs)
      expect([one.user_id, (one.actor as { id: number }).id], 'about Bob or done by him').toContain(2)
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10)
    expect(await actions(robot, `/activity?from=${tomorrow}`)).toEqual([])
    for (const wrong of ['action=lost', 'from=yesterday', 'user_id=x', 'ip=127.0.0.1'])
      expect((await robot('GET', `/activity?${wrong}`)).status, wrong).toBe(422)
  })

  test('a key for some clients sees what happened with those; one without the right sees nothing', async () => {
    const some = caller(house, await keyOf(house, { clients: String(bakery) }))
    for (const filter of ['', '?user_id=2', '?user_id=1']) {
      const { items } = (await some('GET', `/activity${filter}`)).body
      for (const one of items) expect(one.client_id).toBe(bakery)
    }
    expect((await some('GET', '/activity')).body.items.length).toBeGreaterThan(0)
    expect((await some('GET', `/activity?client_id=${acme}`)).body.items).toEqual([])
    const two = caller(house, await keyOf(house, { clients: `${bakery}, ${acme}` }))
    const theirs = await house
      .db('activity')
      .whereIn('client_id', [acme, bakery])
      .orderBy('id', 'desc')
      .pluck('id')
    const seen: number[] = []
    let after = ''
    do {
      const { body } = await two('GET', `/activity?limit=2${after}`)
      seen.push(...body.items.map(({ id }) => id))
      after = body.next ? `&after=${body.next}` : ''
    } while (after)
    expect(seen).toEqual(theirs)
    expect(await actions(two, `/activity?client_id=${bakery}&action=client.edited`)).toEqual([
      'client.edited',
    ])
    expect((await some('GET', `/clients/${acme}/activity`)).status).toBe(404)
    const blind = caller(house, await keyOf(house, { rights: ['list-clients'] }))
    expect((await blind('GET', '/activity')).body.type).toBe(problem('rights.missing'))
  })

  test('a token sees what the pages show: of its login, and of what its user owns; no foreign address', async () => {
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    const own = (await bob('GET', '/activity')).body.items
    expect(own.length).toBeGreaterThan(0)
    for (const one of own) expect([one.user_id, (one.actor as { id: number }).id]).toContain(2)
    expect((await bob('GET', '/activity?user_id=1')).body.type).toBe(problem('api.notForTokens'))
    const [edited] = (await bob('GET', `/clients/${bakery}/activity`)).body.items as [Body]
    expect([edited.action, edited.ip]).toEqual(['client.edited', ''])
    expect((await bob('GET', `/clients/${acme}/activity`)).body.type).toBe(problem('users.ownerOnly'))
    const chen = (await house.clientNamed('Chen Labs')).id
    expect((await bob('GET', `/clients/${chen}/activity`)).status).toBe(404)
    expect((await bob('GET', `/activity?client_id=${chen}`)).body.items).toEqual([])
  })

  test('an event, what became of it, and one function told again under the same id', async () => {
    const { body: list } = await robot('GET', '/hook-events?name=InviteSent')
    const [event] = list.items as [Body]
    const one = await robot('GET', `/hook-events/${event.id}`)
    expect(one.body.payload).toMatchObject({ invitation: { email: 'erin@example.com' } })
    expect(one.body.deliveries).toMatchObject([{ hook: 'crm.js#InviteSent', status: 'done', attempts: 1 }])
    const key = { 'Idempotency-Key': 'again' }
    const hook = { hook: 'crm.js#InviteSent' }
    const told = await robot('POST', `/hook-events/${event.id}/replay`, hook, key)
    expect([told.status, told.body.event_id]).toEqual([200, event.event_id])
    await house.delivery.settled()
    expect((await robot('POST', `/hook-events/${event.id}/replay`, hook, key)).text).toBe(told.text)
    const entries = await house.db('activity').where({ action: 'hook.replayed' })
    expect(entries.map(({ actor_kind }) => actor_kind)).toEqual(['credential'])
    await house.delivery.settled()
    const after = await robot('GET', `/hook-events/${event.id}`)
    expect(after.body.deliveries).toMatchObject([{ status: 'done', attempts: 2 }])
  })

  test('no other function, no event that is not there, not for some clients, not for tokens', async () => {
    const [event] = (await robot('GET', '/hook-events?name=InviteSent')).body.items as [Body]
    const replay = `/hook-events/${event.id}/replay`
    for (const hook of ['old.js#InviteSent', 'crm.js#UserLogin'])
      expect((await robot('POST', replay, { hook })).body.type).toBe(problem('hooks.functionEnded'))
    expect((await robot('POST', replay, {})).status).toBe(422)
    expect((await robot('GET', '/hook-events/98765')).status).toBe(404)
    const some = caller(house, await keyOf(house, { clients: String(acme) }))
    for (const path of ['/hook-events', `/hook-events/${event.id}`])
      expect((await some('GET', path)).body.type).toBe(problem('api.allClients'))
    expect((await some('POST', replay, { hook: 'crm.js#InviteSent' })).body.type).toBe(
      problem('api.allClients'),
    )
    const reader = caller(house, await keyOf(house, { rights: ['see-system'] }))
    expect((await reader('POST', replay, { hook: 'crm.js#InviteSent' })).body.type).toBe(
      problem('rights.missing'),
    )
    const alice = caller(house, await tokenOf(house, 'alice@example.com'))
    expect((await alice('GET', '/hook-events')).body.type).toBe(problem('api.notForTokens'))
  })
})
