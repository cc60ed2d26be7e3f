// What happened in the account, for its owner, and with one's own login, for everyone: as a page, or as a file that
// says the same.

import { type Request, type Response, Router } from 'express'
import { asReadBy, readerOf, readersFilter } from '../domain/activity-readers.ts'
import type { Db } from '../platform/database.ts'
import { sendActivityCsv } from '../web/activity-csv.ts'
import { activityPage } from '../web/activity-pages.ts'
import { inPerson } from '../web/guards.ts'
import { currentClient, currentUser, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { loggedIn, owner } from './area.ts'

export function activity(db: Db) {
  const ofAccount = (req: Request) => readerOf(db, currentUser(req), currentClient(req))
  const ofOwn = (req: Request) => readerOf(db, currentUser(req))
  type Read = typeof ofOwn

  const page = (read: Read) => async (req: Request, res: Response) => {
    const reader = await read(req)
    const filter = { ...readersFilter(reader), before: idOf(req.query.before) }
    const found = await activityPage(db, filter, (entry) => asReadBy(reader, entry))
    const data = { ...found, asked: {}, errors: {}, url: req.path, layout: 'client-area' }
    show(req, res, 'client-area/activity', data, 'includes/_log')
  }

  const file = (read: Read, name: string) => async (req: Request, res: Response) => {
    const reader = await read(req)
    await sendActivityCsv(db, req, res, {
      filter: readersFilter(reader),
      seen: (entry) => asReadBy(reader, entry),
      name,
    })
  }

  return Router()
    .get('/account/activity', ...owner, page(ofAccount))
    .get('/account/activity.csv', ...inPerson(owner), file(ofAccount, 'account-activity'))
    .get('/user/activity', ...loggedIn, page(ofOwn))
    .get('/user/activity.csv', ...inPerson(loggedIn), file(ofOwn, 'activity'))
}
