// From the start to the first answer; memory at rest and after much work; two processes for pages beside one; and what a
// browser has to fetch on its first visit and on its second.

import { setTimeout as pause } from 'node:timers/promises'
import { ask } from './connection.ts'
import { type Figure, median, reaches } from './figures.ts'
import { closedLoop, type Source } from './load.ts'
import type { Pace } from './measure.ts'
import { memoryOf } from './processes.ts'
import { adminCookie, type Stage, startLatchkey } from './stage.ts'

const READY_MOST_MS = 2_000
const IDLE_MOST_MB = 150
const GROWTH_MOST = 1.2
const TWICE_LEAST = 1.6
const FIRST_MOST_KB = 100
const SECOND_MOST_KB = 10
const REST_MS = 2_000
/** Until every process has compiled what pages take: so many seconds for each that are measured. */
const WARM_TIMES = 4
const KB = 1_024

export async function measureStart(stage: Stage, { rounds }: Pace): Promise<Figure> {
  const starts: { readyMs: number; memory: number }[] = []
  for (let nth = 0; nth < rounds; nth++) {
    const running = await startLatchkey(stage, 'web')
    await pause(REST_MS)
    starts.push({ readyMs: running.readyMs, memory: memoryOf(running.pid) })
    await running.stop()
  }
  const [readyMs, memory] = [
    median(starts.map((one) => one.readyMs)),
    median(starts.map((one) => one.memory)),
  ]
  return {
    name: 'Start to ready, memory at rest',
    on: stage.name,
    p50: readyMs,
    memory,
    aim: 'under 2 s; under 150 MB',
    isReached: reaches([
      { most: READY_MOST_MS, is: readyMs },
      { most: IDLE_MOST_MB, is: memory },
    ]),
    note: `ready after ${Math.round(readyMs)} ms, starts: ${rounds}`,
  }
}

/** Whether memory grows while pages are asked for. */
export async function measureGrowth(stage: Stage, pages: Source, requests: number): Promise<Figure> {
  const running = await startLatchkey(stage, 'web')
  await closedLoop(pages, { requests: requests / 10 })
  const before = memoryOf(running.pid)
  const result = await closedLoop(pages, { requests: (requests * 9) / 10 })
  const after = memoryOf(running.pid)
  await running.stop()
  return {
    name: `Memory after ${requests.toLocaleString('en')} pages`,
    on: stage.name,
    latchkey: result.perSecond,
    memory: after,
    aim: 'no growth beyond 20 % after the first tenth',
    isReached: reaches([{ most: GROWTH_MOST, is: after / before }]),
    note: `${Math.round(before)} MB after the first tenth, ${Math.round(after)} MB at the end`,
  }
}

export async function measureTwo(stage: Stage, pages: Source, pace: Pace): Promise<Figure> {
  const results: Record<string, { perSecond: number; p50: number; p99: number }> = {}
  for (const workers of ['1', '2']) {
    const running = await startLatchkey(stage, 'web', { WORKERS: workers })
    await closedLoop(pages, { seconds: pace.seconds * WARM_TIMES })
    results[workers] = await closedLoop(pages, { seconds: pace.seconds * pace.rounds })
    await running.stop()
  }
  const { 1: one, 2: two } = results
  if (!one || !two) throw new Error('Both were measured.')
  const times = two.perSecond / one.perSecond
  return {
    name: 'WORKERS=2 beside 1, the Users tab',
    on: stage.name,
    latchkey: two.perSecond,
    floor: one.perSecond,
    ratio: times,
    ...{ p50: two.p50, p99: two.p99 },
    aim: 'at least 1.6 times, when database and load leave room',
    isReached: reaches([{ least: TWICE_LEAST, is: times }]),
    note: 'the database and the load take their share of the same processors',
  }
}

/** What is sent for a page and all that it names, compressed as a browser asks for it. */
export async function measureVisit(stage: Stage): Promise<Figure> {
  const running = await startLatchkey(stage, 'web')
  const headers = { Cookie: adminCookie, 'Accept-Encoding': 'gzip, deflate, br' }
  const fetched = async (path: string) => (await ask(running.port, { path, headers })).body.length / KB
  const path = '/admin/clients/1/users'
  const { body } = await ask(running.port, { path, headers: { Cookie: adminCookie } })
  const assets = new Set([...body.toString('utf8').matchAll(/\/assets\/[^"#]+/g)].map(([url]) => url))
  const page = await fetched(path)
  let all = page
  for (const asset of assets) all += await fetched(asset)
  await running.stop()
  return {
    name: 'First and second visit of the Users tab',
    on: stage.name,
    aim: 'first at most 100 KB compressed, second at most 10 KB',
    isReached: reaches([
      { most: FIRST_MOST_KB, is: all },
      { most: SECOND_MOST_KB, is: page },
    ]),
    note: `first ${all.toFixed(1)} KB with ${assets.size} assets, second ${page.toFixed(1)} KB: assets are kept for a year`,
  }
}
