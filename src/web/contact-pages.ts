// The contacts of a client, the same in both areas: a list, a form to add or edit one, and a question before one is
// removed. The area says whose they are, who may look and who may change.

import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { Client } from '../domain/clients.ts'
import {
  addContact,
  CONTACT_KINDS,
  CONTACTS_MAX,
  type Contact,
  countContacts,
  editContact,
  findContact,
  listContacts,
  parseKinds,
  removeContact,
} from '../domain/contacts.ts'
import { NotFound } from '../domain/refusal.ts'
import { fullName } from '../domain/users.ts'
import type { Db } from '../platform/database.ts'
import { flash } from './flash.ts'
import {
  emailField,
  type Form,
  firstName,
  formOf,
  lastName,
  manyOf,
  NoInput,
  optionalLine,
  submit,
} from './form.ts'
import { actor, idOf } from './request.ts'
import { type Data, show } from './views.ts'

const PAGE_SIZE = 25

export const CONTACT_FIELDS = {
  first_name: firstName(),
  last_name: lastName(),
  email: emailField(),
  phone: optionalLine(40),
}
const ContactForm = z.object({ ...CONTACT_FIELDS, kinds: manyOf() })

export interface ContactsOf {
  /** Where its pages are: a pattern, which `urlOf` fills in. */
  url: string
  urlOf: (client: Client) => string
  layout: 'client-area' | 'client'
  clientOf: (req: Request) => Promise<Client>
  look: RequestHandler[]
  change: RequestHandler[]
  /** Whether forms are offered to who looks. */
  mayChange: (req: Request) => boolean
}

export function contactPages(db: Db, { url, urlOf, layout, clientOf, look, change, mayChange }: ContactsOf) {
  const page = Router()

  const display = (req: Request, res: Response, name: string, client: Client, data: Data) => {
    const all = { ...data, client, layout, url: urlOf(client), tab: 'contacts', mayChange: mayChange(req) }
    show(
      req,
      res,
      `includes/${name}`,
      all,
      name === 'contact-remove' ? 'includes/_contact-remove' : undefined,
    )
  }

  page.get(url, ...look, async (req, res) => {
    const client = await clientOf(req)
    const before = idOf(req.query.before)
    const found = await listContacts(db, client, { limit: PAGE_SIZE + 1, ...(before && { before }) })
    const list = found
      .slice(0, PAGE_SIZE)
      .map((contact) => ({ ...contact, kinds: parseKinds(contact.kinds) }))
    const next = found.length > PAGE_SIZE ? list.at(-1)?.id : undefined
    const count = await countContacts(db, client)
    display(req, res, 'contacts', client, { list, next, before, count, max: CONTACTS_MAX })
  })

  const showForm = (req: Request, res: Response, client: Client, form: Form, contact?: Contact) =>
    display(req, res, 'contact', client, { form, contact, kinds: CONTACT_KINDS })

  page.get(`${url}/new`, ...change, async (req, res) =>
    showForm(req, res, await clientOf(req), formOf(req, { kinds: ['general'] })),
  )

  page.post(`${url}/new`, ...change, async (req, res) => {
    const client = await clientOf(req)
    let name = ''
    const form = await submit(ContactForm, req.body, async (input) => {
      name = fullName(await addContact(db, actor(req), client, input))
    })
    if (form) return showForm(req, res.status(422), client, form)
    flash(res, 'success', 'contacts.added', { name })
    res.redirect(303, urlOf(client))
  })

  async function target(req: Request) {
    const client = await clientOf(req)
    const contact = await findContact(db, client, idOf(req.params.contactId))
    if (!contact) throw new NotFound()
    return { client, contact }
  }

  page.get(`${url}/:contactId`, ...look, async (req, res) => {
    const { client, contact } = await target(req)
    const { first_name, last_name, email, phone, kinds } = contact
    const form = formOf(req, { first_name, last_name, email, phone, kinds: parseKinds(kinds) })
    showForm(req, res, client, form, contact)
  })

  page.post(`${url}/:contactId`, ...change, async (req, res) => {
    const { client, contact } = await target(req)
    const form = await submit(ContactForm, req.body, (input) =>
      editContact(db, actor(req), client, contact, input),
    )
    if (form) return showForm(req, res.status(422), client, form, contact)
    flash(res, 'success', 'contacts.saved')
    res.redirect(303, urlOf(client))
  })

  const askRemove = (req: Request, res: Response, client: Client, contact: Contact, form: Form) =>
    display(req, res, 'contact-remove', client, { form, contact })

  page.get(`${url}/:contactId/remove`, ...change, async (req, res) => {
    const { client, contact } = await target(req)
    askRemove(req, res, client, contact, formOf(req))
  })

  page.post(`${url}/:contactId/remove`, ...change, async (req, res) => {
    const { client, contact } = await target(req)
    const form = await submit(NoInput, req.body, () => removeContact(db, actor(req), client, contact))
    if (form) return askRemove(req, res.status(422), client, contact, form)
    flash(res, 'success', 'contacts.removed', { name: fullName(contact) })
    res.redirect(303, urlOf(client))
  })

  return page
}
