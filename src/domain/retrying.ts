// When something that failed is tried again: with growing pauses, for a day (R27, R28).

export const GIVE_UP_MINUTES = 24 * 60
export const PAUSES_MINUTES = [1, 2, 5, 15, 60, 120, 240, 360]

/** The pause after this many attempts. */
export const pauseMinutes = (attempts: number) =>
  PAUSES_MINUTES[Math.min(Math.max(attempts, 1), PAUSES_MINUTES.length) - 1] ?? 1
