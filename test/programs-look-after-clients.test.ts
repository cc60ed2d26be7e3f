import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf, problem } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('a program with an API key looks after clients', () => {
  let house: TestHouse
  let call: ReturnType<typeof caller>
  const erin = { company_name: 'Erin Ltd', first_name: 'Erin', last_name: 'Early', email: 'Erin@example.com' }

  beforeAll(async () => {
    house = await startHouse()
    call = caller(house, await keyOf(house, { name: 'Billing robot' }))
  })

  test('creates one, with a login for its owner, and the log says which key it was', async () => {
    const { status, headers, body } = await call('POST', '/clients', { ...erin, country: 'de' })
    expect([status, body.company_name, body.email, body.country]).toEqual([
      ...[201, 'Erin Ltd', 'erin@example.com', 'DE'],
    ])
    expect(headers.get('Location')).toBe(`/api/v1/clients/${body.id}`)
    const owner = await house.db('users').where({ id: body.owner_id }).first()
    expect([owner.email, owner.first_name]).toEqual(['erin@example.com', 'Erin'])
    const got = await call('GET', `/clients/${body.id}`)
    expect([got.body, got.headers.get('ETag')]).toEqual([body, headers.get('ETag')])
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${body.id}/activity`)
    expect(ada.text).toContain('API key Billing robot opened')
  })

  test('lists them page by page, each once, and finds one by a word', async () => {
    const all = await call('GET', '/clients')
    expect(all.body.next).toBeNull()
    const seen: number[] = []
    for (let path = '/clients?limit=2'; path; ) {
      const { headers, body } = await call('GET', path)
      expect(body.items.length).toBeLessThanOrEqual(2)
      seen.push(...body.items.map(({ id }) => id))
      path = /^<(\/api\/v1\/clients\?[^>]*)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1] ?? ''
    }
    expect(seen).toEqual(all.body.items.map(({ id }) => id))
    const found = await call('GET', '/clients?search=bakery&status=active')
    expect(found.body.items.map(({ company_name }) => company_name)).toEqual(['Brown Bakery'])
  })

  test('edits what it has seen, and nothing else', async () => {
    const { id } = await house.clientNamed('Chen Labs')
    const seen = (await call('GET', `/clients/${id}`)).headers.get('ETag') ?? ''
    const edited = await call('PATCH', `/clients/${id}`, { city: 'Bergen' }, { 'If-Match': seen })
    expect([edited.status, edited.body.city, edited.body.company_name]).toEqual([200, 'Bergen', 'Chen Labs'])
    const stale = await call('PATCH', `/clients/${id}`, { city: 'Oslo' }, { 'If-Match': seen })
    expect([stale.status, stale.body.type]).toEqual([412, problem('api.stale')])
    const blind = await call('PATCH', `/clients/${id}`, { city: 'Oslo' })
    expect([blind.status, blind.body.type]).toEqual([428, problem('api.matchMissing')])
    const next = { 'If-Match': edited.headers.get('ETag') ?? '' }
    expect((await call('PATCH', `/clients/${id}`, { city: 'Oslo' }, next)).body.city).toBe('Oslo')
  })

  test('closes one, once, and opens it again, once', async () => {
    const { id } = await house.clientNamed('Ames Consulting')
    const closed = await call('POST', `/clients/${id}/close`)
    expect([closed.status, closed.body.status]).toEqual([200, 'closed'])
    const again = await call('POST', `/clients/${id}/close`)
    expect([again.status, again.body.type]).toEqual([409, problem('client.closedAlready')])
    const opened = await call('POST', `/clients/${id}/reopen`)
    expect([opened.status, opened.body.status]).toEqual([200, 'active'])
    const twice = await call('POST', `/clients/${id}/reopen`)
    expect([twice.status, twice.body.type]).toEqual([409, problem('client.openAlready')])
  })

  test('is told which field is wrong, and what does not exist', async () => {
    const wrong = await call('POST', '/clients', { ...erin, email: 'no', first_name: '', vat: 1 })
    expect([wrong.status, wrong.headers.get('Content-Type')]).toEqual([422, 'application/problem+json'])
    expect(wrong.body.errors.map(({ field }) => field).sort()).toEqual(['email', 'first_name', 'vat'])
    expect(wrong.text).toContain('There is no field “vat” here.')
    const taken = await call('POST', '/clients', { ...erin, email: 'alice@example.com' })
    expect([taken.status, taken.body.type, taken.body.field]).toEqual([
      409,
      problem('user.emailTaken'),
      'email',
    ])
    const nobody = await call('POST', '/clients', { ...erin, owner_id: 99_999 })
    expect([nobody.status, nobody.body.field]).toEqual([422, 'owner_id'])
    for (const path of ['/clients/99999', '/clients/0', '/clients/x', '/clients/1e3', '/nothing', '', '/'])
      expect((await call('GET', path)).body.type, path).toBe(problem('error.notFound'))
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=x',
      'after=-1',
      'status=open',
      'page=2',
      'limit=1&limit=2',
    ])
      expect((await call('GET', `/clients?${query}`)).status, query).toBe(422)
  })

  test('broken JSON, half characters, other types and large bodies are refused with a problem', async () => {
    const bad: [body: string | Buffer, status: number][] = [
      ['{"company_name": ', 400],
      ['{"company_name": "\\ud800"}', 400],
      ['[]', 422],
      ['null', 422],
      [JSON.stringify({ ...erin, company_name: 'x'.repeat(1024 * 1024) }), 413],
      [JSON.stringify({ ...erin, company_name: 'a\u0000b', email: 'nul@example.com' }), 422],
      ['{"__proto__": {"a": 1}, "constructor": 1}', 422],
    ]
    for (const [body, status] of bad) {
      const answer = await call('POST', '/clients', body as string)
      expect([answer.status, answer.body.status], String(body).slice(0, 50)).toEqual([status, status])
    }
    const latin = await fetch(`${house.appUrl}/api/v1/clients`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await keyOf(house)}`, 'Content-Type': 'application/json' },
      body: Buffer.from('{"company_name": "Caf\xe9"}', 'latin1'),
    })
    expect(latin.status).toBe(400)
    const form = await call('POST', '/clients', 'a=b', {
      'Content-Type': 'application/x-www-form-urlencoded',
    })
    expect([form.status, form.body.status]).toEqual([400, 400])
    const text = await call('POST', '/clients', '{}', { 'Content-Type': 'text/plain' })
    expect([text.status, text.body.status]).toEqual([415, 415])
  })
})

describe('what the log of requests says of calls', () => {
  test('the pattern, never what is in the URL', async () => {
    const house = await startHouse()
    const call = caller(house, await keyOf(house))
    await call('GET', '/clients/1?search=secret-word')
    await call('GET', '/clients?search=secret-word')
    const log = house.logged.join('')
    expect(log).toContain('"route":"/api/v1/clients/:client_id"')
    expect(log).not.toContain('secret-word')
  })
})
