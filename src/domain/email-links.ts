// What the link of a message is made from, and whether it still holds. The one rule of HARD-CASES H11, for sending,
// for *Retry*, and for saying why something is not sent any more.

import type { Key } from '../lang/english.ts'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Email } from './emails.ts'
import { inHand } from './handed.ts'
import { type Invitation, isOpen } from './invitations.ts'
import { type LinkKind, linkTo } from './links.ts'

/** Beside invitations: what kind of link, and the table with the row that it is made from. */
const LINKED: Record<string, [LinkKind, string]> = {
  register: ['register', 'registrations'],
  'password-reset': ['reset', 'password_resets'],
}

interface LinkRow {
  id: number
  nonce: string
  used_at: string | null
  expires_at: string
}

type Row = Invitation | LinkRow

const isInvitation = (row: Row): row is Invitation => 'send_count' in row

const idOf = (email: Email): number =>
  email.template === 'invitation' ? (email.invitation_id ?? 0) : JSON.parse(email.data).row

const tableOf = (template: string) => (template === 'invitation' ? 'invitations' : LINKED[template]?.[1])

/** The rows behind the links of these messages, by message; those without a link, or whose row is gone, are not in it. */
export async function findLinkRows(db: Db, emails: Email[]): Promise<Map<number, Row>> {
  const found = new Map<number, Row>()
  for (const template of new Set(emails.map((email) => email.template))) {
    const table = tableOf(template)
    const some = emails.filter((email) => email.template === template)
    const rows: Row[] = table ? await db(table).whereIn('id', some.map(idOf)) : []
    for (const email of some) {
      const row = rows.find(({ id }) => id === idOf(email))
      if (row) found.set(email.id, row)
    }
  }
  return found
}

/** Why this message is not to be sent any more; nothing for one that holds. */
export function whyOver(email: Email, row: Row | undefined): Key | undefined {
  if (!tableOf(email.template)) return undefined
  if (email.template !== 'invitation') {
    const holds = row && !isInvitation(row) && !row.used_at && row.expires_at > timestamp()
    return holds ? undefined : 'emails.over.link'
  }
  if (!row || !isInvitation(row) || !isOpen(row)) return 'emails.over.ended'
  return row.send_count === email.send_count ? undefined : 'emails.over.replaced'
}

/** What a template needs to know of the row, but for the link itself. */
export const aboutLink = (row: Row | undefined) => {
  if (!row) return {}
  if (!isInvitation(row)) return { until: row.expires_at }
  const { permissions, expires_at: until, message } = row
  return { permissions, until, message }
}

// Where a person sees the logins that they have; no secret, so no row stands behind it.
const DEVICES = { user: '/clientarea', admin: '/admin' }
const kindOf = (email: Email): keyof typeof DEVICES => JSON.parse(email.data).kind

/** The link, derived when the message is rendered, so that no table holds one (R23). */
export function linkOf(email: Email, row: Row | undefined): { link?: string } {
  if (email.template === 'new-device') return { link: `${inHand().appUrl}${DEVICES[kindOf(email)]}` }
  if (!row) return {}
  const kind = email.template === 'invitation' ? 'invite' : LINKED[email.template]?.[0]
  return kind ? { link: linkTo(kind, row) } : {}
}
