import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { record } from '../src/domain/activity.ts'
import { headOf, MAC_LENGTH, macOfEntry } from '../src/domain/activity-macs.ts'
import { type Actor, change } from '../src/domain/change.ts'
import { brokenChain, type Head } from '../src/domain/doctor-chain.ts'
import { sealActivity } from '../src/domain/seals.ts'
import { startHouse } from './support/house.ts'

const house = await startHouse()
const { db, config } = house
const [key = ''] = config.activityKeys

const actor = (): Actor => ({
  kind: 'system',
  id: null,
  name: 'A test \u{1f511}',
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

const write = (count: number) =>
  change(db, actor(), async (trx) => {
    for (let nth = 0; nth < count; nth++) await record(trx, 'sample.filled', { nth })
  })
const seal = () => sealActivity(db, undefined)
const lastSeal = () => db('seals').orderBy('number', 'desc').first()
const free = async () => Number((await db('activity').whereNull('seal').count({ n: '*' }))[0]?.n)

describe('H14 the activity log is sealed', () => {
  test('each entry is signed as it is written, and its MAC fits what the database gives back', async () => {
    await write(1)
    const entries = await db('activity')
    for (const entry of entries) expect(macOfEntry(entry, key)).toBe(entry.mac)
    const [entry] = entries
    expect(macOfEntry({ ...entry, detail: '{"nth":9}' }, key)).not.toBe(entry.mac)
    expect(macOfEntry({ ...entry, ip: '10.0.0.1' }, key)).not.toBe(entry.mac)
  })

  test('a seal holds all that had none, and the seal before; its head is in the log output once', async () => {
    await seal()
    await write(3)
    const before = await lastSeal()
    expect(await seal()).toBe(3)
    const last = await lastSeal()
    expect(last).toMatchObject({ number: before.number + 1, entries: 3, previous: before.head })
    expect(last.macs).toHaveLength(3 * MAC_LENGTH)
    expect(headOf(last, key)).toBe(last.head)
    expect(house.logged.filter((line) => line.includes(last.head))).toHaveLength(1)
    expect(await seal(), 'nothing new, no seal').toBe(0)
    expect((await lastSeal()).number).toBe(last.number)
  })

  test('no seal holds more than a thousand', async () => {
    await write(1_001)
    expect(await seal()).toBe(1_001)
    expect(await db('seals').orderBy('number', 'desc').limit(2).pluck('entries')).toEqual([1, 1_000])
  })

  test('two sealers at once seal each entry once', async () => {
    await write(5)
    const { number } = await lastSeal()
    await Promise.all([seal(), seal(), seal()])
    await seal()
    expect(await free()).toBe(0)
    const made = await db('seals').where('number', '>', number)
    expect(made.reduce((sum, { entries }) => sum + entries, 0)).toBe(5)
  })

  test('what was written before entries were signed is signed when sealed; another without stays out', async () => {
    await write(2)
    const [late, old] = await db('activity').orderBy('id', 'desc').limit(2)
    await db('activity').whereIn('id', [old.id, late.id]).update({ mac: null, key_id: null })
    await db('settings').where({ key: 'activity_unsigned_up_to' }).delete()
    const upTo = { key: 'activity_unsigned_up_to', value: String(old.id), updated_at: old.at }
    await db('settings').insert(upTo)
    expect(await seal(), 'there are seals, and none of them was made with it').toBe(0)
    const seals = await db('seals')
    await db('seals').delete()
    expect(await seal()).toBe(1)
    await db('seals').delete()
    await db('seals').insert(seals)
    const signed = await db('activity').where({ id: old.id }).first()
    expect(signed.mac).toBe(macOfEntry(signed, key))
    expect(await db('activity').where({ id: late.id }).first()).toMatchObject({ mac: null, seal: null })
    await db('activity').where({ id: old.id }).update({ mac: null, key_id: null, seal: null })
    expect(await seal(), 'it is signed by now').toBe(1)

    for (const value of [late.id, `${late.id} ${'x'.repeat(43)}`]) {
      await db('settings').where({ key: upTo.key }).update({ value })
      expect(await seal(), 'whoever writes to the database has nothing signed').toBe(0)
      const found: string[] = []
      for await (const { check } of brokenChain(db, [key])) found.push(check)
      expect(found).toContain('chain.slippedIn')
    }
  })

  test('the doctor names what was tampered with, and nothing else', async () => {
    await db('activity').whereNull('mac').delete()
    await write(4)
    await seal()
    const found = async (expected?: Head, keys = [key]) => {
      const names: string[] = []
      for await (const { check } of brokenChain(db, keys, expected)) names.push(check)
      return names
    }
    expect(await found()).toEqual([])
    expect(await found(undefined, [])).toEqual(['chain.noKey'])

    const { id, ...entry } = await db('activity').orderBy('id', 'desc').first()
    const head = await lastSeal()
    await db('activity').where({ id }).update({ ip: '10.9.9.9' })
    expect(await found(), 'changed').toEqual(['chain.changed'])
    await db('activity').where({ id }).delete()
    expect(await found(), 'missing').toEqual(['chain.missing'])
    await db('activity').insert({ ...entry, id })
    expect(await found(), 'put back').toEqual([])

    const forged = { ...entry, request_id: 'forged' }
    await db('activity').insert(forged)
    expect(await found(), 'slipped in').toEqual(['chain.slippedIn'])
    await db('activity').where({ request_id: 'forged' }).update({ seal: null, mac: null, key_id: null })
    expect(await found(), 'unsigned').toEqual(['chain.slippedIn'])
    await db('activity').where({ request_id: 'forged' }).delete()

    await db('seals').where({ number: head.number }).update({ last_at: '2020-01-01T00:00:00.000Z' })
    expect(await found(), 'made older, to be forgotten').toEqual(['chain.seal'])
    await db('seals')
      .where({ number: head.number })
      .update({ head: 'x'.repeat(43) })
    expect(await found(), 'a seal changed').toEqual(['chain.seal'])
    await db('seals').where({ number: head.number }).delete()
    await db('activity').where({ seal: head.number }).delete()
    expect(await found(), 'a cut tail hides').toEqual([])
    expect(await found(head), 'but for its head').toEqual(['chain.head'])
  })
})
