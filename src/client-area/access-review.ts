// Access review: who may act for any account that this user owns, with filters, as a file, and to remove several at
// once, each named on a page that asks.

import { type Request, type Response, Router } from 'express'
import {
  countReviewed,
  findChosen,
  isAskedToReview,
  lacksFactor,
  listReviewed,
  listReviewedClients,
  type Pair,
  removeSeveral,
  reviewInSteps,
  setReview,
} from '../domain/access-review.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { inPerson } from '../web/guards.ts'
import { actor, currentUser, idOf } from '../web/request.ts'
import { sendReviewCsv } from '../web/review-csv.ts'
import { totalBelow } from '../web/totals.ts'
import { show } from '../web/views.ts'
import { loggedIn, whereManaged } from './area.ts'

const PAGE = '/user/access-review'
const PAGE_SIZE = 50

const looking = (req: Request) => ({ owner: currentUser(req), acting: Boolean(req.visit.acting) })

/** Filters as the URL has them; what is not understood filters nothing. */
function askedIn({ query }: Request) {
  const client = idOf(query.client)
  const text = typeof query.text === 'string' ? query.text.trim().slice(0, 100) : ''
  const asked = {
    ...(client && { client: String(client) }),
    ...(query.never === '1' && { never: '1' }),
    ...(query.factor === '1' && { factor: '1' }),
    ...(text && { text }),
  }
  const filter = { client, never: query.never === '1', withoutFactor: query.factor === '1', text }
  return { asked, filter }
}

/** "12-34": which account, whose access; a page's worth at most. */
const chosenIn = (who: unknown): Pair[] =>
  [who ?? []]
    .flat()
    .slice(0, PAGE_SIZE)
    .map((one) => /^(\d{1,9})-(\d{1,9})$/.exec(String(one)))
    .flatMap((match) => (match ? [{ client: Number(match[1]), user: Number(match[2]) }] : []))

export function accessReview(db: Db) {
  const page = Router()

  async function showReview(req: Request, res: Response, form: Form = formOf(req)) {
    const { asked, filter } = askedIn(req)
    const [after] = chosenIn(req.query.before)
    const found = await listReviewed(db, looking(req), { ...filter, after, limit: PAGE_SIZE + 1 })
    const list = found.slice(0, PAGE_SIZE)
    const last = found.length > PAGE_SIZE ? list.at(-1) : undefined
    const next = last && `${last.client.id}-${last.id}`
    const count = () => countReviewed(db, looking(req), filter)
    show(req, res, 'client-area/access-review', {
      ...{ asked, form, list, before: after, next },
      total: await totalBelow({ next, before: after }, count),
      clients: await listReviewedClients(db, looking(req)),
      lacksFactor: await lacksFactor(db, looking(req)),
      isAsked: await isAskedToReview(db, currentUser(req)),
    })
  }

  page.get(PAGE, ...loggedIn, (req, res) => showReview(req, res))
  page.get(`${PAGE}/reminder`, ...loggedIn, (req, res) => showReview(req, res))

  page.get(`${PAGE}.csv`, ...inPerson(loggedIn), (req, res) => {
    return sendReviewCsv(req, res, reviewInSteps(db, looking(req), askedIn(req).filter))
  })

  page.post(`${PAGE}/reminder`, ...loggedIn, async (req, res) => {
    const on = req.body.review === '1'
    const form = await submit(NoInput, req.body, () => setReview(db, actor(req), currentUser(req), on))
    if (form) return showReview(req, res.status(422), form)
    flash(res, 'success', on ? 'review.reminder.on' : 'review.reminder.off')
    res.redirect(303, PAGE)
  })

  page.get(`${PAGE}/remove`, ...whereManaged, async (req, res) => {
    const who = req.query.who ?? req.visit.typed?.who
    const chosen = await findChosen(db, looking(req), chosenIn(who))
    show(req, res, 'client-area/access-review-remove', { chosen })
  })

  page.post(`${PAGE}/remove`, ...whereManaged, async (req, res) => {
    const pairs = chosenIn(req.body.who)
    const chosen = await findChosen(db, looking(req), pairs)
    const { error, ...result } = await removeSeveral(db, actor(req), chosen)
    if (error) req.log.error({ err: error }, 'Removing several ended early')
    const gone = pairs.length - chosen.length
    show(req, res.status(error ? 500 : 200), 'client-area/access-review-done', { ...result, gone })
  })

  return page
}
