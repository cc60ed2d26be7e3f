// Roles: ours to look at, the host's own to make, change and delete.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { NotFound } from '../domain/refusal.ts'
import { RIGHTS } from '../domain/rights.ts'
import {
  createRole,
  deleteRole,
  editRole,
  findRole,
  isWithin,
  listRoles,
  type Role,
} from '../domain/roles.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, manyOf, requiredLine, submit, yourPassword } from '../web/form.ts'
import { actor, currentAdmin, idOf } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'
import { ProvenInput, prove } from './proving.ts'

const LIST = '/admin/roles'
const ONE = `${LIST}/:roleId`

const RoleForm = z.object({
  name: requiredLine('field.missing', 60),
  rights: manyOf(),
  current_password: yourPassword(),
})

export function roles(db: Db) {
  const page = Router()

  page.get(LIST, ...holds('admins'), async (req, res) => {
    show(req, res, 'admin-area/roles', { roles: await listRoles(db) })
  })

  /** Only what one holds oneself can be given. */
  const showForm = (req: Request, res: Response, form: Form, role?: Role) => {
    const me = currentAdmin(req)
    const mayEdit = !role || (role.role !== me.role && isWithin(role.rights, me.rights))
    const rights = RIGHTS.map((right) => ({ right, mine: me.rights.includes(right) }))
    show(req, res, 'admin-area/role', { form, role, rights, mayEdit })
  }

  page.get(`${LIST}/new`, ...holds('admins'), (req, res) => showForm(req, res, formOf(req)))

  page.post(`${LIST}/new`, ...holds('admins'), async (req, res) => {
    const form = await submit(RoleForm, req.body, async (input) => {
      await prove(db, req, input.current_password)
      await createRole(db, actor(req), input)
    })
    if (form) return showForm(req, res.status(422), form)
    flash(res, 'success', 'roles.saved', { name: String(req.body.name).trim() })
    res.redirect(303, LIST)
  })

  async function target(req: Request): Promise<Role & { id: number }> {
    const role = await findRole(db, idOf(req.params.roleId))
    if (role?.id == null) throw new NotFound()
    return { ...role, id: role.id }
  }

  page.get(ONE, ...holds('admins'), async (req, res) => {
    const role = await target(req)
    showForm(req, res, formOf(req, { name: role.name, rights: role.rights }), role)
  })

  page.post(ONE, ...holds('admins'), async (req, res) => {
    const role = await target(req)
    const form = await submit(RoleForm, req.body, async (input) => {
      await prove(db, req, input.current_password)
      await editRole(db, actor(req), role.id, input)
    })
    if (form) return showForm(req, res.status(422), form, role)
    flash(res, 'success', 'roles.saved', { name: String(req.body.name).trim() })
    res.redirect(303, LIST)
  })

  const askDelete = (req: Request, res: Response, { id, name }: Role, form: Form) => {
    const question = {
      title: t('roles.delete.title', { name: name ?? '' }),
      sentence: t('roles.delete.sentence'),
      button: t('roles.delete'),
      keep: t('roles.delete.keep'),
      danger: true,
      asksPassword: true,
      action: `${LIST}/${id}/delete`,
      back: `${LIST}/${id}`,
    }
    show(req, res, 'admin-area/confirm', { form, question }, 'admin-area/_confirm')
  }

  page.get(`${ONE}/delete`, ...holds('admins'), async (req, res) =>
    askDelete(req, res, await target(req), formOf(req)),
  )

  page.post(`${ONE}/delete`, ...holds('admins'), async (req, res) => {
    const role = await target(req)
    const form = await submit(ProvenInput, req.body, async ({ current_password }) => {
      await prove(db, req, current_password)
      await deleteRole(db, actor(req), role.id)
    })
    if (form) return askDelete(req, res.status(422), role, form)
    flash(res, 'success', 'roles.deleted', { name: role.name ?? '' })
    res.redirect(303, LIST)
  })

  return page
}
