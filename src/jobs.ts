// What happens by the clock: name, schedule, one call of the domain each. Every job may run twice at once or
// late without harm; npm run job -- NAME runs one by hand or from the system's cron.

import { randomUUID } from 'node:crypto'
import { schedule } from 'node-cron'
import type { Actor } from './domain/change.ts'
import { expireInvitations } from './domain/invitations.ts'
import { forgetEndedSessions } from './domain/sessions.ts'
import type { Db } from './platform/database.ts'

export interface Job {
  name: string
  schedule: string
  run(db: Db): Promise<unknown>
}

const asJob = (name: string) => (): Actor => ({
  kind: 'system',
  id: null,
  name,
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

export const jobs: Job[] = [
  {
    name: 'expire-invitations',
    schedule: '*/15 * * * *',
    run: (db) => expireInvitations(db, asJob('expire-invitations')),
  },
  { name: 'forget-ended-sessions', schedule: '17 3 * * *', run: forgetEndedSessions },
]

/** Starts the schedule, with `deliver` each minute for what was left over; gives what stops it. */
export function startJobs(db: Db, deliver: () => void, onError: (job: string, error: unknown) => void) {
  const tasks = jobs.map((job) =>
    schedule(job.schedule, () => job.run(db).then(deliver, (error) => onError(job.name, error)), {
      name: job.name,
      noOverlap: true,
    }),
  )
  tasks.push(schedule('* * * * *', deliver, { name: 'deliver' }))
  return async () => {
    for (const task of tasks) await task.stop()
  }
}
