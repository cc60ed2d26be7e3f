// For whoever watches the process: /healthz (it is alive) and /readyz (the database answers and its
// migrations are in place). Answered on any Host.

import { Router } from 'express'
import type { Db } from '../platform/database.ts'
import { pendingMigrations } from '../platform/migrate.ts'

export function health(db: Db) {
  const router = Router()
  router.get('/healthz', (_req, res) => {
    res.type('text').send('alive\n')
  })
  router.get('/readyz', async (_req, res) => {
    const pending = await pendingMigrations(db).catch(() => -1)
    const word = pending === 0 ? 'ready' : pending < 0 ? 'no database' : 'migrations missing'
    res
      .status(pending === 0 ? 200 : 503)
      .type('text')
      .send(`${word}\n`)
  })
  return router
}
