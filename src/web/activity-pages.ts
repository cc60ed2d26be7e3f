// One page of the activity log, in whichever area.

import { type Activity, type ActivityFilter, listActivity } from '../domain/activity.ts'
import type { Db } from '../platform/database.ts'
import { inFull } from './activity-words.ts'

const PAGE_SIZE = 50

export async function activityPage(
  db: Db,
  filter: ActivityFilter,
  mayLocate: (entry: Activity) => boolean = () => true,
) {
  const found = await listActivity(db, { ...filter, limit: PAGE_SIZE + 1 })
  const list = found.slice(0, PAGE_SIZE)
  const next = found.length > PAGE_SIZE ? list.at(-1)?.id : undefined
  return {
    list: inFull(list.map((entry: Activity) => (mayLocate(entry) ? entry : { ...entry, ip: '' }))),
    next,
    before: filter.before,
  }
}
