// One process that answers pages: fifty logins a second, then as many silent connections as come. What of it is
// answered is bounded; pages come meanwhile.

import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { type Cluster, startParts } from '../support/cluster.ts'
import { freshDatabase } from '../support/databases.ts'
import { amount, figures, isFull } from '../support/faults.ts'
import { type Answer, connect, cookieOf, sentenceOf } from '../support/load.ts'
import { folder, freePort, start } from '../support/processes.ts'
import { type Line, openLine } from '../support/raw-lines.ts'
import { setLimit, widenLimits } from '../support/wide-limits.ts'

const LOGINS_A_SECOND = 50
const LOGINS = amount(1_500, 200)
const LINES = amount(10_000, 2_500)
/** More than are kept open, with those of the test itself. */
const KEPT_MAX = 2_000
const WARM_UP_PAGES = 20
const BETWEEN_PAGES_MS = 20
const FULL_P99_MS = 100

let database: Awaited<ReturnType<typeof freshDatabase>>
let db: ReturnType<typeof openDatabase>
let cluster: Cluster
let appUrl: string
let alice: string

beforeAll(async () => {
  database = await freshDatabase(folder)
  const port = String(await freePort())
  appUrl = `http://127.0.0.1:${port}`
  const settings = {
    ...{ PORT: port, HOST: '127.0.0.1', APP_URL: appUrl, DATABASE_URL: database.url },
    LOG_LEVEL: 'error',
  }
  const filled = start('crowd', settings, 'src/cli/sample-data.ts')
  expect(await filled.ended, filled.output()).toBe(0)
  db = openDatabase(database.url)
  await widenLimits(db)
  await setLimit(db, 'login', 100_000)
  cluster = startParts('crowd', [{ role: 'web', args: 'src/server.ts web', settings }])
  await cluster.allReady()
  const acme = await db('clients').where({ company_name: 'Acme Hosting' }).first()
  alice = await cookieOf(db, acme.owner_id, acme.id)
})

afterAll(async () => {
  await cluster.stop()
  await db.destroy()
  await database.drop()
})

/** Pages until `done`, and how long each took. */
async function readPages(done: () => boolean) {
  const reader = connect(appUrl)
  const times: number[] = []
  for (let nth = 0; !done(); nth++) {
    const page = await reader.get(nth % 2 ? '/account/details' : '/clientarea', alice)
    expect(page.status).toBe(200)
    times.push(page.ms)
    await pause(BETWEEN_PAGES_MS)
  }
  reader.close()
  return times
}

const readSome = (count: number) => readPages(() => count-- === 0)

const percentile = (times: number[], percent: number) =>
  Math.round([...times].sort((a, b) => a - b)[Math.ceil((times.length * percent) / 100) - 1] ?? 0)

/** At their times, whether or not those before were answered. */
async function flood(): Promise<Answer[]> {
  const began = performance.now()
  const answers: Promise<Answer>[] = []
  for (let nth = 0; nth < LOGINS; nth++) {
    await pause(Math.max(0, began + (nth * 1_000) / LOGINS_A_SECOND - performance.now()))
    const line = connect(appUrl)
    // Right and wrong ones, each somebody else's.
    const right = nth % 10 === 0 && { email: 'alice@example.com', password: PASSWORD }
    const fields = right || { email: `nobody${nth}@example.com`, password: 'a long sentence' }
    answers.push(line.post('/login', '', fields).finally(line.close))
  }
  return Promise.all(answers)
}

describe('a crowd at the door', () => {
  test('fifty logins a second: each is answered, those that would wait too long with when to come again; pages come meanwhile', async () => {
    await readSome(WARM_UP_PAGES)
    const quiet = await readSome(amount(300, 50))
    let isOver = false
    const reading = readPages(() => isOver)
    const answers = await flood().finally(() => {
      isOver = true
    })
    const times = await reading
    const count = (status: number) => answers.filter((one) => one.status === status).length
    figures('flood of logins', {
      logins: LOGINS,
      'logged in': count(303),
      'told that it is wrong': count(422),
      'told to come again': count(503) + count(429),
      pages: times.length,
      'p99 ms before': percentile(quiet, 99),
      'p50 ms': percentile(times, 50),
      'p99 ms': percentile(times, 99),
    })
    expect(answers.filter(({ status }) => ![303, 422, 429, 503].includes(status))).toEqual([])
    for (const answer of answers.filter(({ status }) => status === 503))
      expect(sentenceOf(answer)).toContain('Try again in a few seconds.')
    expect(count(422), 'the queue moves').toBeGreaterThan(0)
    expect(times.length, 'and pages do not stand in it').toBeGreaterThan(0)
    if (isFull) expect(percentile(times, 99)).toBeLessThan(FULL_P99_MS)
  })

  test('thousands of connections that say nothing: pages come, and no more are kept than there may be', async () => {
    const lines: Line[] = []
    for (let nth = 0; nth < LINES; nth++) {
      lines.push(openLine(appUrl, nth % 2 ? 'GET / HTTP/1.1\r\nCoo' : ''))
      if (nth % 100 === 99) await readSome(1)
    }
    const times = await readSome(amount(300, 50))
    const open = () => lines.filter((line) => line.isOpen()).length
    await expect.poll(open, { timeout: 60_000 }).toBeLessThanOrEqual(KEPT_MAX)
    figures('silent connections', { opened: LINES, 'still open': open(), 'p99 ms': percentile(times, 99) })
    for (const { socket } of lines) socket.destroy()
  })
})
