// The table of jobs as the Admin Area shows it: also a process that runs none of them can say when each is next.

import { createTask } from 'node-cron'
import type { PlannedJob } from './domain/system.ts'
import { jobs } from './jobs.ts'

export const plannedJobs: PlannedJob[] = jobs.map(({ name, schedule }) => {
  const task = createTask(schedule, () => {})
  return { name, schedule, next: () => task.getNextRuns(1)[0] ?? null }
})
