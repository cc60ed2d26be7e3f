// APP_SECRET is exchanged as docs/operating.md says: the new one comes in front, the old one stays behind a comma for seven
// days, and then goes. Nobody loses the authenticator app by that.

import { expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { inHand } from '../src/domain/handed.ts'
import { jobs } from '../src/jobs.ts'
import { moveClock } from '../src/platform/clock.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse } from './support/house.ts'

const [OLD, NEW] = ['an old secret of more than 32 bytes', 'a new secret that is longer than 32 bytes']
const DAYS = 7

test('apps from before work on, also of who does not log in meanwhile; the key is nowhere as it is', async () => {
  const house = await startHouse({ environment: { APP_SECRET: OLD } })
  const apps = {
    alice: await setUpTwoFactor(await house.user('alice')),
    ada: await setUpTwoFactor(await house.admin(), '/admin'),
  }
  const rows = () => house.db('totp_factors').orderBy('person_kind').pluck('secret')
  const before = await rows()
  const runAll = async () => {
    for (const { run } of jobs) await run(house.db)
  }
  await runAll()
  expect(await rows(), 'nothing to do').toEqual(before)

  inHand().secrets = [NEW, OLD]
  await runAll()
  const after = await rows()
  expect(after.filter((one) => before.includes(one))).toEqual([])
  await runAll()
  expect(await rows(), 'it was done').toEqual(after)
  for (const { key } of Object.values(apps)) expect(JSON.stringify(after)).not.toContain(key)

  inHand().secrets = [NEW]
  moveClock(DAYS * 24 * 60)
  const alice = await house.user('alice')
  await alice.press('Log in', { Code: apps.alice.next() })
  expect([alice.status, alice.path]).toEqual([200, '/clientarea'])
  const ada = await house.admin('ada', PASSWORD)
  await ada.press('Log in', { Code: apps.ada.next() })
  expect([ada.status, ada.path]).toEqual([200, '/admin'])
})
