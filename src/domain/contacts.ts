// A contact gets mail about an account and has no login: a bookkeeper, whoever looks after the domains. Which kinds of
// mail is kept as keys, sorted, as permissions are. An address stands once among the contacts of a client, and the
// schema holds that. Whoever changes contacts takes the client first, so that what decides is read as it is then.
// Closing a client leaves its contacts as they are, for the day that it is opened again.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change, takeClient } from './change.ts'
import { type Client, describeClient } from './clients.ts'
import { fire } from './hooks.ts'
import { NotFound, Refusal } from './refusal.ts'
import { fullName, lowerCase } from './users.ts'

/** In the order that people coming from WHMCS know. */
export const CONTACT_KINDS = ['general', 'product', 'domain', 'invoice', 'support', 'affiliate'] as const
export type ContactKind = (typeof CONTACT_KINDS)[number]

export const CONTACTS_MAX = 100

export interface Contact {
  id: number
  client_id: number
  first_name: string
  last_name: string
  email: string
  phone: string
  kinds: string
  created_at: string
  updated_at: string
}

export interface ContactInput {
  first_name: string
  last_name: string
  email: string
  phone: string
  kinds: readonly string[]
}

/** From the column to keys; a key that nobody knows any more is none. */
export const parseKinds = (text: string): ContactKind[] =>
  CONTACT_KINDS.filter((kind) => text.split(',').includes(kind))

/** From keys to the column; unknown keys are refused. */
export function formatKinds(kinds: readonly string[]): string {
  if (kinds.some((kind) => !CONTACT_KINDS.some((known) => known === kind)))
    throw new Refusal('contacts.unknownKind', 'kinds')
  return [...new Set(kinds)].sort().join(',')
}

const describeContact = (contact: Contact) => ({
  id: contact.id,
  firstName: contact.first_name,
  lastName: contact.last_name,
  email: contact.email,
  phone: contact.phone,
  kinds: parseKinds(contact.kinds),
})

/** Newest first, a page at a time: `before` is the id that the page before ended with. */
export const listContacts = (
  db: Db,
  client: { id: number },
  { before, limit }: { before?: number; limit: number },
): Promise<Contact[]> =>
  db<Contact>('contacts')
    .where({ client_id: client.id })
    .modify((query) => {
      if (before) query.where('id', '<', before)
    })
    .orderBy('id', 'desc')
    .limit(limit)

export async function countContacts(db: Db, client: { id: number }): Promise<number> {
  const [row] = await db('contacts').where({ client_id: client.id }).count({ n: '*' })
  return Number(row?.n ?? 0)
}

/** One of this client's; another client's is not there. */
export const findContact = (db: Db, client: { id: number }, id: number): Promise<Contact | undefined> =>
  db<Contact>('contacts').where({ id, client_id: client.id }).first()

const rowOf = ({ kinds, email, ...rest }: ContactInput) => ({
  ...rest,
  email: lowerCase(email),
  kinds: formatKinds(kinds),
})

const orTaken = (error: unknown): never => {
  throw isDuplicate(error) ? new Refusal('contacts.emailTaken', 'email') : error
}

export const addContact = (db: Db, by: Actor, client: Client, input: ContactInput) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    if ((await countContacts(trx, client)) >= CONTACTS_MAX)
      throw new Refusal('contacts.tooMany', undefined, { max: CONTACTS_MAX })
    const row = rowOf(input)
    const dates = { created_at: timestamp(), updated_at: timestamp() }
    const [id] = await trx('contacts')
      .insert({ ...row, client_id: client.id, ...dates })
      .catch(orTaken)
    const contact = await getContact(trx, client, Number(id))
    await record(trx, 'contact.added', { client, ...naming(contact), after: row })
    await fire(trx, 'ContactAdd', { client: describeClient(current), contact: describeContact(contact) })
    return contact
  })

/** Says in the log what was before and after; nothing where nothing is different. */
export const editContact = (db: Db, by: Actor, client: Client, contact: Contact, input: ContactInput) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    const was = await getContact(trx, client, contact.id)
    const row = rowOf(input)
    const changed = (Object.keys(row) as (keyof typeof row)[]).filter((key) => row[key] !== was[key])
    if (changed.length === 0) return
    await trx('contacts')
      .where({ id: contact.id, client_id: client.id })
      .update({ ...row, updated_at: timestamp() })
      .catch(orTaken)
    const before = Object.fromEntries(changed.map((key) => [key, was[key]]))
    const after = Object.fromEntries(changed.map((key) => [key, row[key]]))
    await record(trx, 'contact.edited', { client, ...naming(was), before, after })
    const now = describeContact({ ...was, ...row })
    await fire(trx, 'ContactEdit', { client: describeClient(current), contact: now, before, after })
  })

/** Removes it, once: whoever comes second finds nothing. */
export const removeContact = (db: Db, by: Actor, client: Client, contact: Contact) =>
  change(db, by, async (trx) => {
    const current = await takeClient(trx, client)
    const was = await getContact(trx, client, contact.id)
    const rows = await trx('contacts').where({ id: contact.id, client_id: client.id }).delete()
    if (rows !== 1) throw new NotFound()
    const { first_name, last_name, email, phone, kinds } = was
    const before = { first_name, last_name, email, phone, kinds }
    await record(trx, 'contact.removed', { client, ...naming(was), before })
    await fire(trx, 'ContactDelete', { client: describeClient(current), contact: describeContact(was) })
  })

async function getContact(trx: Change, client: { id: number }, id: number): Promise<Contact> {
  const contact = await findContact(trx, client, id)
  if (!contact) throw new NotFound()
  return contact
}

/** Under which name and address the log tells of it. */
const naming = (contact: Contact) => ({ name: fullName(contact), email: contact.email })
