// Account Details: the account's own name and addresses, for those who hold `profile`.

import { type Request, type Response, Router } from 'express'
import { editClient } from '../domain/clients.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, submit } from '../web/form.ts'
import { actAs } from '../web/guards.ts'
import { ProfileForm, profileOf } from '../web/profile-form.ts'
import { actor, currentClient } from '../web/request.ts'
import { show } from '../web/views.ts'
import { permitted } from './area.ts'

export function details(db: Db) {
  const page = Router()
  const showDetails = (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/details', { form })

  page.get('/account/details', ...permitted('profile'), (req, res) =>
    showDetails(req, res, formOf(req, profileOf(currentClient(req)))),
  )

  page.post('/account/details', ...actAs('edit-clients', permitted('profile')), async (req, res) => {
    const form = await submit(ProfileForm, req.body, (input) =>
      editClient(db, actor(req), currentClient(req), input),
    )
    if (form) return showDetails(req, res.status(422), form)
    flash(res, 'success', 'details.saved')
    res.redirect(303, '/account/details')
  })

  return page
}
