// The home of the account that one acts for: which account, whose, what one may do here, and where to go.

import { Router } from 'express'
import { countRequests } from '../domain/access-requests.ts'
import { findAccount } from '../domain/associations.ts'
import { listPresets } from '../domain/presets.ts'
import { findPendingTransfer, listOffers } from '../domain/transfers.ts'
import { getUser } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { currentClient, currentUser, isOwner, managesUsers } from '../web/request.ts'
import { show } from '../web/views.ts'
import { anyone, associated } from './area.ts'

export function home(db: Db) {
  const page = Router()

  page.get('/', ...anyone, (_req, res) => res.redirect(303, '/clientarea'))

  page.get('/clientarea', ...associated, async (req, res) => {
    const [client, user] = [currentClient(req), currentUser(req)]
    const owner = await getUser(db, client.owner_id)
    const [presets, offers] = [await listPresets(db, client), await listOffers(db, user)]
    const transfer = isOwner(req.visit) && (await findPendingTransfer(db, client))
    const asking = managesUsers(req.visit) ? await countRequests(db, client) : 0
    const account = await findAccount(db, user, client.id)
    show(req, res, 'client-area/home', { owner, presets, offers, transfer, asking, account })
  })

  return page
}
