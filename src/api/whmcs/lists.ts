// Lists by number: limitstart, limitnum, sorting.

import type { Stretch } from '../../domain/walking-lists.ts'
import type { WhmcsCall } from './call.ts'

const USUAL = 25
/** More than that is asked for again, from numreturned on. */
const MOST = 250

/** However long it is: a start that is far too deep is refused, where another would begin anew. */
const numberOr = (text: string, otherwise: number) =>
  /^\d+$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : otherwise

export function stretchIn({ field }: WhmcsCall): Stretch {
  const start = numberOr(field('limitstart'), 0)
  const limit = Math.min(numberOr(field('limitnum'), USUAL) || USUAL, MOST)
  return { start, limit, descending: field('sorting').toUpperCase() === 'DESC' }
}

/**
 * The rows that were asked for, and their figures; `rows` holds one more if there is one. Where nothing is counted, the
 * total is of what was walked and one more.
 */
export function numbered<T>({ start, limit }: Stretch, rows: T[], counted = 0) {
  const shown = rows.slice(0, limit)
  const totalresults = Math.max(start + rows.length, counted)
  return { shown, figures: { totalresults, startnumber: start, numreturned: shown.length } }
}

/** 2026-07-31T12:00:00.000Z as WHMCS writes it; in UTC. */
export const dateTime = (at: string) => at.slice(0, 19).replace('T', ' ')
export const day = (at: string) => at.slice(0, 10)
