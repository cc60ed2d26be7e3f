// Merging two logins of one person: choose the other one and which of them stays, see what that does, do it. What was
// seen goes along with the form, so that nothing else is done.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { listMergedInto } from '../domain/merged-logins.ts'
import { type MergePreview, mergeUsers, previewMerge } from '../domain/merging-users.ts'
import { Refusal } from '../domain/refusal.ts'
import { fullName, NAME_MAX, searchUsers, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { choiceOf, emptyForm, type Form, formOf, submit, yourPassword } from '../web/form.ts'
import { actor, idOf, mayAdmin } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds, userOf } from './area.ts'
import { prove } from './proving.ts'

const URL = '/admin/users/:userId/merge'
const FOUND_MAX = 8

const MergeForm = z.object({
  other: z.string().max(20).default(''),
  keep: choiceOf(['this', 'other'], 'choice.missing').default('this'),
  seen: z.string().max(100).default(''),
  current_password: yourPassword(),
})

/** Which of the two stays, and which goes into it. */
function idsIn(user: User, values: Record<string, unknown>): [kept: number, gone: number] {
  const other = idOf(values.other)
  if (!other) throw new Refusal('merge.choose.missing', 'other')
  return values.keep === 'other' ? [other, user.id] : [user.id, other]
}

export function mergeUsersPage(db: Db) {
  const page = Router()
  const target = userOf(db)

  async function choose(req: Request, res: Response, user: User, form: Form) {
    const search = String(form.values.search ?? '').slice(0, NAME_MAX)
    const found = await searchUsers(db, search, FOUND_MAX, user)
    show(req, res, 'admin-area/merge', { user, form, ...found }, 'admin-area/_merge-found')
  }

  /** What it would do now; where it cannot be done, the choice again with the reason. */
  async function preview(req: Request, res: Response, user: User, form: Form) {
    let merge: MergePreview | undefined
    try {
      merge = await previewMerge(db, ...idsIn(user, form.values))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      form.errors[error.field ?? ''] ??= t(error.key, error.values)
    }
    if (!merge) return choose(req, res.status(422), user, form)
    const before = await listMergedInto(db, merge.gone)
    show(req, res, 'admin-area/merge-preview', { user, form, merge, before })
  }

  page.get(URL, ...holds('merge-users'), async (req, res) => {
    const user = await target(req)
    const form = formOf(req, { keep: 'this', ...req.query })
    const looks = form.values.preview !== undefined || form.values.seen !== undefined
    await (!looks ? choose(req, res, user, form) : preview(req, res, user, form))
  })

  page.post(URL, ...holds('merge-users'), async (req, res) => {
    const user = await target(req)
    let done: MergePreview | undefined
    const form = await submit(MergeForm, req.body, async (input) => {
      const ids = idsIn(user, input)
      await prove(db, req, input.current_password)
      done = await mergeUsers(db, actor(req), ...ids, input.seen)
    })
    if (form || !done) return preview(req, res.status(422), user, form ?? emptyForm())
    flash(res, 'success', 'merge.done', { gone: done.gone.email, kept: fullName(done.kept) })
    res.redirect(303, mayAdmin(req.visit, 'list-users') ? `/admin/users/${done.kept.id}` : '/admin')
  })

  return page
}
