// How many there are, as lists say it: exact so far as it is cheap to count.

import { COUNTED_MAX } from '../domain/pages.ts'
import { t } from './translate.ts'

export const totalOf = (count: number): string =>
  count > COUNTED_MAX ? t('count.more', { max: COUNTED_MAX.toLocaleString('en') }) : String(count)

/** Beside the title of a list that is searched: how many were found, and of how many. */
export const totalFound = (all: number, found: number | undefined): string =>
  found === undefined ? totalOf(all) : t('count.found', { found: totalOf(found), all: totalOf(all) })

/** The same as a sentence below a list that has pages; what stands on one page is not counted. */
export const totalBelow = async (
  { next, before }: { next?: unknown; before?: unknown },
  count: () => Promise<number | undefined>,
): Promise<string | undefined> => {
  const all = next || before ? await count() : undefined
  return all === undefined ? undefined : t('count.all', { count: totalOf(all) })
}
