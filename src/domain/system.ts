// How the installation is: what waits and for how long, which processes work, and what the jobs did. Read only.
// The times were written by the clock of whoever wrote them; whether a worker lives is decided by its beat
// elsewhere (HARD-CASES H13), here it is only told.

import { inMinutes } from '../platform/clock.ts'
import { type Db, hostsOf } from '../platform/database.ts'
import { compareMigrations } from '../platform/migrate.ts'
import { databaseVersion, NODE_VERSION, VERSION } from '../platform/versions.ts'
import type { JobRun } from './job-runs.ts'
import { JOBS_LEASE, type LeaseRow } from './leases.ts'
import type { WorkerRow } from './workers.ts'

/** One entry of the table in src/jobs.ts, which stands above this layer and is handed in. */
export interface PlannedJob {
  name: string
  schedule: string
  next(): Date | null
}

export interface Queue {
  name: 'emails' | 'failedEmails' | 'events' | 'deliveries' | 'failedDeliveries'
  length: number
  oldest_at: string | null
}

/** A worker that was not seen for so long is marked; by then others have long released what it held. */
const QUIET_AFTER_MINUTES = 1

export const readVersions = async (db: Db) => ({
  version: VERSION,
  node: NODE_VERSION,
  database: await databaseVersion(db),
  hosts: hostsOf(db),
  migrations: await compareMigrations(db),
})

const QUEUES = [
  ['emails', 'emails', 'waiting'],
  ['failedEmails', 'emails', 'failed'],
  ['events', 'hook_events', 'waiting'],
  ['deliveries', 'hook_deliveries', 'waiting'],
  ['failedDeliveries', 'hook_deliveries', 'failed'],
] as const

/** How many there are of each kind, and since when the first of them. */
export async function listQueues(db: Db): Promise<Queue[]> {
  const queues: Queue[] = []
  for (const [name, table, status] of QUEUES) {
    const [count] = await db(table).where({ status }).count({ n: '*' })
    const oldest = await db(table).where({ status }).orderBy('id').first('created_at')
    queues.push({ name, length: Number(count?.n ?? 0), oldest_at: oldest?.created_at ?? null })
  }
  return queues
}

/** Those that deliver and work off jobs, oldest first; `holder` has the jobs. */
export async function listWorkers(db: Db) {
  const rows: WorkerRow[] = await db('workers').orderBy('started_at')
  const lease: Pick<LeaseRow, 'holder' | 'taken_at'> | undefined = await db('leases')
    .where({ name: JOBS_LEASE })
    .first('holder', 'taken_at')
  const quiet = inMinutes(-QUIET_AFTER_MINUTES)
  const workers = rows.map((row) => ({
    ...row,
    quiet: row.seen_at < quiet,
    holdsJobs: row.id === lease?.holder,
  }))
  return { workers, lease }
}

/** Every job of the table with its last run; and runs of jobs that the table has no more are left out. */
export async function listJobs(db: Db, planned: PlannedJob[]) {
  const runs: JobRun[] = await db('job_runs').select()
  return planned.map(({ name, schedule, next }) => ({
    name,
    schedule,
    next_at: next()?.toISOString() ?? null,
    run: runs.find((run) => run.name === name),
  }))
}
