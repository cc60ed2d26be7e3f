// One message as it was sent, in a frame that can do nothing: the same in both areas.

import type { Request, Response } from 'express'
import { type LoggedEmail, renderEmail } from '../domain/email-log.ts'
import type { Db } from '../platform/database.ts'
import { t } from './translate.ts'

// A mail's own styles are inline. It may run, fetch, open and send nothing, and only our page may frame it.
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; form-action 'none'; frame-ancestors 'self'"

/** This page alone may hold a frame, and only of ours. */
export const allowFrame = (res: Response) =>
  res.set('Content-Security-Policy', `${res.get('Content-Security-Policy')};frame-src 'self'`)

/** A message of an older version, whose template is gone, has its facts shown without it. */
export const renderLogged = (db: Db, req: Request, email: LoggedEmail) =>
  renderEmail(db, email, t('emails.linkLeftOut')).catch((error) => {
    req.log.warn({ err: error, email: email.id }, 'A message cannot be rendered any more')
    return undefined
  })

/** What the frame holds. */
export function sendMail(req: Request, res: Response, html: string) {
  const { logo } = req.visit.settings
  res.set({ 'Content-Security-Policy': MAIL_POLICY, 'X-Frame-Options': 'SAMEORIGIN' })
  res.type('html').send(html.replaceAll('cid:logo', logo))
}
