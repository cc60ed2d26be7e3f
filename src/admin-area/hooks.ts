// Hooks: the files of add-ons, their functions and how they do; ending a function that no worker will have again.

import { type Request, type Response, Router } from 'express'
import { COUNTED, listHookFiles } from '../domain/hook-figures.ts'
import { endFunction, findFunction, type HookFunction } from '../domain/hook-log.ts'
import { NotFound } from '../domain/refusal.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf } from '../web/form.ts'
import { actor } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'

const URL = '/admin/hooks'
const END = `${URL}/functions/:hook/end`

export function hooks(db: Db) {
  const page = Router()

  page.get(URL, ...holds('see-system'), async (req, res) => {
    show(req, res, 'admin-area/hooks', { files: await listHookFiles(db), counted: COUNTED })
  })

  async function target(req: Request): Promise<HookFunction> {
    const one = await findFunction(db, String(req.params.hook))
    if (!one) throw new NotFound()
    return one
  }

  const askEnd = (req: Request, res: Response, one: HookFunction, form: Form) => {
    const question = {
      title: t('hooks.end.title', { name: one.name, file: one.file }),
      sentence: t('hooks.end.sentence'),
      button: t('hooks.end'),
      keep: t('hooks.end.keep'),
      danger: true,
      action: `${URL}/functions/${encodeURIComponent(one.hook)}/end`,
      back: URL,
    }
    show(req, res, 'admin-area/confirm', { form, question }, 'admin-area/_confirm')
  }

  page.get(END, ...holds('run-again'), async (req, res) => askEnd(req, res, await target(req), formOf(req)))

  page.post(END, ...holds('run-again'), async (req, res) => {
    const one = await target(req)
    const count = await endFunction(db, actor(req), one)
    flash(res, 'success', 'hooks.endedNow', { name: one.name, file: one.file, count })
    res.redirect(303, URL)
  })

  return page
}
