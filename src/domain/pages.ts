// Pages of lists. A page begins behind a row, which an index finds as quickly on the last page as on the first, and says
// where the next one begins. How many there are is counted only so far as it is cheap.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'

/** What a query is narrowed by. */
export type Narrow = (query: Knex.QueryBuilder) => unknown

/** Totals are exact so far, then "more than". */
export const COUNTED_MAX = 10_000
/** Above every id. */
export const LAST_ID = 999_999_999

/** Where a row stands in a list, for the page behind it: its id and the word that the list is sorted by. */
export interface Place {
  id: number
  word?: string | undefined
}

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]{1,13}Z$/
const PLACE = /^(\d{1,9})(?:_(.{1,254}))?$/su

/** As it stands in a URL. */
export const placeOf = ({ id, word }: Place) => (word === undefined ? String(id) : `${id}_${word}`)

export function readPlace(text: unknown): Place | undefined {
  const [, id, word] = PLACE.exec(String(text ?? '')) ?? []
  return id === undefined ? undefined : { id: Number(id), word }
}

/** What was found of a list, for a page and one row more. */
export interface Found<Row> {
  rows: Row[]
  /** Where a search stopped before there were enough, though there may be more behind: a page can begin there. */
  stopped?: Place | undefined
}

/** The page, where the next one begins, and whether this one ends where the search stopped. */
export function cutPage<Row extends Place>({ rows, stopped }: Found<Row>, size: number) {
  const list = rows.slice(0, size)
  const behind = rows.length > size ? list.at(-1) : stopped
  return { list, next: behind && placeOf(behind), stopped: rows.length <= size && stopped !== undefined }
}

/** How many rows a query gives, counted no further than one beyond `most`. */
export async function countUpTo(db: Db, rows: Knex.QueryBuilder, most = COUNTED_MAX): Promise<number> {
  const counted = await db.from(rows.limit(most + 1).as('some')).count({ n: '*' })
  return Number(counted[0]?.n ?? 0)
}

/**
 * A column as no index holds it: where nearly all rows have what is asked for, SQLite would take that index and then sort
 * all of them, instead of going through the list in its order until the page is full.
 */
export const byNoIndex = (column: string) => `COALESCE(${column}, '')`

/** Sorts by a moment, the latest first, from behind a place on whose word is such a moment. */
export const latestFirst = (moment: string, id: string, behind?: Place) => (query: Knex.QueryBuilder) => {
  query.orderBy([
    { column: moment, order: 'desc' },
    { column: id, order: 'desc' },
  ])
  if (!behind || !isMoment(behind)) return
  query.where(moment, '<=', behind.word ?? '')
  query.where((either) => either.where(moment, '<', behind.word ?? '').orWhere(id, '<', behind.id))
}

/** Whether a place is one in a list that is sorted so. */
export const isMoment = (place: Place | undefined) => MOMENT.test(place?.word ?? '')

/** So many rows are looked at for one page of what no index finds. */
export const LOOKED_AT = 20_000

/** Where a list that is sorted by id, the newest first, has had `most` rows and goes on: there a page of it stops. */
export async function endOfLooking(
  rows: Knex.QueryBuilder,
  id: string,
  most = LOOKED_AT,
): Promise<number | undefined> {
  const [end, behind]: { id: number }[] = await rows
    .orderBy(id, 'desc')
    .offset(most - 1)
    .limit(2)
    .select({ id })
  return behind && end?.id
}
