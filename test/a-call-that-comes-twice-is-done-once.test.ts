import { beforeAll, describe, expect, test } from 'vitest'
import { claimKey, keepAnswer } from '../src/domain/idempotency.ts'
import { moveClock } from '../src/platform/clock.ts'
import { caller, keyOf, problem, tokenOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('a call that comes twice is done once', () => {
  let house: TestHouse
  let call: ReturnType<typeof caller>
  let nth = 0
  const profile = () => ({ first_name: 'Fay', last_name: 'Fern', email: `fay${++nth}@example.com` })
  const withKey = (key: string) => ({ 'Idempotency-Key': key })
  const count = async (email: string) => (await house.db('clients').where({ email })).length

  beforeAll(async () => {
    house = await startHouse()
    call = caller(house, await keyOf(house))
  })

  test('the same key gives the same answer, headers too, and says that it is repeated', async () => {
    const body = profile()
    const first = await call('POST', '/clients', body, withKey('one'))
    const second = await call('POST', '/clients', body, withKey('one'))
    expect([first.status, second.status, second.text]).toEqual([201, 201, first.text])
    for (const name of ['Location', 'ETag', 'Content-Type'])
      expect(second.headers.get(name), name).toBe(first.headers.get(name))
    expect([first, second].map(({ headers }) => headers.get('Idempotency-Replayed'))).toEqual([null, 'true'])
    expect(await count(body.email)).toBe(1)
  })

  test('another body, or another URL, under the same key is refused', async () => {
    const body = profile()
    await call('POST', '/clients', body, withKey('two'))
    const other = await call('POST', '/clients', { ...body, city: 'Oslo' }, withKey('two'))
    expect([other.status, other.body.type]).toEqual([422, problem('api.keyReused')])
    const { id } = await house.clientNamed('Chen Labs')
    const elsewhere = await call('POST', `/clients/${id}/close`, undefined, withKey('two'))
    expect(elsewhere.body.type).toBe(problem('api.keyReused'))
  })

  test('a refusal is kept as well; a shape that cannot be right uses no key up', async () => {
    const { id } = await house.clientNamed('Brown Bakery')
    await call('POST', `/clients/${id}/close`)
    const refused = await call('POST', `/clients/${id}/close`, undefined, withKey('three'))
    const again = await call('POST', `/clients/${id}/close`, undefined, withKey('three'))
    expect([refused.status, again.status, again.text]).toEqual([409, 409, refused.text])
    expect((await call('POST', '/clients', { vat: 1 }, withKey('four'))).status).toBe(422)
    expect((await call('POST', '/clients', profile(), withKey('four'))).status).toBe(201)
    expect((await call('POST', '/clients', profile(), withKey('x'.repeat(256)))).status).toBe(422)
  })

  test('keys are each caller’s own', async () => {
    const body = profile()
    const other = caller(house, await keyOf(house))
    await call('POST', '/clients', body, withKey('five'))
    const theirs = await other('POST', '/clients', body, withKey('five'))
    expect([theirs.status, theirs.body.type]).toEqual([409, problem('user.emailTaken')])
  })

  test('many at once: one is done, the others get its answer or wait', async () => {
    const body = profile()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('POST', '/clients', body, withKey('six'))),
    )
    const done = answers.filter(({ status }) => status === 201)
    const waiting = answers.filter(({ body }) => body.type === problem('api.inProgress'))
    expect(done.length).toBeGreaterThan(0)
    expect(done.length + waiting.length).toBe(8)
    expect(new Set(done.map(({ text }) => text)).size).toBe(1)
    for (const { status, headers } of waiting)
      expect([status, headers.get('Retry-After')]).toEqual([409, '5'])
    expect(await count(body.email)).toBe(1)
  })

  test('the answer is written in the transaction of the change: without the claim nothing is changed', async () => {
    const body = profile()
    const credential = await house.db('api_credentials').orderBy('id').first()
    // Somebody else runs this call; the slow one comes to its end meanwhile.
    await house.db('idempotency_keys').where({ key: 'seven' }).delete()
    const slow = await claimKey(house.db, { credentialId: credential.id, key: 'seven', fingerprint: 'f' })
    moveClock(1)
    const fast = await claimKey(house.db, { credentialId: credential.id, key: 'seven', fingerprint: 'f' })
    moveClock(-1)
    if ('body' in slow || 'body' in fast) throw new Error('There was an answer already')
    const answer = { status: 200, headers: {}, body: '{}' }
    const change = house.db.transaction(async (trx) => {
      await trx('clients').where({ email: 'alice@example.com' }).update({ city: 'Lost' })
      await keepAnswer(trx, slow, answer)
    })
    await expect(change).rejects.toThrow('api.inProgress')
    expect(await house.db('clients').where({ city: 'Lost' })).toEqual([])
    await keepAnswer(house.db, fast, answer)
    expect(await count(body.email)).toBe(0)
  })

  test('a claim left behind by a crash is taken over after half a minute; an answer is forgotten after a day', async () => {
    const body = profile()
    await call('POST', '/clients', body, withKey('eight'))
    // As the crash would have left it: claimed, not answered, not done.
    await house.db('idempotency_keys').where({ key: 'eight' }).update({ status: null })
    const { id } = await house.db('clients').where({ email: body.email }).first()
    await house.db('clients').where({ id }).update({ email: 'other@example.com' })
    await house.db('users').where({ email: body.email }).update({ email: 'other@example.com' })
    expect((await call('POST', '/clients', body, withKey('eight'))).body.type).toBe(problem('api.inProgress'))
    moveClock(1)
    expect((await call('POST', '/clients', body, withKey('eight'))).status).toBe(201)
    moveClock(24 * 60)
    expect((await call('POST', '/clients', body, withKey('eight'))).body.type).toBe(
      problem('user.emailTaken'),
    )
    moveClock(-24 * 60 - 1)
  })

  test('with a user’s token as well', async () => {
    const carol = caller(house, await tokenOf(house, 'carol@example.com'))
    const body = { ...profile(), company_name: 'Carol Two' }
    const [first, second] = [
      await carol('POST', '/clients', body, withKey('nine')),
      await carol('POST', '/clients', body, withKey('nine')),
    ]
    expect([first.status, second.text]).toEqual([201, first.text])
  })
})
