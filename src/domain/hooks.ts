// Events for add-ons. The transaction writes one row an event, whether or not anybody listens (R28); telling the
// functions is in hook-deliveries.ts. A hook that throws or hangs undoes nothing and delays no page. `Pre…`
// hooks are asked before any transaction is open.

import { randomUUID } from 'node:crypto'
import type { Event, HookName, HookPoints } from '#hooks'
import { timestamp } from '../platform/clock.ts'
import type { Actor, Change } from './change.ts'
import { inHand } from './handed.ts'
import { Refusal } from './refusal.ts'

export const describeActor = ({ kind, id, name, admin }: Actor): Event['actor'] => ({
  kind,
  id,
  name,
  ...(admin && { admin: { id: admin.id, name: admin.name } }),
})

/** Asks the hooks of a `Pre…` point, before any transaction is open; what they object becomes a refusal. */
export async function askHooks<N extends HookName>(by: Actor, name: N, payload: HookPoints[N]) {
  const objection = await inHand().askFirst(name, payload, describeActor(by))
  if (!objection) return
  if ('unavailable' in objection) throw new Refusal('hook.unavailable')
  throw new Refusal('hook.refused', undefined, { sentence: objection.sentence })
}

/** Writes the event in the transaction of what it tells. */
export const fire = <N extends HookName>(trx: Change, name: N, payload: HookPoints[N]) =>
  fireAll(trx, name, [payload])

/** Writes one event for each, in one statement. */
export async function fireAll<N extends HookName>(trx: Change, name: N, payloads: HookPoints[N][]) {
  const rows = payloads.map((payload) => {
    const event: Event = { id: randomUUID(), at: timestamp(), actor: describeActor(trx.by) }
    const all = JSON.stringify({ ...payload, ...event })
    return { event_id: event.id, name, payload: all, created_at: event.at }
  })
  await trx('hook_events').insert(rows)
}
