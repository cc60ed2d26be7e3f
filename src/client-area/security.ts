// The safety of one's own login.

import { asPerson } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { currentUser } from '../web/request.ts'
import { securityPages } from '../web/security-pages.ts'
import { loggedIn } from './area.ts'

export const security = (db: Db) =>
  securityPages(db, {
    url: '/user/security',
    layout: 'client-area',
    guards: loggedIn,
    personOf: (req) => asPerson(currentUser(req)),
  })
