// Users in the Admin Area: the list, and the steps an admin may take with one login.

import { type Request, type Response, Router } from 'express'
import type { Actor } from '../domain/change.ts'
import {
  countUsers,
  disableUser,
  enableUser,
  endSessionsOfUser,
  listUsers,
  removeFactorsOfUser,
  sendReset,
  USER_FILTERS,
} from '../domain/looking-after-users.ts'
import { cutPage, readPlace } from '../domain/pages.ts'
import { Refusal } from '../domain/refusal.ts'
import { fullName, type User } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import { type Form, formOf, NoInput, submit } from '../web/form.ts'
import { actor } from '../web/request.ts'
import { totalBelow } from '../web/totals.ts'
import { show } from '../web/views.ts'
import { holds, userOf } from './area.ts'
import { ProvenInput, prove } from './proving.ts'

const PAGE_SIZE = 25
const URL = '/admin/users/:userId'

/** These open a login to somebody else, so they ask for the admin's own password. */
const asksPassword = (step: (typeof USER_STEPS)[number]) => step === 'remove-factor'

export const USER_STEPS = ['disable', 'enable', 'send-reset', 'end-sessions', 'remove-factor'] as const

const acts: Record<(typeof USER_STEPS)[number], (db: Db, by: Actor, user: User) => Promise<unknown>> = {
  disable: disableUser,
  enable: enableUser,
  'send-reset': async (db, by, user) => sendReset(db, by, user),
  'end-sessions': endSessionsOfUser,
  'remove-factor': removeFactorsOfUser,
}

export function people(db: Db) {
  const page = Router()
  const target = userOf(db)

  page.get('/admin/users', ...holds('list-users'), async (req, res) => {
    const search = String(req.query.search ?? '').slice(0, 100)
    const filter = USER_FILTERS.find((one) => one === req.query.filter)
    const behind = readPlace(req.query.before)
    const options = { search, limit: PAGE_SIZE + 1, ...(filter && { filter }), behind }
    const found = cutPage(await listUsers(db, options), PAGE_SIZE)
    const asked = { search, filter: filter ?? '', before: behind, filters: USER_FILTERS }
    const total = await totalBelow({ ...found, ...asked }, async () =>
      search.trim() ? undefined : countUsers(db, filter),
    )
    show(req, res, 'admin-area/people', { ...found, ...asked, total }, 'admin-area/_people')
  })

  for (const step of USER_STEPS) {
    const ask = (req: Request, res: Response, user: User, form: Form) =>
      show(
        req,
        res,
        'admin-area/person-step',
        { user, form, step, asksPassword: asksPassword(step) },
        'admin-area/_person-step',
      )

    page.get(`${URL}/${step}`, ...holds('edit-users'), async (req, res) =>
      ask(req, res, await target(req), formOf(req)),
    )

    page.post(`${URL}/${step}`, ...holds('edit-users'), async (req, res) => {
      const user = await target(req)
      const form = await submit(asksPassword(step) ? ProvenInput : NoInput, req.body, async (input) => {
        if ('current_password' in input) await prove(db, req, input.current_password)
        if (user.status === 'merged' || user.status === 'deleted') throw new Refusal('login.notSo')
        await acts[step](db, actor(req), user)
      })
      if (form) return ask(req, res.status(422), user, form)
      flash(res, 'success', `login.${step}.done`, { name: fullName(user) })
      res.redirect(303, `/admin/users/${user.id}`)
    })
  }

  return page
}
