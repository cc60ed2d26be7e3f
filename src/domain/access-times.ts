// Access may run until a moment, the last of a day in TIME_ZONE, and it may rest. Both are true by themselves, asked on
// every request: whether a job has written an end down makes no difference (R15). An owner's access does neither,
// whatever the row says (HARD-CASES H10).

import { dayOf, endOfDay } from '../platform/calendar.ts'
import { timestamp } from '../platform/clock.ts'
import { inHand } from './handed.ts'
import { Refusal } from './refusal.ts'

export interface AccessTimes {
  ends_at: string | null
  suspended_at: string | null
}

export type Standing = 'open' | 'suspended' | 'ended'

export const END_YEARS_MAX = 10

export function standingOf({ ends_at, suspended_at }: AccessTimes, isOwner: boolean): Standing {
  if (isOwner) return 'open'
  if (ends_at !== null && ends_at <= timestamp()) return 'ended'
  return suspended_at === null ? 'open' : 'suspended'
}

/** What was typed for the last day of access: a moment, or none for an access without end. */
export function readEnd(day: string): string | null {
  const typed = day.trim()
  if (typed === '') return null
  const moment = endOfDay(typed, inHand().timeZone)
  if (!moment) throw new Refusal('until.malformed', 'ends_on')
  if (moment <= timestamp()) throw new Refusal('until.past', 'ends_on')
  const today = dayOf(timestamp(), inHand().timeZone)
  const last = `${Number(today.slice(0, 4)) + END_YEARS_MAX}${today.slice(4)}`
  if (typed > last) throw new Refusal('until.far', 'ends_on', { years: END_YEARS_MAX })
  return moment
}

/** The day of an end, as it was typed. */
export const endDay = (ends_at: string | null) => ends_at && dayOf(ends_at, inHand().timeZone)

/** Of several ends the one that comes first; none when there is none. */
export const earliest = (...ends: (string | null | undefined)[]): string | null =>
  ends.filter((end) => typeof end === 'string').sort()[0] ?? null
