import { beforeAll, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

let house: TestHouse
let ada: Visitor

beforeAll(async () => {
  house = await startHouse()
  ada = await house.admin()
})

const log = () => ada.$('#log').text()

test('what an older version wrote, with less in it, can be read still', async () => {
  const who = { actor_kind: 'user', actor_name: 'Olga Old', request_id: 'old', ordinal: 1, ip: '' }
  const what = { at: '2020-01-01T00:00:00.000Z', action: 'user.edited', detail: '{}' }
  await house.db('activity').insert({ ...who, ...what })
  await ada.visit('/admin/activity?to=2020-01-02')
  await house.db('activity').where(who).delete()
  expect([ada.status, log().includes('Olga Old edited the profile of …')]).toEqual([200, true])
})

test('what an older version called otherwise is said as today; what nobody knows says that it is not', async () => {
  const who = { actor_kind: 'admin', actor_name: 'Otto Old', request_id: 'old', ip: '' }
  const detail = JSON.stringify({ email: 'kept@example.com', merged: 'gone@example.com' })
  const at = '2020-01-01T00:00:00.000Z'
  await house.db('activity').insert({ ...who, at, ordinal: 1, action: 'user.mergedAway', detail })
  await house.db('activity').insert({ ...who, at, ordinal: 2, action: 'moon.painted', detail: '{}' })
  await ada.visit('/admin/activity?to=2020-01-02')
  await house.db('activity').where(who).delete()
  expect(log()).toContain('Otto Old merged the login gone@example.com into kept@example.com')
  expect(log()).toContain('Otto Old did something that this version has no sentence for: moon.painted')
})
