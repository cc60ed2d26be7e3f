// The only clock. Tests move it; everything else asks it. Moments are stored as UTC text to the
// millisecond (2026-11-23T18:56:24.123Z), which compares as it reads on every database.

let shift = 0

export const now = () => new Date(Date.now() + shift)

export const timestamp = (at: Date = now()) => at.toISOString()

export const inMinutes = (minutes: number, from: Date = now()) =>
  timestamp(new Date(from.getTime() + minutes * 60_000))

export const inDays = (days: number, from: Date = now()) => inMinutes(days * 24 * 60, from)

/** For tests alone: the clock runs on from here, this many minutes ahead. */
export const moveClock = (minutes: number) => {
  shift += minutes * 60_000
}
