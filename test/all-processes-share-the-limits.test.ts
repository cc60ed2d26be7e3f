import { beforeAll, describe, expect, test } from 'vitest'
import { countTry, forgetLimits, forgetTries, forgiveTry } from '../src/domain/limits.ts'
import { TooMany } from '../src/domain/refusal.ts'
import { moveClock } from '../src/platform/clock.ts'
import { type Db, openDatabase } from '../src/platform/database.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('H23 all processes share the limits', () => {
  let house: TestHouse
  let other: Db

  beforeAll(async () => {
    house = await startHouse()
    other = openDatabase(house.config.databaseUrl)
    return () => other.destroy()
  })

  const rows = () => house.db('limits').select('*')
  const refused = (db: Db, key: string) =>
    countTry(db, 'registrationsOfInvitation', key).then(
      () => undefined,
      (error) => (error instanceof TooMany ? error.seconds : error),
    )

  test('what one has counted, the other knows, and neither key nor address stands in the table', async () => {
    for (const db of [house.db, other, house.db, other, house.db])
      expect(await refused(db, 'anna@example.com')).toBeUndefined()
    for (const db of [other, house.db])
      expect(await refused(db, 'anna@example.com')).toBeGreaterThan(7 * 86_000)
    expect(await refused(other, 'another'), 'another key is not touched').toBeUndefined()
    expect(JSON.stringify(await rows())).not.toContain('anna')
  })

  test('of twenty at once in two processes no more than five come through', async () => {
    const all = Array.from({ length: 20 }, (_, nth) => refused(nth % 2 ? other : house.db, 'at once'))
    const through = (await Promise.all(all)).filter((seconds) => seconds === undefined).length
    expect(through).toBeGreaterThan(0)
    expect(through).toBeLessThanOrEqual(5)
  })

  test('a try that went well is taken back, but never one that was not counted', async () => {
    for (let times = 0; times < 8; times++) {
      expect(await refused(house.db, 'good')).toBeUndefined()
      await forgiveTry(other, 'registrationsOfInvitation', 'good')
    }
    await forgiveTry(other, 'registrationsOfInvitation', 'good')
    for (let times = 0; times < 5; times++) expect(await refused(other, 'good')).toBeUndefined()
    expect(await refused(other, 'good')).toBeGreaterThan(0)
    await forgetTries(other, 'registrationsOfInvitation', 'good')
    expect(await refused(other, 'good')).toBeUndefined()
  })

  test('who is over the limit is known in memory: the row is not written again', async () => {
    const before = await rows()
    for (let times = 0; times < 5; times++)
      expect(await refused(house.db, 'anna@example.com')).toBeGreaterThan(0)
    expect(await rows()).toEqual(before)
  })

  test('looking at links writes no row', async () => {
    const before = await rows()
    await house.visitor().visit('/invite/1-nothing')
    expect(await rows()).toEqual(before)
  })

  test('while the table cannot be used, a stricter limit in memory holds', async () => {
    await house.db.schema.renameTable('limits', 'limits_away')
    const told = []
    for (let times = 0; times < 3; times++) told.push(await refused(other, 'away'))
    await house.db.schema.renameTable('limits_away', 'limits')
    expect(told.slice(0, 2)).toEqual([undefined, undefined])
    expect(told[2]).toBeGreaterThan(0)
  })

  test('the job removes what has run out, and nothing else', async () => {
    await countTry(house.db, 'mail', 'soon over')
    expect(await forgetLimits(house.db, undefined)).toBe(0)
    const before = (await rows()).length
    moveClock(61)
    expect(await forgetLimits(house.db, undefined)).toBeGreaterThan(0)
    expect((await rows()).length).toBeLessThan(before)
  })
})
