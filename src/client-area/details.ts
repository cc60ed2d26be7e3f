// Account Details: the account's own name and addresses, for those who hold `profile`.

import { type Request, type Response, Router } from 'express'
import { editClient } from '../domain/clients.ts'
import { lowerCase } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, submit } from '../web/form.ts'
import { actAs } from '../web/guards.ts'
import { ProfileForm, profileOf } from '../web/profile-form.ts'
import { actor, currentClient, currentUser, isOwner } from '../web/request.ts'
import { show } from '../web/views.ts'
import { permitted } from './area.ts'

export function details(db: Db) {
  const page = Router()
  const showDetails = (req: Request, res: Response, form: Form) => {
    const { visit, query } = req
    const differs = visit.client?.email !== visit.user?.email
    const offersLogin = query.address === 'changed' && differs && isOwner(visit) && !visit.acting
    show(req, res, 'client-area/details', { form, offersLogin })
  }

  page.get('/account/details', ...permitted('profile'), (req, res) =>
    showDetails(req, res, formOf(req, profileOf(currentClient(req)))),
  )

  page.post('/account/details', ...actAs('edit-clients', permitted('profile')), async (req, res) => {
    const wasShared = currentClient(req).email === currentUser(req).email
    const form = await submit(ProfileForm, req.body, (input) =>
      editClient(db, actor(req), currentClient(req), input),
    )
    if (form) return showDetails(req, res.status(422), form)
    flash(res, 'success', 'details.saved')
    const moved = wasShared && lowerCase(String(req.body.email)) !== currentUser(req).email
    res.redirect(303, moved && isOwner(req.visit) ? '/account/details?address=changed' : '/account/details')
  })

  return page
}
