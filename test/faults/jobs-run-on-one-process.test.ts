import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { jobs } from '../../src/jobs.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { freshDatabase } from '../support/databases.ts'
import { folder, start } from '../support/processes.ts'
import { ROOT } from '../support/sources.ts'

vi.setConfig({ testTimeout: 180_000 })

// Three workers whose clocks are 14 minutes apart; the holder of the lease is stopped, and wakes up late.
test('H13 the holder is stopped with SIGSTOP: another takes over, and the late one works on under no lease', async () => {
  const database = await freshDatabase(folder)
  const settings = { DATABASE_URL: database.url, LOG_LEVEL: 'info' }
  expect(await start('lease', settings, 'src/cli/sample-data.ts').ended).toBe(0)
  const db = openDatabase(database.url)
  const shifted = (minutes: number) => ({
    ...settings,
    CLOCK_SHIFT_MINUTES: String(minutes),
    NODE_OPTIONS: `--import=tsx --import=${join(ROOT, 'test/support/shift-clock.ts')}`,
  })
  const workers = [-7, 0, 7].map((minutes) => start('lease', shifted(minutes), 'src/server.ts worker'))
  await Promise.all(workers.map((worker) => worker.until('Latchkey is ready')))

  const lease = () => db('leases').where({ name: 'jobs' }).first()
  const pidOf = async (id: string) => (await db('workers').where({ id }).first())?.pid
  await expect.poll(async () => Boolean(await lease())).toBe(true)
  const first = await lease()
  await expect.poll(() => db('job_runs').whereNotNull('ended_at')).toHaveLength(jobs.length)
  await new Promise((resolve) => setTimeout(resolve, 12_000))
  const kept = await lease()
  expect(kept).toMatchObject({ generation: first.generation, holder: first.holder })
  expect(kept.beat, 'it beats').toBeGreaterThan(first.beat)

  const holder = Number(await pidOf(first.holder))
  process.kill(holder, 'SIGSTOP')
  const stopped = performance.now()
  await expect
    .poll(async () => (await lease()).generation, { timeout: 60_000, interval: 200 })
    .toBe(first.generation + 1)
  const tookMs = Math.round(performance.now() - stopped)
  expect(tookMs, 'not before it stood still for 20 seconds').toBeGreaterThan(14_000)
  await expect.poll(() => pidOf(first.holder)).toBeUndefined()
  const second = await lease()

  process.kill(holder, 'SIGCONT')
  await expect.poll(async () => (await db('workers').where({ pid: holder }).first())?.id).toBeTruthy()
  await new Promise((resolve) => setTimeout(resolve, 6_000))
  expect(await lease()).toMatchObject({ generation: second.generation, holder: second.holder })
  const runs = await db('job_runs')
  expect(runs.map(({ worker, error }) => [worker, error])).toEqual(runs.map(() => [second.holder, null]))
  console.log(`figures lease: taken over ${tookMs} ms after SIGSTOP`)
  for (const { child } of workers) child.kill('SIGTERM')
  for (const { ended } of workers) expect(await ended).toBe(0)
  await db.destroy()
  await database.drop()
})
