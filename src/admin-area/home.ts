// Where an admin starts: what happened lately, and the way to a client.

import { Router } from 'express'
import { listActivity } from '../domain/activity.ts'
import type { Db } from '../platform/database.ts'
import { inSentences } from '../web/activity-words.ts'
import { mayAdmin } from '../web/request.ts'
import { show } from '../web/views.ts'
import { anyAdmin } from './area.ts'

const ACTIVITY_SHOWN = 15

export function home(db: Db) {
  const page = Router()

  page.get('/admin', ...anyAdmin, async (req, res) => {
    show(req, res, 'admin-area/home', {
      activity: mayAdmin(req.visit, 'see-activity')
        ? inSentences(await listActivity(db, { limit: ACTIVITY_SHOWN }))
        : undefined,
    })
  })

  return page
}
