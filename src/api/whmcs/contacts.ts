// Contacts: who gets mail about a client and has no login. WHMCS has a tick for each kind of mail.

import { type Client, getClient } from '../../domain/clients.ts'
import {
  addContact,
  CONTACT_KINDS,
  type Contact,
  type ContactKind,
  editContact,
  parseKinds,
  removeContact,
} from '../../domain/contacts.ts'
import { NotFound } from '../../domain/refusal.ts'
import { lowerCase } from '../../domain/users.ts'
import { walkContacts } from '../../domain/walking-lists.ts'
import { CONTACT_FIELDS } from '../../web/contact-pages.ts'
import { check } from '../../web/form.ts'
import { idOf } from '../../web/request.ts'
import { type Action, type Answer, Said, type WhmcsCall } from './call.ts'
import { clientBy } from './clients.ts'
import { numbered, stretchIn } from './lists.ts'

type Field = keyof typeof CONTACT_FIELDS

const NAMED: [name: string, field: Field][] = [
  ['firstname', 'first_name'],
  ['lastname', 'last_name'],
  ['email', 'email'],
  ['phonenumber', 'phone'],
]
const tickOf = (kind: ContactKind) => `${kind}emails`
const isTicked = (text: string) => ['1', 'true', 'on'].includes(text.toLowerCase())

/** What was sent, and otherwise what is there. */
function contactIn({ field }: WhmcsCall, was?: Contact) {
  const texts = NAMED.map(([name, key]) => [
    key,
    check(CONTACT_FIELDS[key], field(name) || (was?.[key] ?? ''), name),
  ])
  const had = parseKinds(was?.kinds ?? '')
  const kinds = CONTACT_KINDS.filter((kind) => {
    const tick = field(tickOf(kind))
    return tick === '' ? had.includes(kind) : isTicked(tick)
  })
  return { ...(Object.fromEntries(texts) as Record<Field, string>), kinds }
}

async function contactBy(call: WhmcsCall): Promise<{ client: Client; contact: Contact }> {
  const [id, one] = [idOf(call.field('contactid')), { start: 0, limit: 1, descending: false }]
  const [contact] = await walkContacts(call.db, call.caller, { id }, one)
  if (!contact) throw new Said('Contact ID not found')
  return { contact, client: await getClient(call.db, contact.client_id) }
}

const shown = (one: Contact): Answer => ({
  ...{ id: one.id, userid: one.client_id },
  ...Object.fromEntries(NAMED.map(([name, key]) => [name, one[key]])),
  ...Object.fromEntries(
    CONTACT_KINDS.map((kind) => [tickOf(kind), parseKinds(one.kinds).includes(kind) ? 1 : 0]),
  ),
})

/** Of two at once the second finds nothing. */
const orGone = (error: unknown): never => {
  throw error instanceof NotFound ? new Said('Contact ID not found') : error
}

export const contacts: Record<string, Action> = {
  addcontact: {
    right: 'edit-clients',
    run: async (call) => {
      const client = await clientBy(call, 'Client ID Not Found')
      const contact = await addContact(call.db, call.by, client, contactIn(call))
      return { result: 'success', contactid: contact.id }
    },
  },

  updatecontact: {
    right: 'edit-clients',
    run: async (call) => {
      const { client, contact } = await contactBy(call)
      await editContact(call.db, call.by, client, contact, contactIn(call, contact)).catch(orGone)
      return { result: 'success', contactid: contact.id }
    },
  },

  deletecontact: {
    right: 'edit-clients',
    run: async (call) => {
      const { client, contact } = await contactBy(call)
      await removeContact(call.db, call.by, client, contact).catch(orGone)
      return { result: 'success', contactid: contact.id }
    },
  },

  getcontacts: {
    right: 'list-clients',
    run: async (call) => {
      const stretch = stretchIn(call)
      const sent = NAMED.filter(([name]) => call.field(name) !== '')
      const same = Object.fromEntries(
        sent.map(([name, key]) => [key, key === 'email' ? lowerCase(call.field(name)) : call.field(name)]),
      )
      const client = call.field('userid') !== '' && { client_id: idOf(call.field('userid')) }
      const rows = await walkContacts(call.db, call.caller, { ...same, ...(client || {}) }, stretch)
      const { shown: some, figures } = numbered(stretch, rows)
      return { result: 'success', ...figures, contacts: { contact: some.map(shown) } }
    },
  },
}
