// Hook events: what add-ons were told, what became of it, and telling one function again. An event may be of any client,
// so a credential for some clients sees none.

import { createRoute, z } from '@hono/zod-openapi'
import { mustSeeAll } from '../domain/api-callers.ts'
import {
  DELIVERY_STATUSES,
  findEvent,
  type HookDelivery,
  type HookEvent,
  listEventDeliveries,
  listEvents,
  replayEvent,
} from '../domain/hook-log.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { requiredLine } from '../web/form.ts'
import { act, show } from './answering.ts'
import type { Api, Call } from './context.ts'
import { needs } from './guards.ts'
import * as shape from './shapes.ts'

const HOOK_MAX = 255
// The sample data has one event of this name, the last; hooks/_example.ts has a function for it.
const POINT = 'UserAssociated'
const EVENT = 8
const FUNCTION = `example.ts#${POINT}`

const Listed = {
  id: shape.id(1),
  event_id: z.string().openapi({ description: 'The id that add-ons see, however often they are told.' }),
  name: z.string().openapi({ description: 'The hook point.', example: POINT }),
  status: z.enum(['waiting', 'fanned']).openapi({ description: 'Fanned: handed out to its functions.' }),
  created_at: shape.moment(),
}
const Event = z.object(Listed).openapi('HookEvent')

const Delivery = z
  .object({
    id: shape.id(1),
    hook: z.string().openapi({ description: 'The function.', example: FUNCTION }),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int(),
    error: z.string().nullable(),
    duration_ms: z.int().nullable(),
    next_attempt_at: shape.moment(),
    ...{ created_at: shape.moment(), updated_at: shape.moment() },
  })
  .openapi('HookDelivery')

const WholeEvent = z
  .object({
    ...Listed,
    payload: shape.anyObject().openapi({ description: 'What the functions are given.', example: {} }),
    deliveries: z.array(Delivery),
  })
  .openapi('WholeHookEvent')

const bodyOf = ({ id, event_id, name, status, created_at }: HookEvent): z.infer<typeof Event> => ({
  ...{ id, event_id, name, status, created_at },
})

const deliveryBody = (one: HookDelivery): z.infer<typeof Delivery> => ({
  ...{ id: one.id, hook: one.hook, status: one.status, attempts: one.attempts, error: one.error },
  ...{ duration_ms: one.duration_ms, next_attempt_at: one.next_attempt_at },
  ...{ created_at: one.created_at, updated_at: one.updated_at },
})

async function wholeBody(db: Db, event: HookEvent): Promise<z.infer<typeof WholeEvent>> {
  const deliveries = await listEventDeliveries(db, event)
  return {
    ...bodyOf(event),
    payload: JSON.parse(event.payload),
    deliveries: deliveries.map(deliveryBody),
  }
}

const about = { tags: ['Hook events'] }
const one = { params: z.object({ event_id: shape.idIn('event_id', EVENT) }) }
const Query = shape.Page.extend({
  name: z.string('field.malformed').max(100, 'field.tooLong').optional().openapi({
    description: 'Only of this hook point.',
    example: POINT,
  }),
})
const Replay = z
  .strictObject({
    hook: requiredLine('replay.choose', HOOK_MAX).openapi({
      description: 'The function, as deliveries name it.',
    }),
  })
  .openapi('Replay', { example: { hook: FUNCTION } })

const list = createRoute({
  ...{ ...about, method: 'get', path: '/hook-events', operationId: 'listHookEvents' },
  ...{ summary: 'List hook events', description: 'Newest first.' },
  ...needs({ right: 'see-system' }),
  request: { query: Query },
  responses: shape.read(shape.listOf('HookEvents', Event)),
})

const get = createRoute({
  ...{ ...about, method: 'get', path: '/hook-events/{event_id}', operationId: 'getHookEvent' },
  summary: 'Get a hook event, with what became of it',
  ...needs({ right: 'see-system' }),
  request: one,
  responses: shape.read(WholeEvent),
})

const replay = createRoute({
  ...{ ...about, method: 'post', path: '/hook-events/{event_id}/replay', operationId: 'replayHookEvent' },
  ...{
    summary: 'Tell a function of an event again',
    description:
      'Or for the first time. The example takes an add-on: copy `hooks/_example.ts` to `hooks/example.ts` and start Latchkey again. Without it the answer is 422 `hooks.functionEnded`.',
  },
  ...needs({ right: 'run-again' }),
  request: { ...one, headers: shape.DoHeaders, body: shape.bodyOf(Replay) },
  responses: shape.done(WholeEvent),
})

async function target(c: Call): Promise<HookEvent> {
  mustSeeAll(c.get('caller'))
  const event = await findEvent(c.get('db'), Number(c.req.param('event_id')))
  if (!event) throw new NotFound()
  return event
}

export function hookEvents(api: Api) {
  api.openapi(list, async (c) => {
    mustSeeAll(c.get('caller'))
    const { name, ...looked } = c.req.valid('query')
    const { limit, behind } = shape.wanted(looked)
    const rows = await listEvents(c.get('db'), { name, limit, before: behind?.id })
    return show(c, shape.pageOf(c, { rows }, { limit }, bodyOf))
  })

  api.openapi(get, async (c) => show(c, await wholeBody(c.get('db'), await target(c))))

  api.openapi(replay, async (c) => {
    const event = await target(c)
    const { hook } = c.req.valid('json')
    return act(c, {
      run: (by) => replayEvent(c.get('db'), by, event, hook),
      status: 200,
      answer: (db) => wholeBody(db, event),
    })
  })
}
