// The links that are mailed about an address: to prove it, to confirm another one, and the way back from the old one.
// Each opens a page with one button, since mail scanners follow links; the first two need the login as well.

import { type Request, type Response, Router } from 'express'
import { confirmEmailChange, findEmailChange, findWayBack, takeBack } from '../domain/email-changes.ts'
import { Refusal } from '../domain/refusal.ts'
import type { User } from '../domain/users.ts'
import { findVerification, verifyAddress } from '../domain/verifications.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { limit } from '../web/limits.ts'
import { actor, currentUser } from '../web/request.ts'
import { renewSession } from '../web/session.ts'
import { show } from '../web/views.ts'
import { anyone, loggedIn } from './area.ts'

type Step = 'verify' | 'confirm' | 'back'

export function addressLinks(db: Db) {
  const page = Router()
  const tokenOf = (req: Request) => String(req.params.token)

  const find: Record<Step, (token: string) => Promise<{ user: User; email: string } | undefined>> = {
    verify: async (token) => {
      const found = await findVerification(db, token)
      return found && { user: found.user, email: found.row.email }
    },
    confirm: async (token) => {
      const found = await findEmailChange(db, token)
      return found && { user: found.user, email: found.row.new_email }
    },
    back: async (token) => {
      const found = await findWayBack(db, token)
      return found && { user: found.user, email: found.row.old_email }
    },
  }

  async function showStep(req: Request, res: Response, step: Step, form: Form) {
    const found = await find[step](tokenOf(req))
    if (!found) throw new Refusal('link.dead')
    const { user } = req.visit
    const isOthers = step !== 'back' && user !== undefined && user.id !== found.user.id
    const needsLogin = step !== 'back' && !user
    show(req, res, 'client-area/address-link', { step, form, email: found.email, isOthers, needsLogin })
  }

  const look = (url: string, step: Step) =>
    page.get(url, ...anyone, limit('link'), (req, res) => showStep(req, res, step, formOf(req)))
  look('/user/verify/:token', 'verify')
  look('/user/email/confirm/:token', 'confirm')
  look('/user/email/back/:token', 'back')

  const press = (url: string, step: 'verify' | 'confirm', act: typeof verifyAddress) =>
    page.post(url, ...loggedIn, limit('link'), async (req, res) => {
      const sessionId = req.visit.sessionId ?? ''
      const form = await submit(NoInput, req.body, () =>
        act(db, actor(req), tokenOf(req), currentUser(req), sessionId),
      )
      if (form) return showStep(req, res.status(422), step, form)
      await renewSession(req, res, db)
      flash(res, 'success', step === 'verify' ? 'verify.done' : 'emailChange.done')
      res.redirect(303, '/user/profile')
    })
  press('/user/verify/:token', 'verify', verifyAddress)
  press('/user/email/confirm/:token', 'confirm', confirmEmailChange)

  page.post('/user/email/back/:token', ...anyone, limit('link'), async (req, res) => {
    const form = await submit(NoInput, req.body, () => takeBack(db, actor(req), tokenOf(req)))
    if (form) return showStep(req, res.status(422), 'back', form)
    flash(res, 'success', 'emailBack.done')
    res.redirect(303, '/password/reset')
  })

  return page
}
