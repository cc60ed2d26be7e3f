// System: which version runs on what, what waits, who works, and what the jobs did.

import { Router } from 'express'
import { listJobs, listQueues, listWorkers, type PlannedJob, readVersions } from '../domain/system.ts'
import type { Db } from '../platform/database.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'

export function system(db: Db, planned: PlannedJob[]) {
  const page = Router()

  page.get('/admin/system', ...holds('see-system'), async (req, res) => {
    show(req, res, 'admin-area/system', {
      ...(await readVersions(db)),
      ...(await listWorkers(db)),
      queues: await listQueues(db),
      jobs: await listJobs(db, planned),
    })
  })

  return page
}
