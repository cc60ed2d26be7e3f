// What happens by the clock: name, schedule, one call of the domain each. One process runs them, whoever holds the
// lease (HARD-CASES H13); it runs each once when it takes the lease, since the last holder may have missed its hour.
// Every job may also run twice or late without harm: npm run job -- NAME runs one by hand, under no lease.

import { randomUUID } from 'node:crypto'
import { schedule } from 'node-cron'
import { askForReviews } from './domain/access-review.ts'
import type { Actor } from './domain/change.ts'
import { endAccess } from './domain/ending-access.ts'
import { forgetActivity } from './domain/forgetting-activity.ts'
import { forgetEnded } from './domain/forgetting-ended.ts'
import { endGoneHooks } from './domain/hook-registry.ts'
import { expireInvitations } from './domain/invitations.ts'
import { noteRun } from './domain/job-runs.ts'
import type { Lease } from './domain/leases.ts'
import { forgetLimits } from './domain/limits.ts'
import { mendWords } from './domain/mending-words.ts'
import { remindInvited } from './domain/reminding.ts'
import { sealActivity } from './domain/seals.ts'
import { encryptAnew } from './domain/totp.ts'
import { expireTransfers } from './domain/transfers.ts'
import type { Db } from './platform/database.ts'

export interface Job {
  name: string
  schedule: string
  /** Gives how many things it did, when it counts them. */
  run(db: Db, lease?: Lease): Promise<unknown>
}

const asJob = (name: string, lease: Lease | undefined) => (): Actor => ({
  kind: 'system',
  id: null,
  name,
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
  ...(lease && { lease }),
})

export const jobs: Job[] = [
  {
    name: 'expire-invitations',
    schedule: '*/15 * * * *',
    run: (db, lease) => expireInvitations(db, asJob('expire-invitations', lease)),
  },
  {
    name: 'expire-transfers',
    schedule: '*/15 * * * *',
    run: (db, lease) => expireTransfers(db, asJob('expire-transfers', lease)),
  },
  {
    name: 'remind-invited',
    schedule: '*/30 * * * *',
    run: (db, lease) => remindInvited(db, asJob('remind-invited', lease)),
  },
  {
    name: 'end-access',
    schedule: '*/15 * * * *',
    run: (db, lease) => endAccess(db, asJob('end-access', lease)),
  },
  { name: 'seal-activity', schedule: '* * * * *', run: sealActivity },
  { name: 'end-gone-hooks', schedule: '7 * * * *', run: endGoneHooks },
  { name: 'forget-ended-sessions', schedule: '17 3 * * *', run: forgetEnded },
  {
    name: 'forget-activity',
    schedule: '37 3 * * *',
    run: (db, lease) => forgetActivity(db, asJob('forget-activity', lease)),
  },
  {
    name: 'ask-for-reviews',
    schedule: '47 6 * * *',
    run: (db, lease) => askForReviews(db, asJob('ask-for-reviews', lease)),
  },
  { name: 'forget-limits', schedule: '27 * * * *', run: forgetLimits },
  { name: 'encrypt-anew', schedule: '57 3 * * *', run: encryptAnew },
]

/** What mends something that the doctor found: asked for by a person, never by the clock. */
export const repairs: Pick<Job, 'name' | 'run'>[] = [{ name: 'mend-words', run: mendWords }]

interface Watching {
  /** What this process holds now, if anything. */
  lease(): Lease | undefined
  onError(job: string, error: unknown): void
  onDone(): void
}

/** Starts the schedule: a job runs here at its hour if this process holds the lease. */
export function startJobs(db: Db, { lease, onError, onDone }: Watching) {
  const running = new Set<Promise<void>>()
  function begin(job: Job) {
    const held = lease()
    if (!held) return
    const run = noteRun(db, held, job.name, () => job.run(db, held))
      .then(onDone, (error) => onError(job.name, error))
      .finally(() => running.delete(run))
    running.add(run)
    return run
  }
  const tasks = jobs.map((job) =>
    schedule(job.schedule, () => begin(job), { name: job.name, noOverlap: true }),
  )
  return {
    /** All of them, one after another: for whoever has just taken the lease. */
    async runAll() {
      for (const job of jobs) await begin(job)
    },
    async stop() {
      for (const task of tasks) await task.stop()
      await Promise.all(running)
    },
  }
}
