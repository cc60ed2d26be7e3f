// What happened in the account, for its owner, and with one's own login, for everyone: as a page, or as a file that
// says the same.

import { type Request, type Response, Router } from 'express'
import { asReadBy, type Reader, readersFilter } from '../domain/activity-readers.ts'
import type { Db } from '../platform/database.ts'
import { sendActivityCsv } from '../web/activity-csv.ts'
import { activityPage } from '../web/activity-pages.ts'
import { currentClient, currentUser, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { loggedIn, owner } from './area.ts'

export function activity(db: Db) {
  const readers = {
    account: (req: Request): Reader => ({ user: currentUser(req), client: currentClient(req) }),
    own: (req: Request): Reader => ({ user: currentUser(req) }),
  }

  const page = (readerOf: (req: Request) => Reader) => async (req: Request, res: Response) => {
    const reader = readerOf(req)
    const filter = { ...readersFilter(reader), before: idOf(req.query.before) }
    const found = await activityPage(db, filter, (entry) => asReadBy(reader, entry))
    const data = { ...found, asked: {}, errors: {}, url: req.path, layout: 'client-area' }
    show(req, res, 'client-area/activity', data, 'includes/_log')
  }

  const file = (readerOf: (req: Request) => Reader, name: string) => (req: Request, res: Response) => {
    const reader = readerOf(req)
    return sendActivityCsv(db, req, res, {
      filter: readersFilter(reader),
      seen: (entry) => asReadBy(reader, entry),
      name,
    })
  }

  return Router()
    .get('/account/activity', ...owner, page(readers.account))
    .get('/account/activity.csv', ...owner, file(readers.account, 'account-activity'))
    .get('/user/activity', ...loggedIn, page(readers.own))
    .get('/user/activity.csv', ...loggedIn, file(readers.own, 'activity'))
}
