// What became of each event: its deliveries, one delivery with its payload and error, and trying again.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import {
  countDeliveries,
  DELIVERY_STATUSES,
  findDelivery,
  findEvent,
  type HookDelivery,
  type HookEvent,
  listDeliveries,
  listEventDeliveries,
  listFunctions,
  replayEvent,
  retryDelivery,
} from '../domain/hook-log.ts'
import { cutPage } from '../domain/pages.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, requiredLine, submit } from '../web/form.ts'
import { actor, idOf } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'

const LIST = '/admin/hooks/deliveries'
const ONE = `${LIST}/:deliveryId`
const EVENT = '/admin/hooks/events/:eventId'
const PAGE_SIZE = 25

const ReplayForm = z.object({ hook: requiredLine('replay.choose', 255) })

const pretty = (payload: string) => JSON.stringify(JSON.parse(payload), null, 2)

export function deliveries(db: Db) {
  const page = Router()

  page.get(LIST, ...holds('see-system'), async (req, res) => {
    const status = DELIVERY_STATUSES.find((one) => one === req.query.status)
    const before = idOf(req.query.before)
    const functions = await listFunctions(db)
    // One function by its key, or all of a hook point by its name.
    const hook = String(req.query.hook ?? '')
    const hooks = functions.filter((one) => one.hook === hook || one.name === hook).map((one) => one.hook)
    const asked = { ...(status && { status }), ...(hook && { hooks: hooks.length ? hooks : [hook] }) }
    const rows = await listDeliveries(db, { ...asked, before, limit: PAGE_SIZE + 1 })
    const found = { ...cutPage({ rows }, PAGE_SIZE), before }
    const total = await totalBelow(found, () => countDeliveries(db, asked))
    const filters = { hook, status: status ?? '', statuses: DELIVERY_STATUSES, functions }
    show(req, res, 'admin-area/deliveries', { ...found, total, ...filters }, 'admin-area/_deliveries-list')
  })

  async function delivery(req: Request): Promise<HookDelivery> {
    const found = await findDelivery(db, idOf(req.params.deliveryId))
    if (!found) throw new NotFound()
    return found
  }

  async function showDelivery(req: Request, res: Response, one: HookDelivery, form: Form) {
    const event = await findEvent(db, one.event_id)
    show(req, res, 'admin-area/delivery', { delivery: one, payload: pretty(event?.payload ?? '{}'), form })
  }

  for (const url of [ONE, `${ONE}/retry`])
    page.get(url, ...holds('see-system'), async (req, res) =>
      showDelivery(req, res, await delivery(req), formOf(req)),
    )

  page.post(`${ONE}/retry`, ...holds('run-again'), async (req, res) => {
    const one = await delivery(req)
    const form = await submit(NoInput, req.body, () => retryDelivery(db, actor(req), one))
    if (form) return showDelivery(req, res.status(422), await delivery(req), form)
    flash(res, 'success', 'deliveries.retried')
    res.redirect(303, `${LIST}/${one.id}`)
  })

  async function event(req: Request): Promise<HookEvent> {
    const found = await findEvent(db, idOf(req.params.eventId))
    if (!found) throw new NotFound()
    return found
  }

  async function showEvent(req: Request, res: Response, one: HookEvent, form: Form) {
    const functions = (await listFunctions(db, one.name)).filter(({ ended_at }) => !ended_at)
    const list = await listEventDeliveries(db, one)
    show(req, res, 'admin-area/event', { event: one, payload: pretty(one.payload), functions, list, form })
  }

  for (const url of [EVENT, `${EVENT}/replay`])
    page.get(url, ...holds('see-system'), async (req, res) =>
      showEvent(req, res, await event(req), formOf(req)),
    )

  page.post(`${EVENT}/replay`, ...holds('run-again'), async (req, res) => {
    const one = await event(req)
    const form = await submit(ReplayForm, req.body, ({ hook }) => replayEvent(db, actor(req), one, hook))
    if (form) return showEvent(req, res.status(422), one, form)
    flash(res, 'success', 'replay.done')
    res.redirect(303, `/admin/hooks/events/${one.id}`)
  })

  return page
}
