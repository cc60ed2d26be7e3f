// When something that failed is tried again (R27, R28): with growing pauses, for a day. The day is counted from when
// it came or was sent off again by *Retry*, so that the pauses begin anew with it, and attempts are only counted.

import { inMinutes, now } from '../platform/clock.ts'

export const GIVE_UP_MINUTES = 24 * 60
export const PAUSES_MINUTES = [1, 2, 5, 15, 60, 120, 240, 360]

/** Until when something that begins now is tried. */
export const retryUntil = () => inMinutes(GIVE_UP_MINUTES)

/** The next attempt after one that failed just now; the last one is made when the day is over, not a pause later. */
export function nextAttempt(given: string | null): string {
  // A process of the first version wrote none.
  const until = given ?? retryUntil()
  let left = GIVE_UP_MINUTES - (new Date(until).getTime() - now().getTime()) / 60_000
  const pause = PAUSES_MINUTES.find((minutes) => {
    left -= minutes
    return left < 0
  })
  const next = inMinutes(pause ?? PAUSES_MINUTES.at(-1) ?? 0)
  return next < until ? next : until
}
