// The banner: every page that an admin opens says when mail or hooks are stuck.

import type { RequestHandler } from 'express'
import { findStuck } from '../domain/stuck.ts'
import type { Db } from '../platform/database.ts'
import { wantsPartial } from '../web/request.ts'

/** A banner that cannot be had is left out: the page is worth more. */
export const mindStuck =
  (db: Db): RequestHandler =>
  async (req, _res, next) => {
    if (req.visit.admin && !wantsPartial(req))
      req.visit.stuck = await findStuck(db).catch((error) => {
        req.log.warn({ err: error }, 'Whether something is stuck cannot be told')
        return []
      })
    next()
  }
