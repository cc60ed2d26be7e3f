import { beforeAll, describe, expect, test } from 'vitest'
import { claim, finish } from '../../src/domain/claims.ts'
import { expireInvitations } from '../../src/domain/invitations.ts'
import { noteRun } from '../../src/domain/job-runs.ts'
import { contend, giveBack, type Lease, LeaseLost } from '../../src/domain/leases.ts'
import { beat, buryDead, endWorker, startWorker } from '../../src/domain/workers.ts'
import { watchStill } from '../../src/platform/clock.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

const LEASE_MS = 20_000

let house: TestHouse

beforeAll(async () => {
  house = await startHouse()
})

/** A process with a monotonic clock of its own. */
function contender(holder: string) {
  let at = Math.random() * 1e9
  const watch = watchStill(() => at)
  const contender = {
    watch,
    held: undefined as Lease | undefined,
    pass: (ms: number) => {
      at += ms
    },
    /** Looks every five seconds, as a worker does; gives what it holds in the end. */
    async watches(ms: number, name = 'jobs') {
      for (let left = ms; left > 0; left -= 5_000) {
        at += Math.min(left, 5_000)
        await contender.beat(name)
      }
      return contender.held
    },
    async beat(name = 'jobs') {
      contender.held = await contend(house.db, name, holder, contender.held, watch, LEASE_MS)
      return contender.held
    },
  }
  return contender
}

describe('H13 a lease', () => {
  test('has one holder, however far the clocks are apart; another takes it only after it stood still', async () => {
    const [a, b] = [contender('a'), contender('b')]
    b.pass(600_000)
    expect(await a.beat()).toEqual({ name: 'jobs', generation: 1 })
    expect(await b.beat()).toBeUndefined()
    for (let round = 0; round < 10; round++) {
      expect(await b.watches(LEASE_MS - 5_000), 'it beats').toBeUndefined()
      await a.beat()
    }
    await b.beat()
    expect(await b.watches(LEASE_MS - 1), 'not long enough').toBeUndefined()
    b.pass(60_000)
    expect(await b.beat(), 'nobody looked for a minute: the database was away').toBeUndefined()
    expect(await b.watches(LEASE_MS - 1), 'not long enough').toBeUndefined()
    expect(await b.watches(1)).toEqual({ name: 'jobs', generation: 2 })
    expect(await a.beat(), 'the late one learns of it').toBeUndefined()
    expect(await house.db('leases').where({ name: 'jobs' }).first()).toMatchObject({
      holder: 'b',
      generation: 2,
    })
  })

  test('of ten who contend at once one takes it; given back, the next need not wait', async () => {
    const all = Array.from({ length: 10 }, (_, nth) => contender(`c${nth}`))
    const first = await Promise.all(all.map((one) => one.beat('many')))
    expect(first.filter(Boolean)).toHaveLength(1)
    const holder = all.find(({ held }) => held)
    await Promise.all(all.filter((one) => one !== holder).map((one) => one.beat('many')))
    const others = all.filter((one) => one !== holder)
    const second = await Promise.all(others.map((one) => one.watches(LEASE_MS, 'many')))
    expect(second.filter(Boolean)).toEqual([{ name: 'many', generation: 2 }])
    await giveBack(house.db, { name: 'many', generation: 2 })
    expect(await contender('late').beat('many')).toEqual({ name: 'many', generation: 3 })
  })

  // Fails when keepLease is left out of change.
  test('a holder that slept writes nothing any more: no invitation expires, no run is noted', async () => {
    const alice = await house.user('alice')
    await alice.post('/account/users/invite', { email: 'dora@example.com' })
    const past = { expires_at: '2026-01-01T00:00:00.000Z' }
    await house.db('invitations').where({ email: 'dora@example.com' }).update(past)
    const [a, b] = [contender('a'), contender('b')]
    const old = (await a.beat('slept')) as Lease
    await b.beat('slept')
    const now = (await b.watches(LEASE_MS, 'slept')) as Lease
    const job = (lease: Lease) => () => ({
      kind: 'system' as const,
      id: null,
      name: 'test',
      ip: '',
      requestId: Math.random().toString(36),
      entries: { next: 0 },
      lease,
    })
    await expect(expireInvitations(house.db, job(old))).rejects.toThrow(LeaseLost)
    await expect(noteRun(house.db, old, 'expire-invitations', async () => 1)).rejects.toThrow(LeaseLost)
    expect(await house.db('invitations').where({ status: 'expired' })).toEqual([])
    expect(await house.db('job_runs')).toEqual([])
    await noteRun(house.db, now, 'expire-invitations', () => expireInvitations(house.db, job(now)))
    expect(await house.db('job_runs').first()).toMatchObject({ result: '1', worker: 'b', error: null })
    expect(await house.db('invitations').where({ status: 'expired' })).toHaveLength(1)
  })
})

describe('H12 what a worker had claimed', () => {
  test('is taken over when it died, and what it writes late changes nothing', async () => {
    await house.delivery.stop()
    await house.db('emails').update({ status: 'sent' })
    const alice = await house.user('alice')
    await alice.post('/account/users/invite', { email: 'erik@example.com' })
    const email = await house.db('emails').where({ to_address: 'erik@example.com' }).first()
    const { id } = email
    const [dies, lives] = [await startWorker(house.db), await startWorker(house.db)]
    const mine = await claim(house.db, dies, 'emails', email)
    expect(mine).toBeDefined()
    expect(await claim(house.db, lives, 'emails', email), 'held').toBeUndefined()
    const row = () => house.db('emails').where({ id }).first()
    expect(await row()).toMatchObject({ claimed_by: dies.id, attempts: 1 })

    let at = 0
    const watch = watchStill(() => at)
    const watches = async (ms: number) => {
      for (let left = ms; left > 0; left -= 5_000) {
        at += Math.min(left, 5_000)
        await buryDead(house.db, lives, watch, LEASE_MS)
      }
    }
    await watches(LEASE_MS - 1)
    await beat(house.db, dies)
    await watches(LEASE_MS - 1)
    expect(await row(), 'it beat in between').toMatchObject({ claimed_by: dies.id })
    await watches(5_001)
    expect(await row(), 'interrupted does not count').toMatchObject({ claimed_by: null, attempts: 0 })

    const taken = await claim(house.db, lives, 'emails', email)
    if (!mine || !taken) throw new Error('not claimed')
    await finish(house.db, dies, mine, { status: 'failed' })
    expect((await row()).status).toBe('waiting')
    await finish(house.db, lives, taken, { status: 'sent' })
    expect((await row()).status).toBe('sent')

    // In its sleep it claims once more, under the name that is gone.
    await house.db('emails').where({ id }).update({ status: 'waiting' })
    const again = await claim(house.db, dies, 'emails', await row())
    expect(again).toBeDefined()
    const { id: name } = dies
    await beat(house.db, dies)
    expect(await row(), 'which it takes along to the new one').toMatchObject({ claimed_by: dies.id })
    await house.db('emails').where({ id }).update({ claimed_by: 'nobody', attempts: 1 })
    await beat(house.db, lives)
    expect(await row(), 'what carries the name of nobody is freed').toMatchObject({ claim_token: null })
    expect(dies.id, 'who was only asleep goes on as somebody new').not.toBe(name)
    await endWorker(house.db, dies)
    await endWorker(house.db, lives)
  })

  test('is free again when nobody works on it (a lost answer), or when it leaves in good order', async () => {
    const worker = await startWorker(house.db)
    const [{ id }] = await house.db('emails').limit(1)
    await house.db('emails').where({ id }).update({ status: 'waiting', claim_token: null, attempts: 3 })
    const row = () => house.db('emails').where({ id }).first()
    await house
      .db('emails')
      .where({ id })
      .update({ claim_token: 'nobody', claimed_by: worker.id, attempts: 4 })
    await beat(house.db, worker)
    expect(await row()).toMatchObject({ claim_token: null, claimed_by: null, attempts: 3 })
    await claim(house.db, worker, 'emails', await row())
    await beat(house.db, worker)
    expect((await row()).claimed_by).toBe(worker.id)
    await endWorker(house.db, worker)
    expect(await row()).toMatchObject({ claim_token: null, attempts: 3 })
    expect(await house.db('workers').where({ id: worker.id })).toEqual([])
  })
})
