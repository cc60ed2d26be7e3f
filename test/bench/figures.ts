// What a run found out: rows of a table, each with what limits it.

import type { Result } from './load.ts'

export interface Figure {
  name: string
  on: string
  /** Requests, or whatever the row counts, a second; nothing where it is not about that. */
  latchkey?: number
  floor?: number
  ratio?: number
  /** The same by what both take of the processor, which a loaded machine changes less. */
  processorRatio?: number
  p50?: number
  p99?: number
  /** p99 at CALM_PER_SECOND, as a busy installation is asked. */
  calm?: number
  memory?: number
  aim: string
  isReached: boolean | undefined
  /** What it was about, in words: sizes, times, what took the processor. */
  note: string
}

/** Requests: 8.6 million a day. */
export const CALM_PER_SECOND = 100

export const median = (numbers: number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** None where there was nothing left to ask. */
export const latencies = ({ count, p50, p99 }: Result) => (count > 0 ? { p50, p99 } : {})

/** True only if each aim that there is was reached; a figure that was not taken reaches nothing. */
export function reaches(
  aims: { least?: number | undefined; most?: number | undefined; is: number | undefined }[],
) {
  const asked = aims.filter(({ least, most }) => least !== undefined || most !== undefined)
  if (asked.length === 0) return undefined
  return asked.every(
    ({ least, most, is }) => is !== undefined && is >= (least ?? -Infinity) && is <= (most ?? Infinity),
  )
}
