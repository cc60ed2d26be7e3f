// Lists of invitations, as the pages of the catalogue show them.

import type { Data } from '../web/views.ts'

const PLACE = '9_2026-01-01T00:00:00.000Z'

/** All of it on one page. */
export const wholeList = (list: Data[]) => ({
  ...{ list, search: '', next: undefined, count: String(list.length), here: '' },
})

/** A page in the middle of many. */
export const middlePage = (list: Data[]) => ({
  ...{ list, search: 'd', next: PLACE, before: { id: 9 }, count: '12 of more than 10,000' },
  ...{ list, search: 'd', next: PLACE, before: { id: 9 }, count: 'more than 10,000' },
  here: `?invited=d&pending=${PLACE}`,
})
