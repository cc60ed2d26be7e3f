// How the add-ons do: every file that a worker has seen, loaded or broken, and how its functions ran. Counted
// over the newest deliveries only, so that the page stays quick however long the log is.

import { inMinutes } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type HookFunction, listFunctions } from './hook-log.ts'

export interface Figures {
  runs: number
  /** Waiting again after an error. */
  troubled: number
  waiting: number
  failed: number
  slowest_ms: number | null
  last_run_at: string | null
}

export type WatchedFunction = HookFunction & Figures & { lost: boolean }

export interface HookFile {
  file: string
  error: string | null
  last_seen_at: string
  lost: boolean
  functions: WatchedFunction[]
}

/** How many of the newest deliveries are counted. */
export const COUNTED = 100_000
/** Workers say again and again what they have; a function that none has named for so long is marked. */
const LOST_AFTER_MINUTES = 15

const NONE: Figures = {
  runs: 0,
  troubled: 0,
  waiting: 0,
  failed: 0,
  slowest_ms: null,
  last_run_at: null,
}

async function figures(db: Db): Promise<Map<string, Figures>> {
  const [newest] = await db('hook_deliveries').max({ id: 'id' })
  const count = (test: string, name: string) => db.raw(`SUM(CASE WHEN ${test} THEN 1 ELSE 0 END) AS ${name}`)
  const rows: (Figures & { hook: string })[] = await db('hook_deliveries')
    .where('id', '>', Number(newest?.id ?? 0) - COUNTED)
    .groupBy('hook')
    .select('hook')
    .sum({ runs: 'attempts' })
    .max({ slowest_ms: 'duration_ms' })
    .select(
      count("status = 'waiting' AND error IS NOT NULL", 'troubled'),
      count("status = 'waiting'", 'waiting'),
      count("status = 'failed'", 'failed'),
      db.raw('MAX(CASE WHEN attempts > 0 THEN updated_at END) AS last_run_at'),
    )
  // MySQL gives sums as text.
  return new Map(
    rows.map(({ hook, ...row }) => [
      hook,
      {
        runs: Number(row.runs),
        troubled: Number(row.troubled),
        waiting: Number(row.waiting),
        failed: Number(row.failed),
        slowest_ms: row.slowest_ms,
        last_run_at: row.last_run_at,
      },
    ]),
  )
}

/** Broken ones first, then by name; a function whose file no worker names any more has its place all the same. */
export async function listHookFiles(db: Db): Promise<HookFile[]> {
  const known = await figures(db)
  const lately = inMinutes(-LOST_AFTER_MINUTES)
  const files = new Map<string, HookFile>()
  for (const row of await db('hook_files').select('file', 'error', 'last_seen_at'))
    files.set(row.file, { ...row, lost: row.last_seen_at < lately, functions: [] })
  for (const one of await listFunctions(db)) {
    const { file, last_seen_at } = one
    const lost = last_seen_at < lately
    const place = files.get(file) ?? { file, error: null, last_seen_at, lost, functions: [] }
    files.set(file, place)
    place.functions.push({ ...one, ...(known.get(one.hook) ?? NONE), lost })
  }
  const broken = ({ error }: HookFile) => Number(error !== null)
  return [...files.values()].sort((a, b) => broken(b) - broken(a) || a.file.localeCompare(b.file))
}
