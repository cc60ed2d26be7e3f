// The safety of an admin's own login.

import { asPerson } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { currentAdmin } from '../web/request.ts'
import { securityPages } from '../web/security-pages.ts'
import { renewAdmin } from '../web/session.ts'
import { sessionPages } from '../web/session-pages.ts'
import { admin } from './area.ts'

export const security = (db: Db) =>
  securityPages(db, {
    url: '/admin/security',
    layout: 'admin-area',
    guards: admin,
    personOf: (req) => asPerson(currentAdmin(req)),
    renew: (req, res) => renewAdmin(req, res, db),
  })

export const sessions = (db: Db) =>
  sessionPages(db, {
    url: '/admin/security',
    layout: 'admin-area',
    guards: admin,
    personOf: (req) => asPerson(currentAdmin(req)),
  })
