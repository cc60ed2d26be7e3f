import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '../src/domain/change.ts'
import { examine, type Finding } from '../src/domain/doctor.ts'
import { forgetActivity } from '../src/domain/forgetting-activity.ts'
import { sealActivity } from '../src/domain/seals.ts'
import { jobs } from '../src/jobs.ts'
import { moveClock, timestamp } from '../src/platform/clock.ts'
import { breakRow } from './support/break.ts'
import { liveFullStory } from './support/full-story.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const DAY = 24 * 60

const by = (): Actor => ({
  ...{ kind: 'system', id: null, name: 'forget-activity', ip: '' },
  requestId: randomUUID(),
  entries: { next: 0 },
})

describe('H14 the activity log is kept for a set time', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
    await liveFullStory(house)
    await house.delivery.settled()
  })

  const seal = () => sealActivity(house.db, undefined)
  const forget = () => forgetActivity(house.db, by)
  const count = async (table: string) => Number((await house.db(table).count({ n: '*' }))[0]?.n)
  const runJob = (name: string) => jobs.find((job) => job.name === name)?.run(house.db)
  async function found(): Promise<Finding[]> {
    const all: Finding[] = []
    // The clock is moved by years: nobody has cleaned meanwhile.
    await runJob('forget-ended-sessions')
    const options = { pauseMs: 1, activityKeys: house.config.activityKeys }
    for await (const finding of examine(house.db, options)) all.push(finding)
    return all
  }
  const checks = async () => [...new Set((await found()).map(({ check }) => check))].sort()

  /** Seals one entry each, so that there are several. */
  async function writeAndSeal(times: number) {
    for (let time = 0; time < times; time++) {
      await house.user('bob')
      await seal()
    }
  }

  test('nothing is forgotten before its time, nor what has no seal, nor where all is kept for ever', async () => {
    const before = await count('activity')
    moveClock(800 * DAY)
    expect(await forget(), 'not sealed').toBe(0)
    await runJob('expire-invitations')
    await seal()
    expect(await found()).toEqual([])
    const ada = await house.admin()
    await ada.visit('/admin/settings')
    await ada.press('Save', { 'Days to keep the activity log': '' })
    expect(await forget(), 'for ever').toBe(0)
    expect(await count('activity')).toBeGreaterThan(before)
    await ada.visit('/admin/settings')
    for (const days of ['29', '0', '-1', '1e9', 'a year', '30.5']) {
      await ada.press('Save', { 'Days to keep the activity log': days })
      expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('30 or more')])
    }
    await ada.press('Save', { 'Days to keep the activity log': '730' })
    expect(ada.status).toBe(200)
  })

  test('then whole seals from the oldest on lose their entries; the seals stay, and the doctor misses nothing', async () => {
    await writeAndSeal(3)
    moveClock(729 * DAY)
    await house.user('carol')
    await seal()
    const young = await house.db('activity').orderBy('id', 'desc').first()
    expect(await forget()).toBe(0)
    moveClock(2 * DAY)
    const seals = await count('seals')
    const all = await count('activity')
    await runJob('forget-activity')
    const left = await house.db('activity').orderBy('id')
    expect(left.length).toBeLessThan(all)
    expect(left.map(({ id }) => id)).toContain(young.id)
    expect(left.at(-1)).toMatchObject({ action: 'activity.forgotten', actor_name: 'forget-activity' })
    expect(left.every((entry) => entry.seal === null || entry.seal === young.seal)).toBe(true)
    expect(await count('seals')).toBe(seals)
    expect(await house.db('seals').whereNull('removed_at').pluck('number')).toEqual([young.seal])
    expect(await found()).toEqual([])
    expect(await forget(), 'again').toBe(0)
  })

  test('what came after it still needs its entries', async () => {
    const { id: client_id } = await house.clientNamed('Brown Bakery')
    const { id: user_id } = await house.db('users').where({ email: 'carol@example.com' }).first()
    const dates = { created_at: timestamp(), updated_at: timestamp() }
    const add = { client_id, user_id, permissions: 'emails', ...dates }
    const mend = await breakRow(house.db, { table: 'associations', add })
    expect(await checks()).toEqual(['association.activity'])
    await mend()
  })

  test('the chain goes on after it', async () => {
    await writeAndSeal(4)
    expect(await found()).toEqual([])
  })

  test('a seal that only says so, one out of turn, and one before its time are found', async () => {
    const { db } = house
    const [third, second] = await db('seals').orderBy('number', 'desc').limit(2)
    const mark = (number: number, removed_at: string | null) =>
      db('seals').where({ number }).update({ removed_at })
    const later = timestamp(new Date(Date.parse(timestamp()) + 40 * DAY * 60_000))
    await mark(third.number, later)
    expect(await checks(), 'entries are left, and older ones').toEqual(['chain.left', 'chain.removed'])
    const entries = await db('activity').where({ seal: third.number })
    await db('activity').where({ seal: third.number }).delete()
    expect(await found(), 'out of turn').toEqual([{ check: 'chain.removed', values: { seal: third.number } }])
    await mark(third.number, null)
    expect(await checks(), 'not marked').toEqual(['chain.missing'])
    await db('activity').insert(entries)
    expect(await found()).toEqual([])

    await db('activity').where('seal', '<=', second.number).delete()
    const emptied = await db('seals')
      .where('number', '<=', second.number)
      .whereNull('removed_at')
      .pluck('number')
    for (const when of [timestamp(), later]) {
      await db('seals').whereIn('number', emptied).update({ removed_at: when })
      const early = (await found()).filter(({ check }) => check === 'chain.removed')
      expect(early.length, `too early: ${when}`).toBeGreaterThan(0)
    }
  })
})
