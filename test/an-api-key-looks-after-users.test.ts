import { beforeAll, describe, expect, test } from 'vitest'
import { caller, castOf, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

type Call = ReturnType<typeof caller>

describe('an API key looks after users', () => {
  let house: TestHouse
  let robot: Call
  let some: Call
  let ids: Awaited<ReturnType<typeof castOf>>
  const plain = ({ text }: { text: string }) => text.replace(/urn:uuid:[\w-]+/, '')
  const row = (id: number) => house.db('users').where({ id }).first()
  const fresh = (email: string) => ({ first_name: 'Erin', last_name: 'Example', email })
  const make = async (email: string) => (await robot('POST', '/users', fresh(email))).body.id
  const entries = (id: number) => house.db('activity').where({ user_id: id }).orderBy('id', 'desc')

  beforeAll(async () => {
    house = await startHouse()
    robot = caller(house, await keyOf(house))
    const { id } = await house.clientNamed('Acme Hosting')
    some = caller(house, await keyOf(house, { name: 'Some', clients: String(id) }))
    ids = await castOf(house)
  })

  test('a list by words and by status, a page at a time, each once', async () => {
    const seen: number[] = []
    let after = ''
    do {
      const { body } = await robot('GET', `/users?limit=2${after}`)
      seen.push(...body.items.map(({ id }) => id))
      after = body.next ? `&after=${body.next}` : ''
    } while (after)
    expect(seen).toEqual([ids.carol, ids.bob, ids.alice])
    const found = async (query: string) =>
      (await robot('GET', `/users?${query}`)).body.items.map(({ email }) => email)
    expect(await found('search=brown bob')).toEqual(['bob@example.com'])
    expect(await found('search=example nobody')).toEqual([])
    expect(await found('status=disabled')).toEqual([])
    expect(await found('search=bob&status=disabled')).toEqual([])
    const wrong = await robot('GET', '/users?status=asleep')
    expect([wrong.status, wrong.body.errors[0]?.field]).toEqual([422, 'status'])
    const one = await robot('GET', `/users/${ids.bob}`)
    expect([one.body.first_name, one.body.two_factor]).toEqual(['Bob', false])
    expect(one.text).not.toMatch(/password|hash|word|search/)
    expect((await robot('GET', '/users/98765')).status).toBe(404)
  })

  test('created once: no mail, no client, an address that is taken is refused', async () => {
    const key = { 'Idempotency-Key': 'erin' }
    const made = await robot('POST', '/users', fresh('Erin@Example.com'), key)
    expect([made.status, made.body.email, made.body.email_verified_at]).toEqual([
      ...[201, 'erin@example.com', null],
    ])
    expect(made.headers.get('Location')).toBe(`/api/v1/users/${made.body.id}`)
    const again = await robot('POST', '/users', fresh('Erin@Example.com'), key)
    expect([again.status, again.text]).toEqual([201, made.text])
    expect(again.headers.get('Idempotency-Replayed')).toBe('true')
    const taken = await robot('POST', '/users', fresh('erin@example.com'))
    expect([taken.status, taken.body.type]).toEqual([409, problem('user.emailTaken')])
    expect(await house.mailTo('erin@example.com')).toEqual([])
    expect(await house.db('associations').where({ user_id: made.body.id })).toEqual([])
    expect((await entries(made.body.id))[0]).toMatchObject({
      ...{ action: 'user.added', actor_kind: 'credential', actor_name: 'Robot' },
    })
    const lure = { ...fresh('lure@example.com'), first_name: 'www.win.example' }
    expect((await robot('POST', '/users', lure)).body.errors[0]?.field).toBe('first_name')
    expect((await robot('POST', '/users', { ...fresh('x@example.com'), status: 'active' })).status).toBe(422)
  })

  test('edited as it was seen: what is not sent stays, and a change meanwhile is not overwritten', async () => {
    const seen = (await robot('GET', `/users/${ids.carol}`)).headers.get('ETag') ?? ''
    const edit = (body: object, tag = seen) =>
      robot('PATCH', `/users/${ids.carol}`, body, tag ? { 'If-Match': tag } : {})
    expect((await edit({ last_name: 'Choi' }, '')).status).toBe(428)
    const done = await edit({ last_name: 'Choi' })
    expect([done.status, done.body.first_name, done.body.last_name]).toEqual([200, 'Carol', 'Choi'])
    const stale = await edit({ last_name: 'Chan' })
    expect([stale.status, stale.body.type]).toEqual([412, problem('api.stale')])
    expect((await row(ids.carol)).last_name).toBe('Choi')
    expect((await robot('GET', '/users?search=choi')).body.items).toHaveLength(1)
    const [entry] = await entries(ids.carol)
    expect([entry.action, JSON.parse(entry.detail)]).toEqual([
      'user.edited',
      expect.objectContaining({ before: { last_name: 'Chen' }, after: { last_name: 'Choi' } }),
    ])
    expect((await edit({ email: 'x@example.com' }, '*')).status).toBe(422)
    expect((await edit({ last_name: 'Chen' }, done.headers.get('ETag') ?? '')).status).toBe(200)
  })

  test('disabled and enabled, each once; sessions and tokens end', async () => {
    const token = caller(house, await tokenOf(house, 'carol@example.com'))
    const carol = await house.user('carol')
    const step = (name: string) => robot('POST', `/users/${ids.carol}/${name}`)
    expect((await step('enable')).status).toBe(409)
    expect((await step('disable')).body.status).toBe('disabled')
    expect((await step('disable')).body.type).toBe(problem('login.notSo'))
    expect((await step('password-reset')).status).toBe(409)
    expect((await robot('GET', '/users?status=disabled')).body.items.map(({ id }) => id)).toEqual([ids.carol])
    expect((await token('GET', '/users')).status).toBe(401)
    expect((await carol.visit('/user/profile')).title).toBe('Log in')
    expect((await step('enable')).body.status).toBe('active')
    expect((await token('GET', '/users')).status).toBe(401)
  })

  test('a mail for a new password: the link is in the mail alone', async () => {
    const id = await make('newcomer@example.com')
    const key = { 'Idempotency-Key': 'reset' }
    const sent = await robot('POST', `/users/${id}/password-reset`, undefined, key)
    expect(sent.status).toBe(200)
    await robot('POST', `/users/${id}/password-reset`, undefined, key)
    expect(await house.mailTo('newcomer@example.com')).toHaveLength(1)
    const link = await house.linkTo('newcomer@example.com')
    expect(sent.text).not.toContain(link.split('/').at(-1))
    expect((await house.visitor().visit(link)).status).toBe(200)
  })

  test('another address, once: as an admin gives it on the page, with the same mails and the same end of links', async () => {
    const id = await make('moves@example.com')
    await robot('POST', `/users/${id}/password-reset`)
    const former = await house.linkTo('moves@example.com')
    const give = (new_email: string, key = new_email) =>
      robot('POST', `/users/${id}/email`, { new_email }, { 'Idempotency-Key': key })
    for (const [email, type] of [
      ['moves@example.com', 'emailChange.sameOfOther'],
      ['Carol@example.com', 'emailChange.takenByOther'],
    ] as const) {
      const { status, body } = await give(email)
      expect([status, body.type, body.field]).toEqual([409, problem(type), 'new_email'])
    }
    expect((await give('moves@')).body.errors[0]?.field).toBe('new_email')
    const moved = await give('Moved@example.com')
    expect([moved.status, moved.body.email, moved.body.email_verified_at]).toEqual([
      ...[200, 'moved@example.com', null],
    ])
    expect((await give('Moved@example.com')).text).toBe(moved.text)
    const [told, verify] = [await house.mailTo('moves@example.com'), await house.mailTo('moved@example.com')]
    expect([told[0]?.subject, verify.length]).toEqual(['We changed the email address of your login', 1])
    const visitor = house.visitor()
    await visitor.visit(former)
    expect(visitor.text).toContain('This link does not work any more.')
    const entry = (await entries(id)).find(({ action }) => action === 'user.edited')
    const after = { email: 'moved@example.com' }
    expect([entry.actor_kind, JSON.parse(entry.detail).after]).toEqual(['credential', after])
    await robot('POST', `/users/${id}/disable`)
    expect((await give('again@example.com')).body.type).toBe(problem('login.notSo'))
  })

  test('deleted only without a client, once, and nothing personal is answered or kept', async () => {
    const owner = await robot('DELETE', `/users/${ids.bob}`)
    expect([owner.status, owner.body.type]).toEqual([409, problem('login.delete.hasClients')])
    const id = await make('leaver@example.com')
    const key = { 'Idempotency-Key': 'leaver' }
    const gone = await robot('DELETE', `/users/${id}`, undefined, key)
    expect([gone.status, gone.body.status]).toEqual([200, 'deleted'])
    expect(gone.text).not.toMatch(/leaver|Erin/)
    expect((await robot('DELETE', `/users/${id}`, undefined, key)).text).toBe(gone.text)
    expect((await robot('DELETE', `/users/${id}`)).body.type).toBe(problem('login.notSo'))
    for (const step of ['enable', 'disable', 'password-reset'])
      expect((await robot('POST', `/users/${id}/${step}`)).status, step).toBe(409)
    const edit = await robot('PATCH', `/users/${id}`, { last_name: 'Back' }, { 'If-Match': '*' })
    expect(edit.body.type).toBe(problem('login.notSo'))
    expect((await robot('GET', '/users')).body.items.map((one) => one.id)).not.toContain(id)
    expect((await robot('GET', '/users?status=deleted')).body.items.map((one) => one.id)).toEqual([id])
  })

  test('a merged login says into which, and is neither edited nor enabled', async () => {
    const id = await make('twin@example.com')
    await house.db('users').where({ id }).update({ status: 'merged', merged_into_id: ids.alice })
    expect((await robot('GET', `/users/${id}`)).body.merged_into_id).toBe(ids.alice)
    expect((await robot('POST', `/users/${id}/enable`)).status).toBe(409)
    expect((await robot('DELETE', `/users/${id}`)).status).toBe(409)
  })

  test('without the right of each: nothing', async () => {
    const reads = caller(house, await keyOf(house, { rights: ['list-users'] }))
    expect((await reads('GET', '/users')).status).toBe(200)
    const edits = caller(house, await keyOf(house, { rights: ['edit-users'] }))
    for (const [call, method, path] of [
      [reads, 'POST', `/users/${ids.bob}/disable`],
      [reads, 'POST', `/users/${ids.bob}/password-reset`],
      [reads, 'DELETE', `/users/${ids.bob}`],
      [reads, 'POST', `/users/${ids.bob}/email`],
      [edits, 'GET', `/users/${ids.bob}`],
      [edits, 'DELETE', `/users/${ids.bob}`],
    ] as const)
      expect((await call(method, path)).body.type, path).toBe(problem('rights.missing'))
    expect((await reads('POST', '/users', fresh('no@example.com'))).status).toBe(403)
    expect((await row(ids.bob)).status).toBe('active')
  })

  test('a key for some clients looks at their users alone, and changes none', async () => {
    const list = await some('GET', '/users')
    expect(list.body.items.map(({ id }) => id)).toEqual([ids.bob, ids.alice])
    expect((await some('GET', '/users?search=carol')).body.items).toEqual([])
    for (const query of ['search=bob', 'search=bro bo', 'search=b&status=active', 'search=example&limit=1'])
      expect((await some('GET', `/users?${query}`)).body.items.map(({ id }) => id)).toEqual([ids.bob])
    const first = await some('GET', '/users?search=example&limit=1')
    const second = await some('GET', `/users?search=example&limit=1&after=${first.body.next}`)
    expect([second.body.items.map(({ id }) => id), second.body.next]).toEqual([[ids.alice], null])
    expect((await some('GET', `/users/${ids.bob}`)).status).toBe(200)
    const calls = [
      ['GET', ''],
      ['PATCH', '', { last_name: 'X' }],
      ['DELETE', ''],
      ['POST', '/disable'],
      ['POST', '/enable'],
      ['POST', '/password-reset'],
      ['POST', '/email', { new_email: 'x@example.com' }],
    ] as const
    for (const [method, rest, body] of calls) {
      const asked = (id: number) => some(method, `/users/${id}${rest}`, body, { 'If-Match': '*' })
      const [hidden, absent] = [await asked(ids.carol), await asked(98_765)]
      expect([hidden.status, plain(hidden)], method + rest).toEqual([404, plain(absent)])
      if (method !== 'GET')
        expect((await asked(ids.bob)).body.type, method + rest).toBe(problem('api.allClients'))
    }
    const known = await some('POST', '/users', fresh('carol@example.com'))
    const unknown = await some('POST', '/users', fresh('nobody@example.com'))
    expect([known.status, plain(known)]).toEqual([403, plain(unknown)])
    expect((await row(ids.bob)).last_name).toBe('Brown')
    expect(await house.mailTo('bob@example.com')).toEqual([])
  })

  test('a token sees and edits its user’s own profile, and no more', async () => {
    const bob = caller(house, await tokenOf(house, 'bob@example.com'))
    expect((await bob('GET', '/users')).body.items.map(({ id }) => id)).toEqual([ids.bob])
    expect((await bob('GET', '/users?search=alice')).body.items).toEqual([])
    const [hidden, absent] = [await bob('GET', `/users/${ids.alice}`), await bob('GET', '/users/98765')]
    expect([hidden.status, plain(hidden)]).toEqual([404, plain(absent)])
    const edit = (id: number, body: object) => bob('PATCH', `/users/${id}`, body, { 'If-Match': '*' })
    expect((await edit(ids.alice, { last_name: 'X' })).status).toBe(404)
    expect((await edit(ids.bob, { last_name: 'Braun' })).body.last_name).toBe('Braun')
    const [entry] = await entries(ids.bob)
    expect([entry.action, entry.actor_kind, entry.actor_id]).toEqual(['user.edited', 'user', ids.bob])
    for (const [method, path] of [
      ['POST', `/users/${ids.bob}/disable`],
      ['POST', `/users/${ids.bob}/password-reset`],
      ['DELETE', `/users/${ids.bob}`],
    ] as const)
      expect((await bob(method, path)).body.type, path).toBe(problem('api.notForTokens'))
    const moved = await bob('POST', `/users/${ids.bob}/email`, { new_email: 'b@example.org' })
    expect(moved.body.type).toBe(problem('api.passwordNeeded'))
    expect((await bob('POST', '/users', fresh('pal@example.com'))).status).toBe(403)
  })
})
