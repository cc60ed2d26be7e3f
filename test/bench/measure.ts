// One operation: Latchkey and the floor in turn, so that what else the machine does meets both; then each at a fixed
// rate of half of what Latchkey can. Beside it, what a request cost: statements, and who took the processor.

import { cpus } from 'node:os'
import type { Db } from '../../src/platform/database.ts'
import { isSqlite } from '../../src/platform/database.ts'
import { type Figure, latencies, median, reaches } from './figures.ts'
import { closedLoop, fixedRate, type Result, type Source } from './load.ts'
import { cpuOf, memoryOf, type Running } from './processes.ts'
import type { Stage } from './stage.ts'

export interface Pace {
  rounds: number
  /** Of each round, of each of both. */
  seconds: number
  /** At a fixed rate. */
  steadySeconds: number
}

export interface Pair {
  latchkey: { running: Running; source: Source }
  floor?: { running: Running; source: Source } | undefined
}

interface Aim {
  name: string
  aim: string
  ratio?: number | undefined
  p99?: number | undefined
}

const statementsSoFar = async (db: Db): Promise<number> => {
  if (isSqlite(db)) return 0
  const [[row]] = await db.raw("SHOW GLOBAL STATUS LIKE 'Questions'")
  return Number(row.Value)
}

interface Cost {
  statements: number
  share: string
}

/** Runs it, and tells what it cost. */
async function withCost(stage: Stage, running: Running, run: () => Promise<Result>): Promise<Result & Cost> {
  const cpuNow = () => ({
    Latchkey: cpuOf(running.pid),
    ...(stage.databasePid && { [stage.name]: cpuOf(stage.databasePid) }),
    load: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  })
  const [before, asked, began] = [cpuNow(), await statementsSoFar(stage.db), performance.now()]
  const result = await run()
  const [after, elapsed] = [cpuNow(), (performance.now() - began) / 1000]
  const statements = ((await statementsSoFar(stage.db)) - asked - 1) / result.count
  const shares = Object.entries(after).map(([name, seconds]) => {
    const used = seconds - (before[name as keyof typeof before] ?? 0)
    return `${name} ${Math.round((used / elapsed) * 100)} %`
  })
  return { ...result, statements, share: shares.join(', ') }
}

const WARM_SECONDS = 1

export async function measure(stage: Stage, pair: Pair, what: Aim, pace: Pace): Promise<Figure> {
  const { latchkey, floor } = pair
  for (const one of [latchkey, floor]) if (one) await closedLoop(one.source, { seconds: WARM_SECONDS })
  const rounds: { latchkey: Result & Cost; floor: Result | undefined }[] = []
  for (let round = 0; round < pace.rounds; round++)
    rounds.push({
      latchkey: await withCost(stage, latchkey.running, () => closedLoop(latchkey.source, pace)),
      floor: floor && (await closedLoop(floor.source, pace)),
    })
  const perSecond = median(rounds.map(({ latchkey }) => latchkey.perSecond))
  const ratio = floor && median(rounds.map((one) => one.latchkey.perSecond / (one.floor?.perSecond ?? 0)))
  const steady = await fixedRate(latchkey.source, perSecond / 2, pace.steadySeconds)
  const { statements, share } = rounds.at(-1)?.latchkey ?? { statements: 0, share: '' }
  const asked = isSqlite(stage.db) ? '' : `${statements.toFixed(1)} statements a request; `
  return {
    name: what.name,
    on: stage.name,
    latchkey: perSecond,
    ...(floor && { floor: median(rounds.map((one) => one.floor?.perSecond ?? 0)) }),
    ...(ratio !== undefined && { ratio }),
    ...latencies(steady),
    memory: memoryOf(latchkey.running.pid),
    aim: what.aim,
    isReached: reaches([
      { least: what.ratio, is: ratio },
      { most: what.p99, is: steady.p99 },
    ]),
    note: `${asked}processor, of ${cpus().length * 100} %: ${share}`,
  }
}
