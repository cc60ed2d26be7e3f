// What the link of a message is made from, and whether it still holds. The one rule of HARD-CASES H11, for sending,
// for *Retry*, and for saying why something is not sent any more.

import type { Key } from '../lang/english.ts'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Admin } from './admins.ts'
import type { EmailChange } from './email-changes.ts'
import type { Email } from './emails.ts'
import { inHand } from './handed.ts'
import { isOpen } from './invitations.ts'
import { type LinkKind, linkTo } from './links.ts'
import { cutDown, type Mailed } from './offers.ts'
import { type AccessRequest, readRequests } from './request-mail.ts'
import type { Transfer } from './transfers.ts'
import type { User } from './users.ts'

/** Beside invitations: what kind of link, and the table with the row that it is made from. */
const LINKED: Record<string, [LinkKind, string]> = {
  register: ['register', 'registrations'],
  'password-reset': ['reset', 'password_resets'],
  verify: ['verify', 'email_verifications'],
  'email-change': ['email-change', 'email_changes'],
  'email-back': ['email-back', 'email_changes'],
  'admin-reset': ['admin-reset', 'password_resets'],
  'admin-welcome': ['admin-reset', 'password_resets'],
}

/** Links that are asked for by address, and among whom its owner is looked for. */
const READERS: Record<string, 'users' | 'admins'> = { 'password-reset': 'users', 'admin-reset': 'admins' }

interface LinkRow {
  id: number
  nonce: string
  used_at: string | null
  expires_at: string
  email?: string
  /** Of a link that anybody may ask for: the name of who has this address now, if anybody (HARD-CASES H18). */
  reader?: string | undefined
  /** What was typed with it. */
  word?: string
  /** The client whose page it leads to. */
  account?: number
}

type ChangeRow = EmailChange & { used_at: string | null }

type Row = Mailed | LinkRow

const isInvitation = (row: Row): row is Mailed => 'send_count' in row

/** The mails with the link of an invitation: when it is sent, and before it runs out. */
export const carriesInvitation = ({ template }: { template: string }) =>
  template === 'invitation' || template === 'invitation-reminder'

const idOf = (email: Email): number =>
  carriesInvitation(email) ? (email.invitation_id ?? 0) : JSON.parse(email.data).row

const TRANSFERS = 'ownership_transfers'
/** Beside those with a link of their own: messages that are over when their row is. */
const ROWS: Record<string, string> = {
  'transfer-offered': TRANSFERS,
  'transfer-offered-for': TRANSFERS,
  'access-request': 'access_requests',
}
const tableOf = (template: string) =>
  carriesInvitation({ template }) ? 'invitations' : (ROWS[template] ?? LINKED[template]?.[1])

/** The rows behind the links of these messages, by message; those without a link, or whose row is gone, are not in it. */
export async function findLinkRows(db: Db, emails: Email[]): Promise<Map<number, Row>> {
  const found = new Map<number, Row>()
  for (const template of new Set(emails.map((email) => email.template))) {
    const table = tableOf(template)
    const some = emails.filter((email) => email.template === template)
    const rows: Row[] = table ? await db(table).whereIn('id', some.map(idOf)) : []
    if (table === 'email_changes') readChanges(template, rows as unknown as ChangeRow[])
    if (table === 'invitations') await cutDown(db, waitingOnes(some, rows))
    if (table === 'access_requests') await readRequests(db, rows as unknown as AccessRequest[])
    if (table === TRANSFERS) readTransfers(rows as unknown as (Transfer & LinkRow)[])
    const people = READERS[template]
    if (people) await addReaders(db, people, rows as LinkRow[])
    for (const email of some) {
      const row = rows.find(({ id }) => id === idOf(email))
      if (row) found.set(email.id, row)
    }
  }
  return found
}

/** What was sent stays shown as it was. */
function waitingOnes(emails: Email[], rows: Row[]) {
  const ids = emails.filter(({ status }) => status === 'waiting').map(idOf)
  return rows.filter(isInvitation).filter(({ id }) => ids.includes(id))
}

/** One row has two links: one to confirm the change at the new address, one back from the old one. */
function readChanges(template: string, rows: ChangeRow[]) {
  for (const row of rows) {
    row.used_at = row.ended_at ?? (template === 'email-change' ? row.confirmed_at : null)
    if (template === 'email-back') Object.assign(row, { nonce: row.back_nonce, expires_at: row.back_until })
  }
}

/** An offer of ownership is over when it has ended. */
function readTransfers(rows: (Transfer & LinkRow)[]) {
  for (const row of rows) row.used_at = row.ended_at
}

/** Who reads them is asked here and not when they are asked for, so that nobody can time the answer. */
async function addReaders(db: Db, people: 'users' | 'admins', rows: LinkRow[]) {
  const emails = rows.map(({ email }) => email ?? '')
  const readers: (User | Admin)[] = await db(people).where({ status: 'active' }).whereIn('email', emails)
  for (const row of rows) {
    const reader = readers.find(({ email }) => email === row.email)
    row.reader = reader && ('name' in reader ? reader.name : reader.first_name)
  }
}

/** Why this message is not to be sent any more; nothing for one that holds. */
export function whyOver(email: Email, row: Row | undefined): Key | undefined {
  if (!tableOf(email.template)) return undefined
  if (!carriesInvitation(email)) {
    const holds = row && !isInvitation(row) && !row.used_at && row.expires_at > timestamp()
    if (!holds) return 'emails.over.link'
    const asksWhoReads = READERS[email.template] ?? email.template === 'access-request'
    return asksWhoReads && !row.reader ? 'emails.over.noLogin' : undefined
  }
  if (!row || !isInvitation(row) || !isOpen(row) || row.stands === false) return 'emails.over.ended'
  return row.send_count === email.send_count ? undefined : 'emails.over.replaced'
}

/** What a template needs to know of the row, but for the link itself. */
export const aboutLink = (row: Row | undefined) => {
  if (!row) return {}
  if (!isInvitation(row)) {
    const { reader, word, expires_at } = row
    return { until: expires_at, ...(reader && { name: reader }), ...(word && { word }) }
  }
  const { permissions, expires_at: until, message, access_ends_at: endsAt } = row
  return { permissions, until, message, endsAt }
}

// Where a person ends logins and sets another password; no secret, so no row stands behind it.
const SECURITY = { user: '/user/security', admin: '/admin/security' }
const kindOf = (email: Email): keyof typeof SECURITY => JSON.parse(email.data).kind

/** Pages that a message leads to, and that ask who comes. */
const PAGES: Record<string, string> = {
  'access-review': '/user/access-review',
}

/** Pages of the account that a message is about, for one side of it or for every reader. */
const ACCOUNT_PAGES: Record<string, string> = {
  'access-request': '/account/users',
  'invitation-sent': '/account/users',
  'invitations-sent': '/account/users',
  'invitation-accepted': '/account/users',
  'invitation-declined': '/account/users',
  'user-left': '/account/users',
  'access-ends-soon owner': '/account/users',
  'access-ended owner': '/account/users',
  'access-suspended owner': '/account/users',
  'access-resumed owner': '/account/users',
  'access-resumed user': '/clientarea',
  'access-end-changed': '/clientarea',
  'permissions-changed': '/clientarea',
  'owner-received': '/account/users',
  'transfer-requested': '/account/ownership',
  'transfer-requested-for': '/account/ownership',
}

/** It names the account: its reader may act for another one when they follow it. */
function accountPageOf(email: Email, row: Row | undefined): string | undefined {
  const { side } = JSON.parse(email.data)
  const page = ACCOUNT_PAGES[side ? `${email.template} ${side}` : email.template]
  if (!page) return undefined
  const account = row && 'account' in row ? row.account : email.user_id && email.client_id
  return account ? `${page}?account=${account}` : undefined
}

const TO_ACCOUNT = new Set(Object.keys(ACCOUNT_PAGES).map((key) => key.split(' ')[0]))
/** Such a message to a reader whom it leads nowhere: an admin, or who has no access now. */
export const leadsNowhere = (email: Email, row: Row | undefined) =>
  TO_ACCOUNT.has(email.template) && !ROWS[email.template] && !accountPageOf(email, row)

/** The link, derived when the message is rendered, so that no table holds one (R23). */
export function linkOf(email: Email, row: Row | undefined): { link?: string } {
  if (email.template === 'new-device') return { link: `${inHand().appUrl}${SECURITY[kindOf(email)]}` }
  const page = PAGES[email.template] ?? accountPageOf(email, row)
  if (page) return { link: `${inHand().appUrl}${page}` }
  if (!row) return {}
  // No secret: it leads to a page behind the login, for the named user alone (HARD-CASES H10).
  if (tableOf(email.template) === TRANSFERS) return { link: `${inHand().appUrl}/user/transfers/${row.id}` }
  const kind = carriesInvitation(email) ? 'invite' : LINKED[email.template]?.[0]
  return kind ? { link: linkTo(kind, row) } : {}
}
