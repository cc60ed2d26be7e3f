// A user's personal data as one file: a page that says what is in it, then the file.

import { Router } from 'express'
import { exportUser, recordExport } from '../domain/exporting-users.ts'
import type { Db } from '../platform/database.ts'
import { actor } from '../web/request.ts'
import { sendFile } from '../web/streaming.ts'
import { show } from '../web/views.ts'
import { holds, userOf } from './area.ts'

const URL = '/admin/users/:userId/export'

export function exportUserPage(db: Db) {
  const target = userOf(db)
  return Router()
    .get(URL, ...holds('export-users'), async (req, res) => {
      show(req, res, 'admin-area/export-user', { user: await target(req) })
    })
    .post(URL, ...holds('export-users'), async (req, res) => {
      const user = await target(req)
      await recordExport(db, actor(req), user)
      const file = {
        name: `user-${user.id}`,
        ending: 'json',
        type: 'application/json; charset=utf-8',
      } as const
      await sendFile(req, res, file, exportUser(db, user))
    })
}
