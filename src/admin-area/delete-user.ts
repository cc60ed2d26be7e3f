// Deleting a login: a question that says what stays, then the act.

import { type Request, type Response, Router } from 'express'
import { deleteUser } from '../domain/deleting-users.ts'
import { countOwnAccounts } from '../domain/own-accounts.ts'
import type { User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, submit } from '../web/form.ts'
import { actor, mayAdmin } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds, userOf } from './area.ts'
import { ProvenInput, prove } from './proving.ts'

const URL = '/admin/users/:userId/delete'

export function deleteUserPage(db: Db) {
  const target = userOf(db)

  async function ask(req: Request, res: Response, user: User, form: Form) {
    const blocked = await whyNot(user)
    const shown = blocked ? { ...form, errors: { '': t(blocked) } } : form
    const data = { user, form: shown, step: 'delete', blocked, asksPassword: true }
    show(req, res, 'admin-area/person-step', data, 'admin-area/_person-step')
  }

  async function whyNot(user: User) {
    if (user.status === 'deleted' || user.status === 'merged') return 'login.notSo'
    return (await countOwnAccounts(db, user)) > 0 ? 'login.delete.hasClients' : undefined
  }

  return Router()
    .get(URL, ...holds('delete-users'), async (req, res) => ask(req, res, await target(req), formOf(req)))
    .post(URL, ...holds('delete-users'), async (req, res) => {
      const user = await target(req)
      const form = await submit(ProvenInput, req.body, async ({ current_password }) => {
        await prove(db, req, current_password)
        await deleteUser(db, actor(req), user)
      })
      if (form) return ask(req, res.status(422), user, form)
      flash(res, 'success', 'login.delete.done', { email: user.email })
      res.redirect(303, mayAdmin(req.visit, 'list-users') ? '/admin/users' : '/admin')
    })
}
