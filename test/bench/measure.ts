// One operation: Latchkey and the floor in turn, so that what else the machine does meets both; then Latchkey at fixed
// rates: half of what it can, and what a busy installation is asked. Beside it, what a request cost: statements, and who took the processor.

import type { Db } from '../../src/platform/database.ts'
import { isSqlite } from '../../src/platform/database.ts'
import { CALM_PER_SECOND, type Figure, latencies, median, reaches } from './figures.ts'
import { closedLoop, fixedRate, type Result, type Source } from './load.ts'
import { cpuOf, memoryOf, type Running } from './processes.ts'
import type { Stage } from './stage.ts'

export interface Pace {
  /** Before anything counts. */
  warmSeconds: number
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
  /** That is meant at half of what Latchkey can; otherwise at CALM_PER_SECOND. */
  isAtHalf?: boolean | undefined
}

const statementsSoFar = async (db: Db): Promise<number> => {
  if (isSqlite(db)) return 0
  const [[row]] = await db.raw("SHOW GLOBAL STATUS LIKE 'Questions'")
  return Number(row.Value)
}

interface Cost {
  statements: number
  /** Milliseconds of processor a request. */
  own: number
  database: number
}

/** Runs it, and tells what a request cost: that figure stands still when others use the machine, too. */
async function withCost(stage: Stage, running: Running, run: () => Promise<Result>): Promise<Result & Cost> {
  const { databasePid, db } = stage
  const now = async () => ({
    own: cpuOf(running.pid),
    database: databasePid ? cpuOf(databasePid) : 0,
    statements: await statementsSoFar(db),
  })
  const before = await now()
  const result = await run()
  const after = await now()
  const each = (name: keyof typeof after) => (after[name] - before[name]) / result.count
  return {
    ...result,
    // The last one asked for the figure itself.
    statements: each('statements') - (databasePid ? 1 / result.count : 0),
    own: each('own') * 1000,
    database: each('database') * 1000,
  }
}

export async function measure(stage: Stage, pair: Pair, what: Aim, pace: Pace): Promise<Figure> {
  const { latchkey, floor } = pair
  for (const one of [latchkey, floor]) if (one) await closedLoop(one.source, { seconds: pace.warmSeconds })
  const rounds: { latchkey: Result & Cost; floor: (Result & Cost) | undefined }[] = []
  for (let round = 0; round < pace.rounds; round++)
    rounds.push({
      latchkey: await withCost(stage, latchkey.running, () => closedLoop(latchkey.source, pace)),
      floor: floor && (await withCost(stage, floor.running, () => closedLoop(floor.source, pace))),
    })
  const perSecond = median(rounds.map(({ latchkey }) => latchkey.perSecond))
  const ratio = floor && median(rounds.map((one) => one.latchkey.perSecond / (one.floor?.perSecond ?? 0)))
  const steady = await fixedRate(latchkey.source, perSecond / 2, pace.steadySeconds)
  const calm =
    what.p99 && !isSqlite(stage.db)
      ? await fixedRate(latchkey.source, CALM_PER_SECOND, pace.steadySeconds)
      : undefined
  const costs = {
    latchkey: costOf(rounds.map((one) => one.latchkey)),
    floor: floor && costOf(rounds.map((one) => one.floor)),
  }
  const processorRatio =
    costs.floor && (costs.floor.own + costs.floor.database) / (costs.latchkey.own + costs.latchkey.database)
  return {
    name: what.name,
    on: stage.name,
    latchkey: perSecond,
    ...(floor && { floor: median(rounds.map((one) => one.floor?.perSecond ?? 0)) }),
    ...(ratio !== undefined && { ratio }),
    ...(processorRatio !== undefined && { processorRatio }),
    ...latencies(steady),
    ...(calm && { calm: calm.p99 }),
    memory: memoryOf(latchkey.running.pid),
    ...judge(stage, what, ratio, what.isAtHalf ? steady.p99 : calm?.p99),
    note: `a request takes ${inWords(stage, costs.latchkey)}${costs.floor ? `; of the floor ${inWords(stage, costs.floor)}` : ''}`,
  }
}

/** The aims are about MariaDB. */
const judge = (
  { db }: Stage,
  { aim, ratio: least, p99: most }: Aim,
  ratio: number | undefined,
  p99: number | undefined,
) =>
  isSqlite(db)
    ? { aim: '', isReached: undefined }
    : {
        aim,
        isReached: reaches([
          { least, is: ratio },
          { most, is: p99 },
        ]),
      }

function costOf(rounds: (Cost | undefined)[]): Cost {
  const middle = (name: keyof Cost) => median(rounds.map((round) => round?.[name] ?? 0))
  return { statements: middle('statements'), own: middle('own'), database: middle('database') }
}

const inWords = ({ db, name }: Stage, { statements, own, database }: Cost) =>
  isSqlite(db)
    ? `${own.toFixed(1)} ms of processor`
    : `${statements.toFixed(1)} statements, ${own.toFixed(1)} ms of processor and ${database.toFixed(1)} ms in ${name}`
