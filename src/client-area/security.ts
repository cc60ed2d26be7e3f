// The safety of one's own login.

import { asPerson } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { currentUser } from '../web/request.ts'
import { securityPages } from '../web/security-pages.ts'
import { renewSession } from '../web/session.ts'
import { sessionPages } from '../web/session-pages.ts'
import { loggedIn } from './area.ts'

export const security = (db: Db) =>
  securityPages(db, {
    url: '/user/security',
    layout: 'client-area',
    guards: loggedIn,
    personOf: (req) => asPerson(currentUser(req)),
    renew: (req, res) => renewSession(req, res, db),
  })

export const sessions = (db: Db) =>
  sessionPages(db, {
    url: '/user/security',
    layout: 'client-area',
    guards: loggedIn,
    personOf: (req) => asPerson(currentUser(req)),
  })
