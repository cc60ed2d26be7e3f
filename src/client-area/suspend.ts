// Suspend Access and Resume Access, for the owner.

import type { Db } from '../platform/database.ts'
import { accessPages } from '../web/access-pages.ts'
import { actAs } from '../web/guards.ts'
import { currentClient } from '../web/request.ts'
import { owner } from './area.ts'

export const suspendPages = (db: Db) =>
  accessPages(db, {
    url: '/account/users/:userId',
    looking: owner,
    doing: actAs('manage-access', owner),
    clientOf: async (req) => currentClient(req),
    list: () => '/account/users',
    layout: 'client-area',
  })
