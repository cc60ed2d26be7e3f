// Admins: who they are, what they may do, and what is done about them, each step asked first.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { Admin } from '../domain/admins.ts'
import type { Actor } from '../domain/change.ts'
import {
  addAdmin,
  countAdminSessions,
  disableAdmin,
  editAdmin,
  enableAdmin,
  endAdminSessions,
  findAdmin,
  listAdmins,
  removeAdminFactors,
  sendAdminLink,
} from '../domain/managing-admins.ts'
import { NotFound } from '../domain/refusal.ts'
import { rightsOf } from '../domain/rights.ts'
import { isWithin, listRoles } from '../domain/roles.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import {
  emailField,
  type Form,
  formOf,
  NoInput,
  requiredLine,
  submit,
  yourPassword,
  yourPasswordIfNeeded,
} from '../web/form.ts'
import { actor, currentAdmin, idOf } from '../web/request.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'
import { ProvenInput, prove } from './proving.ts'

const LIST = '/admin/admins'
const ONE = `${LIST}/:adminId`

const AdminForm = z.object({
  name: requiredLine('field.missing', 100),
  email: emailField(),
  role: requiredLine('choice.missing', 50),
})
const NewAdminForm = AdminForm.extend({ current_password: yourPassword() })
const EditAdminForm = AdminForm.extend({ current_password: yourPasswordIfNeeded() })

type Act = (db: Db, by: Actor, id: number) => Promise<unknown>

// What may be done about an admin, and how that looks.
const STEPS: Record<string, { act: Act; danger?: boolean; asksPassword?: boolean }> = {
  disable: { act: disableAdmin, danger: true },
  enable: { act: enableAdmin, asksPassword: true },
  'remove-factor': { act: removeAdminFactors, danger: true, asksPassword: true },
  'end-sessions': { act: endAdminSessions, danger: true },
  'send-link': { act: sendAdminLink, asksPassword: true },
}

export function admins(db: Db) {
  const page = Router()

  page.get(LIST, ...holds('admins'), async (req, res) => {
    show(req, res, 'admin-area/admins', { list: await listAdmins(db), roles: await listRoles(db) })
  })

  /** The roles that this admin may give. */
  const rolesFor = async (req: Request) =>
    (await listRoles(db)).filter(({ rights }) => isWithin(rights, currentAdmin(req).rights))

  const showNew = async (req: Request, res: Response, form: Form) =>
    show(req, res, 'admin-area/new-admin', { form, roles: await rolesFor(req) })

  page.get(`${LIST}/new`, ...holds('admins'), (req, res) =>
    showNew(req, res, formOf(req, { role: 'support' })),
  )

  page.post(`${LIST}/new`, ...holds('admins'), async (req, res) => {
    const form = await submit(NewAdminForm, req.body, async ({ current_password, ...input }) => {
      await prove(db, req, current_password)
      await addAdmin(db, actor(req), input)
    })
    if (form) return showNew(req, res.status(422), form)
    flash(res, 'success', 'admins.added', { email: String(req.body.email).trim() })
    res.redirect(303, LIST)
  })

  async function target(req: Request): Promise<Admin> {
    const admin = await findAdmin(db, idOf(req.params.adminId))
    if (!admin) throw new NotFound()
    return admin
  }

  async function showOne(req: Request, res: Response, admin: Admin, form: Form) {
    const me = currentAdmin(req)
    const mayTouch = isWithin(await rightsOf(db, admin.role), me.rights)
    const sessions = await countAdminSessions(db, admin)
    const isSelf = admin.id === me.id
    const roles = isSelf || !mayTouch ? await listRoles(db) : await rolesFor(req)
    show(req, res, 'admin-area/admin', { admin, form, roles, sessions, isSelf, mayTouch })
  }

  page.get(ONE, ...holds('admins'), async (req, res) => {
    const admin = await target(req)
    const { name, email, role } = admin
    await showOne(req, res, admin, formOf(req, { name, email, role }))
  })

  page.post(ONE, ...holds('admins'), async (req, res) => {
    const admin = await target(req)
    const form = await submit(EditAdminForm, req.body, async ({ current_password, ...input }) => {
      if (current_password) await prove(db, req, current_password)
      await editAdmin(db, actor(req), admin.id, input, Boolean(current_password))
    })
    if (form) return showOne(req, res.status(422), admin, form)
    flash(res, 'success', 'admins.saved', { name: String(req.body.name).trim() })
    res.redirect(303, LIST)
  })

  page.use(steps(db, target))
  return page
}

function steps(db: Db, target: (req: Request) => Promise<Admin>) {
  const page = Router()
  for (const [step, { act, danger, asksPassword }] of Object.entries(STEPS)) {
    const ask = (req: Request, res: Response, { id, name }: Admin, form: Form) => {
      const key = `admins.${step}` as 'admins.disable'
      const question = {
        title: t(`${key}.title`, { name }),
        sentence: t(`${key}.sentence`),
        button: t(key),
        keep: t('admins.keep'),
        danger,
        asksPassword,
        action: `${LIST}/${id}/${step}`,
        back: `${LIST}/${id}`,
      }
      show(req, res, 'admin-area/confirm', { form, question }, 'admin-area/_confirm')
    }

    page.get(`${ONE}/${step}`, ...holds('admins'), async (req, res) =>
      ask(req, res, await target(req), formOf(req)),
    )

    page.post(`${ONE}/${step}`, ...holds('admins'), async (req, res) => {
      const admin = await target(req)
      const form = await submit(asksPassword ? ProvenInput : NoInput, req.body, async (input) => {
        if ('current_password' in input) await prove(db, req, input.current_password)
        await act(db, actor(req), admin.id)
      })
      if (form) return ask(req, res.status(422), admin, form)
      flash(res, 'success', `admins.${step}.done` as 'admins.disable.done', { name: admin.name })
      res.redirect(303, `${LIST}/${admin.id}`)
    })
  }
  return page
}
