// The log is the outbox. A message is queued in the transaction of what it tells, and delivered after the
// commit, at least once, with a Message-ID that stays (R27). Links are derived when it is rendered, so no
// table holds one; an invitation's message that is no longer true is superseded, not sent (HARD-CASES H11).

import { randomBytes } from 'node:crypto'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Fault, MailFault, plainLine } from '../platform/mail-fault.ts'
import type { Change } from './change.ts'
import { inHand } from './handed.ts'
import { type Invitation, isOpen } from './invitations.ts'
import { type LinkKind, linkTo } from './links.ts'
import type { Values } from './refusal.ts'

export interface Email {
  id: number
  template: string
  data: string
  to_address: string
  subject: string
  client_id: number | null
  user_id: number | null
  invitation_id: number | null
  send_count: number | null
  status: 'waiting' | 'sent' | 'failed' | 'superseded'
  message_id: string
  attempts: number
  next_attempt_at: string
  retry_until: string | null
  /** What the last failure was: `address` is final, `settings` shows in the Admin Area. */
  fault: Fault | null
  created_at: string
}

export interface Message {
  to: string
  subject: string
  html: string
  text: string
  messageId: string
}

/** Hands a message over; throws when it was not taken: a MailFault if that was the mail server's doing. */
export type Send = (message: Message) => Promise<void>

const CLAIM_MINUTES = 2
const BATCH = 20
const GIVE_UP_MINUTES = 24 * 60
const PAUSES_MINUTES = [1, 2, 5, 15, 60, 120, 240, 360]

interface Queued {
  to: string
  client?: { id: number }
  user?: { id: number } | undefined
  invitation?: Invitation
  data: Values
}

export const queueEmail = (trx: Change, template: string, { to, client, user, invitation, data }: Queued) =>
  trx('emails').insert({
    template,
    data: JSON.stringify(data),
    to_address: to,
    subject: inHand().subject(template, data),
    client_id: client?.id ?? null,
    user_id: user?.id ?? null,
    invitation_id: invitation?.id ?? null,
    send_count: invitation?.send_count ?? null,
    message_id: `<${randomBytes(16).toString('hex')}@${new URL(inHand().appUrl).hostname}>`,
    next_attempt_at: timestamp(),
    created_at: timestamp(),
  })

/** Sends what waits and is due; gives how many were sent. Many processes may do so at once. */
export async function deliverEmails(db: Db, send: Send): Promise<number> {
  let sent = 0
  for (;;) {
    const at = timestamp()
    const due: Email[] = await db('emails')
      .where({ status: 'waiting' })
      .where('next_attempt_at', '<=', at)
      .where((free) => free.whereNull('claimed_until').orWhere('claimed_until', '<=', at))
      .orderBy('next_attempt_at')
      .limit(BATCH)
    if (due.length === 0) return sent
    for (const email of due) sent += Number(await deliver(db, send, email))
  }
}

/** Claims one message (of many who try, one may send it), sends it, and writes down how that went. */
async function deliver(db: Db, send: Send, email: Email): Promise<boolean> {
  const at = timestamp()
  const claim_token = randomBytes(12).toString('hex')
  const claimed = await db('emails')
    .where({ id: email.id, status: 'waiting' })
    .where((free) => free.whereNull('claimed_until').orWhere('claimed_until', '<=', at))
    .update({ claim_token, claimed_until: inMinutes(CLAIM_MINUTES), attempts: email.attempts + 1 })
  if (claimed !== 1) return false
  const finish = (result: object) =>
    db('emails')
      .where({ id: email.id, claim_token })
      .update({ ...result, claim_token: null, claimed_until: null })

  const link = await findLink(db, email)
  if (link === 'superseded') {
    await finish({ status: 'superseded' })
    return false
  }
  try {
    const data = { ...JSON.parse(email.data), ...link }
    const { html, text } = await inHand().body(email.template, data)
    await send({ to: email.to_address, subject: email.subject, html, text, messageId: email.message_id })
    await finish({ status: 'sent', sent_at: timestamp(), error: null, fault: null })
    return true
  } catch (error) {
    await finish(afterFailure(email, error))
    return false
  }
}

/** A refused address or message is final; everything else is tried again until `retry_until`, then it failed. */
function afterFailure(email: Email, error: unknown) {
  const fault = error instanceof MailFault ? error.fault : 'passing'
  const until = email.retry_until ?? inMinutes(GIVE_UP_MINUTES, new Date(email.created_at))
  const over = fault === 'address' || until <= timestamp()
  const next = inMinutes(PAUSES_MINUTES[Math.min(email.attempts, PAUSES_MINUTES.length - 1)] ?? 1)
  return {
    status: over ? 'failed' : 'waiting',
    fault,
    // Of an error that is not the peer's, only what stands first: what follows may quote the message.
    error: plainLine(String((error as Error)?.message ?? error).split('\n')[0] ?? ''),
    // The last attempt is made when the time is over, not a pause later.
    next_attempt_at: next < until ? next : until,
  }
}

const LINKED: Record<string, [LinkKind, string]> = {
  register: ['register', 'registrations'],
  'password-reset': ['reset', 'password_resets'],
}

/** What the message's link is made from, as it is now; a link that no longer works is not sent. */
async function findLink(db: Db, email: Email) {
  if (email.template === 'invitation') {
    const invitation: Invitation = await db('invitations').where({ id: email.invitation_id }).first()
    if (!isOpen(invitation) || invitation.send_count !== email.send_count) return 'superseded'
    const { permissions, expires_at: until, message } = invitation
    return { link: linkTo('invite', invitation), permissions, until, message }
  }
  const [kind, table] = LINKED[email.template] ?? []
  if (!kind || !table) return {}
  const row = await db(table)
    .where({ id: JSON.parse(email.data).row })
    .first()
  if (!row || row.used_at || row.expires_at <= timestamp()) return 'superseded'
  return { link: linkTo(kind, row), until: row.expires_at }
}
