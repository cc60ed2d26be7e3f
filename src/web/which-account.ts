// Which account a page is about. A link in a mail names it (`?account=5`), since it may be followed while another one
// is acted for: then one page asks once, and only the button on it switches.

import type { Request, RequestHandler, Response } from 'express'
import { type Account, findAccount } from '../domain/associations.ts'
import { clientName } from '../domain/clients.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { idOf, safePath } from './request.ts'
import { type Key, t } from './translate.ts'
import { show } from './views.ts'

/** Pages of the account that is acted for; all others are about the person, or name what they are about. */
export const isAccountPage = (path: string) => /^\/(account|clientarea)(\/|$)/i.test(path)

/** The same address with the account that it is about, or with none. */
export function addressFor(url: string, account?: number) {
  const { pathname, search, searchParams } = new URL(url, 'http://here.invalid')
  if (account === undefined && !searchParams.has('account')) return pathname + search
  searchParams.delete('account')
  if (account !== undefined) searchParams.set('account', String(account))
  return searchParams.size > 0 ? `${pathname}?${searchParams}` : pathname
}

/** Why this account is not entered; nothing for one that is open. */
export function whyNotEntered({ client, standing }: Account): Key | undefined {
  if (client.status === 'closed') return 'client.closedForYou'
  return standing === 'open' ? undefined : `accounts.${standing}`
}

/** For a page of an account: goes there when it is acted for, and asks when it is not. */
export const mindAccount =
  (db: Db): RequestHandler =>
  async (req, res, next) => {
    const { user, client, mismatch } = req.visit
    const isAsked = req.query.account !== undefined && ['GET', 'HEAD'].includes(req.method)
    if (!isAsked || !user || mismatch || !isAccountPage(req.path)) return next()
    const back = safePath(addressFor(req.originalUrl), '/clientarea')
    const id = idOf(req.query.account)
    if (client?.id === id) return res.redirect(303, back)
    const account = await findAccount(db, user, id)
    if (!account) throw new NotFound()
    showOther(req, res, account, { back })
  }

const PAGE = ['otherAccount.page', 'otherAccount.page.none'] as const
const FORM = ['otherAccount.form', 'otherAccount.form.none'] as const

/** Asks once, and only the button switches. */
export function showOther(
  req: Request,
  res: Response,
  account: Account,
  more: { back: string; kept?: string; isForm?: boolean },
) {
  const here = req.visit.client && clientName(req.visit.client)
  const names = { client: clientName(account.client), current: here ?? '' }
  const [elsewhere, nowhere] = more.isForm ? FORM : PAGE
  const sentence = t(here ? elsewhere : nowhere, names)
  const whyNot = whyNotEntered(account)
  const data = { account, here, sentence, whyNot: whyNot && t(whyNot, names), kept: '', ...more }
  show(req, res, 'client-area/other-account', data)
}
