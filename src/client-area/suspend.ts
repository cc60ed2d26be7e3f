// Suspend Access and Resume Access, for whoever manages the users of the account.

import type { Db } from '../platform/database.ts'
import { accessPages } from '../web/access-pages.ts'
import { actAs } from '../web/guards.ts'
import { currentClient } from '../web/request.ts'
import { manages } from './area.ts'

export const suspendPages = (db: Db) =>
  accessPages(db, {
    url: '/account/users/:userId',
    looking: manages,
    doing: actAs('manage-access', manages),
    clientOf: async (req) => currentClient(req),
    list: () => '/account/users',
    layout: 'client-area',
  })
