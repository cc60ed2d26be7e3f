import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { caller, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { setLimit } from './support/wide-limits.ts'

const ANY = { 'If-Match': '*' }

describe('the API withstands bad calls', () => {
  let house: TestHouse
  let secret: string
  let call: ReturnType<typeof caller>

  beforeAll(async () => {
    house = await startHouse()
    secret = await keyOf(house)
    call = caller(house, secret)
  })

  /** What comes over a connection of its own; it is cut after a while if nobody has ended it. */
  const raw = (...sent: (string | Buffer)[]) =>
    new Promise<string>((done) => {
      const { port, hostname } = new URL(house.appUrl)
      const socket = connect(Number(port), hostname)
      let got = ''
      socket.on('data', (data) => {
        got += data
      })
      socket.on('error', () => {})
      socket.on('close', () => done(got))
      for (const one of sent) socket.write(one)
      if (sent.length > 2) setTimeout(() => socket.destroy(), 200)
    })
  const head = (method: string, path: string, ...lines: string[]) =>
    [
      ...[`${method} /api/v1${path} HTTP/1.1`, `Host: ${new URL(house.appUrl).host}`],
      ...[`Authorization: Bearer ${secret}`, 'Connection: close', ...lines, '', ''],
    ].join('\r\n')
  const columns = () => house.db('clients').where({ id: 1 }).first()

  test('another method than there is: 405, with those that there are', async () => {
    for (const [method, path, allow] of [
      ...([
        ['PUT', '/clients', 'GET, HEAD, POST'],
        ['OPTIONS', '/clients', 'GET, HEAD, POST'],
        ['GET', '/clients/1/close', 'POST'],
        ['DELETE', '/clients/98765', 'GET, HEAD, PATCH'],
      ] as const),
    ]) {
      const { status, headers, body } = await call(method, path)
      expect([status, headers.get('Allow'), body.type]).toEqual([405, allow, problem('api.method')])
    }
    expect(await raw(head('HEAD', '/clients'))).toMatch(/^HTTP\/1.1 200 .*\r\n\r\n$/s)
    expect((await caller(house, '')('PUT', '/clients')).status).toBe(401)
    expect((await call('PUT', '/nothing')).status).toBe(404)
  })

  test('no body where there must be one, and one or a field where there is none to be', async () => {
    for (const [method, path] of [
      ['PATCH', '/clients/1'],
      ['PATCH', '/clients/1/users/2'],
      ['POST', '/clients/1/users/2/suspension'],
    ] as const) {
      const { status, body } = await call(method, path, undefined, ANY)
      expect([path, status, body.type]).toEqual([path, 400, problem('api.malformed')])
    }
    const before = await columns()
    const close = (query: string, body?: unknown) => call('POST', `/clients/1/close${query}`, body)
    expect((await close('?dry_run=1')).body).toMatchObject({ status: 422, field: 'dry_run' })
    expect((await close('', { force: true })).body).toMatchObject({ status: 422, field: 'force' })
    expect((await call('GET', '/clients/1?fields=id')).body.type).toBe(problem('api.unknownField'))
    expect(await columns()).toEqual(before)
    expect((await call('GET', '/clients/1', undefined, { 'Content-Type': 'application/json' })).status).toBe(
      200,
    )
  })

  test('megabytes are answered with 413, packed bodies with 415', async () => {
    for (const length of [101 * 1024, 1_000_000, 5_000_000]) {
      const { status, body } = await call('PATCH', '/clients/1', `{"city":"${'x'.repeat(length)}"}`, ANY)
      expect([status, body.type]).toEqual([413, problem('error.tooLarge')])
    }
    const packed = gzipSync('{"city":"Rome"}')
    const lines = ['If-Match: *', 'Content-Type: application/json', 'Content-Encoding: gzip']
    const answer = await raw(
      head('PATCH', '/clients/1', ...lines, `Content-Length: ${packed.length}`),
      packed,
    )
    expect(answer).toMatch(/^HTTP\/1.1 415 /)
    expect(answer).toContain(problem('api.packed'))
  })

  test('a caller whose clock is wrong is answered as any other: what time it is, we say', async () => {
    const body = (nth: number) => ({ first_name: 'Skew', last_name: 'Ed', email: `skewed${nth}@example.com` })
    for (const [nth, moment] of [
      'Fri, 31 Dec 1999 23:59:59 GMT',
      'Thu, 31 Dec 2099 00:00:00 GMT',
      'no time',
    ].entries()) {
      const headers = {
        Date: moment,
        'X-Date': moment,
        'If-Modified-Since': moment,
        'If-Unmodified-Since': moment,
      }
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
      expect(await raw(head('GET', '/clients/1', ...lines))).toMatch(/^HTTP\/1.1 200 .*"id":1/s)
      const key = { ...headers, 'Idempotency-Key': `skewed ${nth}`.replace(' ', '-') }
      const made = await call('POST', '/clients', body(nth), key)
      const at = Date.parse(String(made.body.created_at))
      expect([made.status, Math.abs(at - Date.now()) < 60_000]).toEqual([201, true])
      expect((await call('POST', '/clients', body(nth), key)).text).toBe(made.text)
    }
  })

  test('whoever hangs up in the middle is no fault of ours', async () => {
    const length = ['If-Match: *', 'Content-Type: application/json', 'Content-Length: 500']
    await raw(head('PATCH', '/clients/1', ...length), '{"city":', '"R')
    await call('GET', '/permissions')
    expect(house.logged.filter((line) => JSON.parse(line).level >= 50)).toEqual([])
  })

  test('calls from elsewhere than a key may come from are counted as those of strangers', async () => {
    const elsewhere = caller(house, await keyOf(house, { addresses: '203.0.113.0/24' }))
    await setLimit(house.db, 'apiStrangers', 10)
    const statuses: number[] = []
    for (let n = 0; n <= 10; n++) statuses.push((await elsewhere('GET', '/clients')).status)
    expect([statuses[0], statuses[10]]).toEqual([403, 429])
    expect((await call('GET', '/clients')).status).toBe(200)
  })

  test('a token sees of a client what a key sees, and edits it by its ETag', async () => {
    const alice = caller(house, await tokenOf(house, 'alice@example.com'))
    const [ours, theirs] = [await call('GET', '/clients/1'), await alice('GET', '/clients/1')]
    expect(theirs.body).toEqual(ours.body)
    expect((await alice('GET', '/clients')).body.items).toContainEqual(ours.body)
    const seen = { 'If-Match': theirs.headers.get('ETag') ?? '' }
    expect((await alice('PATCH', '/clients/1', { city: 'Rome' }, seen)).status).toBe(200)
    expect((await alice('PATCH', '/clients/1', { city: 'Bonn' }, seen)).status).toBe(412)
  })
})
