// The activity log in the Admin Area: who did what, for which client, and from where.

import { type Request, Router } from 'express'
import type { ActivityFilter } from '../domain/activity.ts'
import type { Db } from '../platform/database.ts'
import { activityPage } from '../web/activity-pages.ts'
import { ACTIONS } from '../web/activity-words.ts'
import { idOf } from '../web/request.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

/** What was asked for, as the form shows it again; a value that cannot be right filters nothing. */
function askedFor({ query }: Request) {
  const word = (value: unknown) => (typeof value === 'string' ? value.trim().slice(0, 100) : '')
  const day = (value: unknown) => (isDay(word(value)) ? word(value) : '')
  return {
    client: idOf(query.client),
    user: idOf(query.user),
    action: ACTIONS.find((one) => one === query.action) ?? '',
    from: day(query.from),
    to: day(query.to),
    ip: word(query.ip),
    text: word(query.text),
  }
}

function filterOf({ client, user, ...rest }: ReturnType<typeof askedFor>): ActivityFilter {
  return { ...rest, ...(client && { client: { id: client } }), ...(user && { user: { id: user } }) }
}

export const activity = (db: Db) =>
  Router().get('/admin/activity', ...holds('see-activity'), async (req, res) => {
    const asked = askedFor(req)
    const found = await activityPage(db, { ...filterOf(asked), before: idOf(req.query.before) })
    const data = { ...found, asked, actions: ACTIONS, url: '/admin/activity', layout: 'admin-area' }
    show(req, res, 'admin-area/activity', data, 'includes/_log')
  })
