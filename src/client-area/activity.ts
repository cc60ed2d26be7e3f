// What happened in the account, for its owner, and with one's own login, for everyone. Where an admin did
// it from is not theirs to know, nor, on their own page, where anybody else did.

import { type Request, type Response, Router } from 'express'
import type { Activity, ActivityFilter } from '../domain/activity.ts'
import type { Db } from '../platform/database.ts'
import { activityPage } from '../web/activity-pages.ts'
import { currentClient, currentUser, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { loggedIn, owner } from './area.ts'

export function activity(db: Db) {
  const page = async (
    req: Request,
    res: Response,
    filter: ActivityFilter,
    mayLocate: (entry: Activity) => boolean,
  ) => {
    const found = await activityPage(db, { ...filter, before: idOf(req.query.before) }, mayLocate)
    const data = { ...found, asked: {}, url: req.path, layout: 'client-area' }
    show(req, res, 'client-area/activity', data, 'includes/_log')
  }

  return Router()
    .get('/account/activity', ...owner, (req, res) =>
      page(
        req,
        res,
        { client: currentClient(req) },
        (entry) => entry.actor_kind === 'user' && !entry.acting_admin_id,
      ),
    )
    .get('/user/activity', ...loggedIn, (req, res) => {
      const user = currentUser(req)
      const isOwn = (entry: Activity) =>
        entry.actor_kind === 'user' && entry.actor_id === user.id && !entry.acting_admin_id
      return page(req, res, { user }, isOwn)
    })
}
