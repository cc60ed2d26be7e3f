// Two tabs of one browser share a login and the account that is acted for. What was shown for somebody else, or for
// another account, does nothing: 409, and the page again with what was typed (HARD-CASES H25). Where only the account
// is another, a button leads back to the one that the form is about, and takes along what was typed.

import type { Request, RequestHandler, Response } from 'express'
import { findAccount } from '../domain/associations.ts'
import type { Db } from '../platform/database.ts'
import { keepForm, keptOf } from './kept-form.ts'
import { wantsPartial } from './request.ts'
import { shownClient, shownFor, shownForPerson } from './shown-for.ts'
import { addressFor, isAccountPage, showOther, whyNotEntered } from './which-account.ts'

/** Answers a form that was shown for others with the page of its URL: whatever takes POST also answers GET. */
export const mindShownFor =
  (db: Db): RequestHandler =>
  async (req, res, next) => {
    const shown: unknown = req.body?.shown_for
    const known = req.visit.user ?? req.visit.admin
    if (req.method !== 'POST' || !known || typeof shown !== 'string') return next()
    if (shown === shownFor(req.visit) || shown === shownForPerson(req.visit)) return next()
    if (await refuseForm(db, req, res, shown)) return
    req.visit.mismatch = true
    req.visit.typed = { ...req.body, shown_for: undefined }
    req.method = 'GET'
    next()
  }

/** With the way back to the account that the form is about, when there is one. */
async function refuseForm(db: Db, req: Request, res: Response, shown: string): Promise<boolean> {
  const { user } = req.visit
  const id = shownClient(req.visit, shown)
  const account = user && id && isAccountPage(req.path) ? await findAccount(db, user, id) : undefined
  if (!account || whyNotEntered(account)) return false
  const typed = Object.keys(req.body).some((name) => name !== 'shown_for')
  if (typed) keepForm(req)
  showOther(req, res.status(409), account, { back: req.originalUrl, kept: keptOf(req), isForm: true })
  return true
}

/** A tab that shows one account does not fill up with parts of another: the whole page comes, and asks. */
export const mindTab: RequestHandler = (req, res, next) => {
  const shown = req.get('X-Shown-For')
  const isPart = req.method === 'GET' && wantsPartial(req) && isAccountPage(req.path)
  if (!shown || !isPart || !req.visit.user || shown === shownFor(req.visit)) return next()
  const id = shownClient(req.visit, shown)
  const page = req.get('HX-Current-URL') ?? ''
  if (id && URL.canParse(page) && isAccountPage(new URL(page).pathname))
    res.set('HX-Redirect', addressFor(page, id))
  else res.set('HX-Refresh', 'true')
  res.status(409).end()
}
