// Where one is logged in, the same page for users and admins.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { deviceNames } from '../domain/devices.ts'
import { endOthers, endSession, listSessions } from '../domain/own-sessions.ts'
import type { Person } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { flash } from './flash.ts'
import { actor } from './request.ts'
import { show } from './views.ts'

interface Options {
  url: string
  layout: 'client-area' | 'admin-area'
  guards: RequestHandler[]
  personOf: (req: Request) => Person
}

export function sessionPages(db: Db, { url, layout, guards, personOf }: Options) {
  const page = Router()
  const list = `${url}/sessions`

  async function showList(req: Request, res: Response) {
    const found = await listSessions(db, personOf(req), req.visit.sessionId ?? '')
    const sessions = found.map(({ userAgent, ...one }) => ({ ...one, names: deviceNames(userAgent) }))
    show(req, res, 'includes/sessions', { url, list, layout, sessions })
  }

  for (const path of [list, `${list}/end-others`, `${list}/:sessionId/end`])
    page.get(path, ...guards, showList)

  page.post(`${list}/end-others`, ...guards, async (req, res) => {
    await endOthers(db, actor(req), personOf(req), req.visit.sessionId ?? '')
    flash(res, 'success', 'sessions.othersEnded')
    res.redirect(303, list)
  })

  page.post(`${list}/:sessionId/end`, ...guards, async (req, res) => {
    await endSession(db, actor(req), personOf(req), String(req.params.sessionId))
    flash(res, 'success', 'sessions.ended')
    res.redirect(303, list)
  })

  return page
}
