// Each form says for whom, and for which client, it was shown. When that is somebody else by now, because of
// another tab, nothing is done: 409, and the page again with what was typed (HARD-CASES H25).

import type { RequestHandler } from 'express'
import type { Visit } from './request.ts'

/** What the forms of this page carry; with the client where the page is about one. */
export const shownFor = ({ user, admin, client }: Visit) =>
  admin ? `admin ${admin.id}` : user ? `user ${user.id} client ${client?.id ?? 'none'}` : 'nobody'

/** Answers a form that was shown for others with the page of its URL: whatever takes POST also answers GET. */
export const mindShownFor: RequestHandler = (req, _res, next) => {
  const shown: unknown = req.body?.shown_for
  const known = req.visit.user ?? req.visit.admin
  if (req.method === 'POST' && known && typeof shown === 'string' && shown !== shownFor(req.visit)) {
    req.visit.mismatch = true
    req.visit.typed = { ...req.body, shown_for: undefined }
    req.method = 'GET'
  }
  next()
}
