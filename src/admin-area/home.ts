// Where an admin starts: what happened lately, and the way to a client.

import { Router } from 'express'
import { listActivity } from '../domain/activity.ts'
import type { Db } from '../platform/database.ts'
import { inSentences } from '../web/activity-words.ts'
import { show } from '../web/views.ts'
import { admin } from './area.ts'

const ACTIVITY_SHOWN = 15

export function home(db: Db) {
  const page = Router()

  page.get('/admin', ...admin, async (req, res) => {
    show(req, res, 'admin-area/home', {
      activity: inSentences(await listActivity(db, { limit: ACTIVITY_SHOWN })),
    })
  })

  return page
}
