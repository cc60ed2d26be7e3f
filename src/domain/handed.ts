// What the domain needs and may not import: server.ts hands it in once, before anything runs.

import type { Hooks } from './hook-functions.ts'
import type { Values } from './refusal.ts'

export interface Handed {
  /** The first secret signs links, all of them verify (R23). */
  secrets: string[]
  /** The first signs the activity log, all of them verify (HARD-CASES H14). */
  activityKeys: string[]
  /** Tells the log output of a seal: there a cut tail cannot hide. */
  noteSeal(seal: { number: number; head: string }): void
  /** Public address without a slash at the end; links are built from it alone. */
  appUrl: string
  /** Where days begin and end. */
  timeZone: string
  subject(template: string, data: Values): string
  body(template: string, data: Record<string, unknown>): Promise<{ html: string; text: string }>
  /** Asks the hooks of a `Pre…` point. */
  askFirst: Hooks['askFirst']
  /** Something waits for delivery: called after each commit, never waited for. */
  wake(): void
}

let handed: Handed | undefined

export const hand = (things: Handed) => {
  handed = things
}

export function inHand(): Handed {
  if (!handed) throw new Error('The domain was used before server.ts handed it what it needs.')
  return handed
}
