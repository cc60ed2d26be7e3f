// Resend Invite and Cancel Invite, for whoever manages the users of the account; Copy link, for the owner.

import { Router } from 'express'
import type { Db } from '../platform/database.ts'
import { type InviteArea, invitePages } from '../web/invite-pages.ts'
import { linkPages } from '../web/link-pages.ts'
import { currentClient } from '../web/request.ts'
import { manages, ownerManages } from './area.ts'

export function invites(db: Db) {
  const area: InviteArea = {
    url: '/account/invites/:inviteId',
    guards: manages,
    clientOf: async (req) => currentClient(req),
    list: () => '/account/users',
    layout: 'client-area',
  }
  return Router().use(invitePages(db, area), linkPages(db, { ...area, guards: ownerManages }))
}
