// The activity log in the Admin Area: who did what, for which client, and from where; all of it, or one client's tab.

import { type Request, type Response, Router } from 'express'
import type { ActivityFilter } from '../domain/activity.ts'
import type { Db } from '../platform/database.ts'
import { ACTION_GROUPS } from '../web/activity-actions.ts'
import { sendActivityCsv } from '../web/activity-csv.ts'
import { type Asked, activityPage, askedFor } from '../web/activity-pages.ts'
import { idOf } from '../web/request.ts'
import { type Data, show } from '../web/views.ts'
import { clientOf, holds } from './area.ts'

const ALL = '/admin/activity'
const OF_CLIENT = '/admin/clients/:id/activity'

export function activity(db: Db) {
  const page = Router()
  const target = clientOf(db)

  async function showLog(req: Request, res: Response, template: string, asked: Asked, more: Data) {
    const isWrong = Object.keys(asked.errors).length > 0
    const found = isWrong
      ? { list: [], next: undefined, before: 0 }
      : await activityPage(db, { ...asked.filter, before: idOf(req.query.before) })
    const { asked: typed, errors } = asked
    const data = { ...found, asked: typed, errors, groups: ACTION_GROUPS, layout: 'admin-area', ...more }
    show(req, isWrong ? res.status(422) : res, template, data, isWrong ? undefined : 'includes/_log')
  }

  /** A filter that cannot be right leads to the page, which says so. */
  const sendLog = (req: Request, res: Response, { errors, filter }: Asked, name: string) =>
    Object.keys(errors).length > 0
      ? res.redirect(303, req.originalUrl.replace('.csv', ''))
      : sendActivityCsv(db, req, res, { filter, name })

  page.get(ALL, ...holds('see-activity'), (req, res) =>
    showLog(req, res, 'admin-area/activity', askedFor(req), { url: ALL }),
  )

  page.get(`${ALL}.csv`, ...holds('see-activity'), (req, res) => sendLog(req, res, askedFor(req), 'activity'))

  /** Whatever else was asked for, of this client. */
  async function ofClient(req: Request) {
    const client = await target(req)
    const asked = askedFor(req)
    const filter: ActivityFilter = { ...asked.filter, client }
    return { client, asked: { ...asked, filter } }
  }

  page.get(OF_CLIENT, ...holds('see-activity'), async (req, res) => {
    const { client, asked } = await ofClient(req)
    await showLog(req, res, 'admin-area/client-activity', asked, { url: req.path, client, tab: 'activity' })
  })

  page.get(`${OF_CLIENT}.csv`, ...holds('see-activity'), async (req, res) => {
    const { client, asked } = await ofClient(req)
    await sendLog(req, res, asked, `activity-client-${client.id}`)
  })

  return page
}
