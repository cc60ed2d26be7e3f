// The catalogue's pages of contacts, as users see them and as admins do, and of Email History.

import { CONTACT_KINDS } from '../domain/contacts.ts'
import { inDays } from '../platform/clock.ts'
import type { Data } from '../web/views.ts'

const contact = {
  id: 4,
  first_name: 'Nora',
  last_name: 'Nowak',
  email: 'nora@books.example',
  phone: '+1 555 0199',
  kinds: ['invoice', 'general'],
}
const long = {
  ...contact,
  id: 3,
  first_name: 'N'.repeat(60),
  email: `${'n'.repeat(60)}@example.com`,
  kinds: [],
}

type Sample = [name: string, data: Data, more: string, byAdmin: boolean]

/** Template, its data, what tells it from another of the same template, and whether an admin sees it. */
export const contactPages = (client: object): Sample[] => [
  ...emailPages().map(([name, data, more]): Sample => [`client-area/${name}`, data, more, false]),
  ...pagesIn('client-area').map(([name, data, more]): Sample => [name, data, more, false]),
  ...pagesIn('client').map(
    ([name, data, more]): Sample => [name, { ...data, client }, `?admin${more}`, true],
  ),
]

function pagesIn(layout: 'client-area' | 'client'): [name: string, data: Data, more: string][] {
  const url = layout === 'client' ? '/admin/clients/1/contacts' : '/account/contacts'
  const shared = { layout, url, tab: 'contacts', mayChange: true }
  const form = { values: contact, errors: {} }
  const wrong = {
    values: { ...contact, email: 'nora@' },
    errors: { email: 'That is not complete.', kinds: 'Choose from the list.', '': 'Nothing was done.' },
  }
  const lists = { ...shared, list: [contact, long], next: 3, before: 9, count: 2, max: 100 }
  const forms = { ...shared, kinds: CONTACT_KINDS, contact }
  return [
    ['includes/contacts', lists, ''],
    ['includes/contacts', { ...lists, list: [], next: undefined, before: 0, count: 0 }, '?empty'],
    ['includes/contacts', { ...lists, count: 100, mayChange: false }, '?full'],
    ['includes/contact', { ...forms, form }, ''],
    ['includes/contact', { ...forms, contact: undefined, form: wrong }, '?wrong'],
    ['includes/contact-remove', { ...shared, contact, form }, ''],
  ]
}

function emailPages(): [name: string, data: Data, more: string][] {
  const email = {
    id: 31,
    to_address: 'alice@example.com',
    subject: 'Dora Diaz accepted the invitation to Acme Hosting',
    sent_at: inDays(-2),
  }
  const long = { ...email, id: 30, to_address: `${'n'.repeat(60)}@example.com`, subject: 'W'.repeat(120) }
  const lists = { list: [email, long], next: 30, before: 40, search: '' }
  const message = { text: 'A text\n[link left out]', html: '', changedSince: true }
  return [
    ['emails', lists, ''],
    ['emails', { ...lists, list: [], next: undefined, before: 0, search: 'x' }, '?empty'],
    ['email', { email, message, frame: '' }, ''],
    ['email', { email: long, message: undefined, frame: '' }, '?gone'],
  ]
}
