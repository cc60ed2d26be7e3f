// Resend Invite and Cancel Invite, for the owner.

import type { Db } from '../platform/database.ts'
import { invitePages } from '../web/invite-pages.ts'
import { currentClient } from '../web/request.ts'
import { owner } from './area.ts'

export const invites = (db: Db) =>
  invitePages(db, {
    url: '/account/invites/:inviteId',
    guards: owner,
    clientOf: async (req) => currentClient(req),
    list: () => '/account/users',
    layout: 'client-area',
  })
