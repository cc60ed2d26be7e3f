// One page of the activity log, in whichever area; and what was asked of it, checked.

import { isIP } from 'node:net'
import type { Request } from 'express'
import { type Activity, type ActivityFilter, countActivity, searchActivity } from '../domain/activity.ts'
import { cutPage } from '../domain/pages.ts'
import type { Db } from '../platform/database.ts'
import { ACTIONS } from './activity-actions.ts'
import { inFull } from './activity-words.ts'
import { idOf } from './request.ts'
import { totalBelow } from './totals.ts'
import { t } from './translate.ts'

const PAGE_SIZE = 50
const TEXT_MAX = 100

export async function activityPage(
  db: Db,
  filter: ActivityFilter,
  seen: (entry: Activity) => Activity = (entry) => entry,
) {
  const found = cutPage(await searchActivity(db, { ...filter, limit: PAGE_SIZE + 1 }), PAGE_SIZE)
  const { before } = filter
  const total = await totalBelow({ ...found, before }, () => countActivity(db, filter))
  return { ...found, list: inFull(found.list.map(seen)), before, total }
}

const FILTERS = ['text', 'client', 'user', 'admin', 'credential', 'ip', 'from', 'to', 'action'] as const
type Name = (typeof FILTERS)[number]

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

const number = (text: string) => (idOf(text) ? undefined : t('log.bad.number', { text }))
const day = (text: string) => (isDay(text) ? undefined : t('log.bad.day', { text }))

/** What is wrong with a value, if anything. */
const CHECKS: Record<Name, (text: string) => string | undefined> = {
  text: (text) => (text.length > TEXT_MAX ? t('field.tooLong', { max: TEXT_MAX }) : undefined),
  client: number,
  user: number,
  admin: number,
  credential: number,
  ip: (text) => (isIP(text) ? undefined : t('log.bad.ip', { text })),
  from: day,
  to: day,
  action: (text) => (ACTIONS.includes(text) ? undefined : t('log.bad.action')),
}

export interface Asked {
  /** As it was typed; what was left empty is not there. */
  asked: Partial<Record<Name, string>>
  errors: Record<string, string>
  filter: ActivityFilter
}

/** Reads the filters of the URL; a page with errors shows those, and no entries. */
export function askedFor({ query }: Request): Asked {
  const asked: Asked['asked'] = {}
  const errors: Asked['errors'] = {}
  for (const name of FILTERS) {
    const value = query[name] ?? ''
    const text = typeof value === 'string' ? value.trim() : ''
    const error = typeof value === 'string' ? text && CHECKS[name](text) : t('log.bad.twice')
    if (text) asked[name] = text.slice(0, 2 * TEXT_MAX)
    if (error) errors[name] = error
  }
  const { from, to } = asked
  if (from && to && from > to) errors.to ??= t('log.bad.order')
  return { asked, errors, filter: filterOf(asked) }
}

function filterOf({ client, user, admin, credential, ...rest }: Asked['asked']): ActivityFilter {
  return {
    ...rest,
    ...(client && { client: { id: idOf(client) } }),
    ...(user && { user: { id: idOf(user) } }),
    ...(admin && { admin: { id: idOf(admin) } }),
    ...(credential && { credential: { id: idOf(credential) } }),
  }
}
