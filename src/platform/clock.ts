// The only clock. Tests move it; everything else asks it. Moments are stored as UTC text to the
// millisecond (2026-11-23T18:56:24.123Z), which compares as it reads on every database.

let shift = 0
let stopped: number | undefined

export const now = () => new Date((stopped ?? Date.now()) + shift)

export const timestamp = (at: Date = now()) => at.toISOString()

export const inMinutes = (minutes: number, from: Date = now()) =>
  timestamp(new Date(from.getTime() + minutes * 60_000))

export const inDays = (days: number, from: Date = now()) => inMinutes(days * 24 * 60, from)

/** For tests alone: the clock runs on from here, this many minutes ahead. */
export const moveClock = (minutes: number) => {
  shift += minutes * 60_000
}

/** For tests alone: the clock stands still, or runs again; moving it moves it all the same. */
export const stopClock = (stop: boolean) => {
  stopped = stop ? Date.now() : undefined
}

/** For tests alone: whatever was moved or stopped, the clock is right again. */
export const resetClock = () => {
  shift = 0
  stopped = undefined
}

/** Longer between two looks, and nobody knows what was in between: the database was away, or this process slept. */
const LOOKS_APART_MS = 15_000

/**
 * How long things have been seen the same, by this process's own monotonic clock: clocks of machines differ, so
 * nobody's is compared with anybody else's (HARD-CASES H13). `mark` is what it looks like now.
 */
export function watchStill(monotonicMs: () => number = () => performance.now()) {
  const seen = new Map<string, { mark: string; since: number; looked: number }>()
  return {
    hasStoodStill(name: string, mark: string, ms: number): boolean {
      const at = monotonicMs()
      const before = seen.get(name)
      if (before?.mark === mark && at - before.looked <= LOOKS_APART_MS) {
        before.looked = at
        return at - before.since >= ms
      }
      seen.set(name, { mark, since: at, looked: at })
      return false
    },
    forget: (name: string) => seen.delete(name),
  }
}

export type Watch = ReturnType<typeof watchStill>
