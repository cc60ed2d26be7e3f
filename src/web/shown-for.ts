// Each form says for whom, and for which client, it was shown. When that is somebody else by now, because of
// another tab, nothing is done: 409, and the page again with what was typed (HARD-CASES H25).

import type { RequestHandler } from 'express'
import type { Visit } from './request.ts'

/** What forms carry that are about the person alone, such as accepting and Switch Account. */
export const shownForPerson = ({ user, admin }: Visit) =>
  admin ? `admin ${admin.id}` : user ? `user ${user.id}` : 'nobody'

/** What forms carry that are about the client one acts for, too. */
export const shownFor = (visit: Visit) =>
  visit.user ? `${shownForPerson(visit)} client ${visit.client?.id ?? 'none'}` : shownForPerson(visit)

/** Answers a form that was shown for others with the page of its URL: whatever takes POST also answers GET. */
export const mindShownFor: RequestHandler = (req, _res, next) => {
  const shown: unknown = req.body?.shown_for
  const known = req.visit.user ?? req.visit.admin
  if (req.method !== 'POST' || !known || typeof shown !== 'string') return next()
  if (shown === shownFor(req.visit) || shown === shownForPerson(req.visit)) return next()
  req.visit.mismatch = true
  req.visit.typed = { ...req.body, shown_for: undefined }
  req.method = 'GET'
  next()
}
