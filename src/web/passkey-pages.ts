// The passkeys of one's own login, the same for users and admins: adding one in two steps, so that the browser makes
// it only after the password was right; a page for each, to rename or remove it.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import {
  addPasskey,
  beginPasskey,
  getPasskey,
  listPasskeys,
  removePasskey,
  renamePasskey,
} from '../domain/passkeys.ts'
import type { Person } from '../domain/people.ts'
import type { Db } from '../platform/database.ts'
import { flash } from './flash.ts'
import { emptyForm, type Form, passwordField, requiredLine, submit } from './form.ts'
import { inPerson } from './guards.ts'
import { forgiveLogin, limit } from './limits.ts'
import { passkeyField } from './passkey-form.ts'
import { actor, idOf } from './request.ts'
import { show } from './views.ts'

export interface Section {
  url: string
  layout: 'client-area' | 'admin-area'
  guards: RequestHandler[]
  personOf: (req: Request) => Person
  /** Gives the session a new id, once a factor came or went. */
  renew: (req: Request, res: Response) => Promise<void>
  /** The whole page, with the form to add one that could not be taken. */
  showPage: (req: Request, res: Response, form: Form) => Promise<void>
  showCodes: (req: Request, res: Response, codes: string[]) => void
}

const nameField = () => requiredLine('passkey.name.missing', 100)
const BeginForm = z.object({ name: nameField(), password: passwordField() })
const AddForm = z.object({ name: nameField(), passkey: passkeyField() })
const RenameForm = z.object({ name: nameField() })
const RemoveForm = z.object({ password: passwordField() })

/** The section on the page of one's own security. */
export const passkeyData = async (db: Db, person: Person, form: Form = emptyForm()) => ({
  form,
  list: await listPasskeys(db, person),
})

export function passkeyPages(db: Db, section: Section) {
  const { url, layout, guards, personOf, renew, showPage, showCodes } = section
  const page = Router()
  const list = `${url}/passkeys`

  for (const path of [list, `${list}/confirm`])
    page.get(path, ...guards, (req, res) => showPage(req, res, emptyForm()))

  page.post(list, ...guards, limit('login'), async (req, res) => {
    let options: unknown
    let named = ''
    const form = await submit(BeginForm, req.body, async ({ password, name }) => {
      named = name
      options = await beginPasskey(db, personOf(req), req.visit.settings.name, password)
    })
    if (form) return showPage(req, res.status(422), form)
    await forgiveLogin(req)
    show(req, res, 'includes/passkey-set-up', { url, layout, name: named, options: JSON.stringify(options) })
  })

  page.post(`${list}/confirm`, ...guards, limit('login'), async (req, res) => {
    let codes: string[] = []
    const form = await submit(AddForm, req.body, async ({ name, passkey }) => {
      codes = await addPasskey(db, actor(req), personOf(req), { name, answer: passkey })
    })
    if (form) return showPage(req, res.status(422), form)
    await forgiveLogin(req)
    await renew(req, res)
    if (codes.length) return showCodes(req, res, codes)
    flash(res, 'success', 'passkey.added')
    res.redirect(303, url)
  })

  const passkeyOf = (req: Request) => getPasskey(db, personOf(req), idOf(req.params.passkeyId))

  async function showOne(req: Request, res: Response, failed: { rename?: Form; remove?: Form } = {}) {
    const passkey = await passkeyOf(req)
    const forms = { rename: emptyForm({ name: passkey.name }), remove: emptyForm(), ...failed }
    const isLast = personOf(req).factors === 1
    show(req, res, 'includes/passkey', { url, layout, passkey, ...failed, forms, isLast })
  }

  for (const step of ['', '/rename', '/remove'])
    page.get(`${list}/:passkeyId${step}`, ...inPerson(guards), (req, res) => showOne(req, res))

  page.post(`${list}/:passkeyId/rename`, ...guards, async (req, res) => {
    const passkey = await passkeyOf(req)
    const rename = await submit(RenameForm, req.body, ({ name }) =>
      renamePasskey(db, actor(req), personOf(req), passkey, name),
    )
    if (rename) return showOne(req, res.status(422), { rename })
    flash(res, 'success', 'passkey.renamed')
    res.redirect(303, url)
  })

  page.post(`${list}/:passkeyId/remove`, ...guards, limit('login'), async (req, res) => {
    const passkey = await passkeyOf(req)
    let left = 0
    const remove = await submit(RemoveForm, req.body, async ({ password }) => {
      left = await removePasskey(db, actor(req), personOf(req), passkey, password)
    })
    if (remove) return showOne(req, res.status(422), { remove })
    await forgiveLogin(req)
    await renew(req, res)
    flash(res, 'success', left ? 'passkey.removed' : 'passkey.removed.last')
    res.redirect(303, url)
  })

  return page
}
