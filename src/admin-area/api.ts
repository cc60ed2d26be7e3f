// API keys: which there are and when they were used last; making one, whose secret is shown once; changing and revoking.

import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { endDay } from '../domain/access-times.ts'
import {
  CREDENTIAL_NAME_MAX,
  type Credential,
  editCredential,
  getCredential,
  listCredentials,
  makeCredential,
  readCredential,
  revokeCredential,
} from '../domain/api-credentials.ts'
import { newNonce } from '../domain/links.ts'
import { RIGHTS } from '../domain/rights.ts'
import type { Db } from '../platform/database.ts'
import { flash } from '../web/flash.ts'
import {
  type Form,
  formOf,
  manyOf,
  onceField,
  optionalLine,
  requiredLine,
  submit,
  yourPassword,
} from '../web/form.ts'
import { actor, currentAdmin, idOf } from '../web/request.ts'
import { showSecret } from '../web/secret-page.ts'
import { t } from '../web/translate.ts'
import { show } from '../web/views.ts'
import { holds } from './area.ts'
import { ProvenInput, prove } from './proving.ts'

const LIST = '/admin/api'
const ONE = `${LIST}/:credentialId`
const LIST_MAX = 5_000

const KeyForm = z
  .object({
    name: requiredLine('field.missing', CREDENTIAL_NAME_MAX),
    rights: manyOf(),
    clients: z.string().max(LIST_MAX, 'field.tooLong').default(''),
    addresses: z.string().max(LIST_MAX, 'field.tooLong').default(''),
    ends_on: optionalLine(20),
    current_password: yourPassword(),
    once: onceField(),
  })
  .transform(({ ends_on, ...input }) => ({ ...input, endsOn: ends_on }))

const typed = (key: Credential) => ({
  ...{ name: key.name, rights: key.rights, clients: key.clients.map(({ id }) => id).join(', ') },
  ...{ addresses: key.addresses.replaceAll(',', '\n'), ends_on: endDay(key.ends_at) ?? '' },
})

export function api(db: Db) {
  const page = Router()
  const target = (req: Request) => getCredential(db, idOf(req.params.credentialId))

  page.get(LIST, ...holds('api'), async (req, res) => {
    show(req, res, 'admin-area/api-keys', { list: await listCredentials(db) })
  })

  /** Only what one holds oneself can be given. */
  const showForm = (req: Request, res: Response, form: Form, key?: Credential) => {
    const mine = currentAdmin(req).rights
    const rights = RIGHTS.map((right) => ({ right, mine: mine.includes(right) }))
    show(req, res, 'admin-area/api-key', { form, key, rights, once: newNonce() })
  }

  page.get(`${LIST}/new`, ...holds('api'), (req, res) => showForm(req, res, formOf(req)))

  page.post(`${LIST}/new`, ...holds('api'), async (req, res) => {
    let secret = ''
    const form = await submit(KeyForm, req.body, async ({ current_password, ...input }) => {
      await readCredential(db, input)
      await prove(db, req, current_password)
      secret = await makeCredential(db, actor(req), input)
    })
    if (form) return showForm(req, res.status(422), form)
    showSecret(req, res, { secret, url: LIST, layout: 'admin-area' })
  })

  page.get(ONE, ...holds('api'), async (req, res) => {
    const key = await target(req)
    showForm(req, res, formOf(req, typed(key)), key)
  })

  page.post(ONE, ...holds('api'), async (req, res) => {
    const key = await target(req)
    const form = await submit(KeyForm, req.body, async ({ current_password, ...input }) => {
      await readCredential(db, input, key)
      await prove(db, req, current_password)
      await editCredential(db, actor(req), key.id, input)
    })
    if (form) return showForm(req, res.status(422), form, key)
    flash(res, 'success', 'credentials.saved', { name: String(req.body.name).trim() })
    res.redirect(303, LIST)
  })

  const askRevoke = (req: Request, res: Response, { id, name }: Credential, form: Form) => {
    const question = {
      ...{ title: t('credentials.revoke.title', { name }), sentence: t('credentials.revoke.sentence') },
      ...{ button: t('credentials.revoke'), keep: t('credentials.revoke.keep') },
      ...{ danger: true, asksPassword: true, action: `${LIST}/${id}/revoke`, back: `${LIST}/${id}` },
    }
    show(req, res, 'admin-area/confirm', { form, question }, 'admin-area/_confirm')
  }

  page.get(`${ONE}/revoke`, ...holds('api'), async (req, res) =>
    askRevoke(req, res, await target(req), formOf(req)),
  )

  page.post(`${ONE}/revoke`, ...holds('api'), async (req, res) => {
    const key = await target(req)
    const form = await submit(ProvenInput, req.body, async ({ current_password }) => {
      await prove(db, req, current_password)
      await revokeCredential(db, actor(req), key.id)
    })
    if (form) return askRevoke(req, res.status(422), key, form)
    flash(res, 'success', 'credentials.revoked', { name: key.name })
    res.redirect(303, LIST)
  })

  return page
}
