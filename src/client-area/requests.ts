// Asking an owner for access, and what the owner answers: *Invite* leads to the form of User Management, *Ignore* ends
// it. The page where one asks says the same for every address (R22).

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { findRequest, ignoreRequest, requestAccess, WORD_MAX } from '../domain/access-requests.ts'
import { NotFound } from '../domain/refusal.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { emailField, type Form, formOf, NoInput, submit } from '../web/form.ts'
import { actor, currentClient, currentUser, idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { ownerManages, whereManaged } from './area.ts'

const ASK = '/user/accounts/request'
const IGNORE = '/account/users/requests/:requestId/ignore'

/** Line breaks are typed, and mean nothing in one short word. */
const RequestForm = z.object({
  email: emailField(),
  word: z
    .string()
    .transform((text) => text.replace(/[\s\p{Cc}]+/gu, ' ').trim())
    .pipe(z.string().max(WORD_MAX, 'request.word.tooLong'))
    .default(''),
})

export function requests(db: Db) {
  const page = Router()

  const showAsk = (req: Request, res: Response, form: Form) =>
    show(req, res, 'client-area/request-access', {
      form,
      isVerified: currentUser(req).email_verified_at !== null,
    })

  page.get(ASK, ...whereManaged, (req, res) => showAsk(req, res, formOf(req)))

  page.post(ASK, ...whereManaged, async (req, res) => {
    const form = await submit(RequestForm, req.body, async (input) => {
      await requestAccess(db, actor(req), currentUser(req), input)
      flash(res, 'success', 'request.sent', { email: input.email })
    })
    if (form) return showAsk(req, res.status(422), form)
    res.redirect(303, ASK)
  })

  async function target(req: Request) {
    const found = await findRequest(db, currentClient(req), idOf(req.params.requestId))
    if (!found) throw new NotFound()
    return found
  }

  page.get(IGNORE, ...ownerManages, async (req, res) =>
    show(req, res, 'client-area/ignore-request', { request: await target(req), form: formOf(req) }),
  )

  page.post(IGNORE, ...ownerManages, async (req, res) => {
    const request = await target(req)
    const act = () => ignoreRequest(db, actor(req), currentClient(req), request.request_id)
    const form = await submit(NoInput, req.body, act)
    if (form) return show(req, res.status(422), 'client-area/ignore-request', { request, form })
    flash(res, 'success', 'requests.ignored', { name: fullName(request) })
    res.redirect(303, '/account/users')
  })

  return page
}
