// Events for add-ons. The transaction writes one row an event, whether or not anybody listens (R28); telling the
// functions is in hook-deliveries.ts. A hook that throws or hangs undoes nothing and delays no page. `Pre…`
// hooks are asked before any transaction is open.

import { randomUUID } from 'node:crypto'
import type { Event, HookName, HookPoints } from '#hooks'
import { timestamp } from '../platform/clock.ts'
import type { Actor, Change } from './change.ts'
import { inHand } from './handed.ts'
import { Refusal } from './refusal.ts'

/** One function of an add-on. */
export interface LoadedHook {
  /** `file.ts#InviteSent`: the same from start to start. */
  key: string
  file: string
  name: string
  priority: number
  /** What a question means that it could not answer. */
  onFailure: 'allow' | 'refuse'
}

/** What this process has loaded from HOOKS_DIR. */
export interface Hooks {
  /** In the order they run: by priority, then by key. */
  loaded: LoadedHook[]
  /** Files that were left out, and why in one sentence. */
  broken: { file: string; error: string }[]
  /** Runs one; throws what it throws, after its time limit, or Postponed when nothing was tried. */
  run(key: string, event: Event): Promise<void>
}

/** This call was interrupted, or the function rests: later, and it counts as no attempt. */
export class Postponed extends Error {
  readonly seconds: number
  constructor(seconds: number) {
    super('Postponed')
    this.name = 'Postponed'
    this.seconds = seconds
  }
}

export const describeActor = ({ kind, id, name }: Actor) => ({ kind, id, name })

/** Asks the hooks of a `Pre…` point, before any transaction is open; a sentence of theirs becomes a refusal. */
export async function askHooks<N extends HookName>(by: Actor, name: N, payload: HookPoints[N]) {
  const sentence = await inHand().askFirst(name, payload, describeActor(by))
  if (sentence) throw new Refusal('hook.refused', undefined, { sentence })
}

/** Writes the event in the transaction of what it tells. */
export async function fire<N extends HookName>(trx: Change, name: N, payload: HookPoints[N]) {
  const event: Event = { id: randomUUID(), at: timestamp(), actor: describeActor(trx.by) }
  const row = {
    event_id: event.id,
    name,
    payload: JSON.stringify({ ...payload, ...event }),
    created_at: event.at,
  }
  await trx('hook_events').insert(row)
}
