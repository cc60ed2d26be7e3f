// The log is the outbox. A message is queued in the transaction of what it tells, and delivered after the
// commit, at least once, with a Message-ID that stays (R27). Links are derived when it is rendered, so no
// table holds one; an invitation's message that is no longer true is superseded, not sent (HARD-CASES H11).

import { randomBytes } from 'node:crypto'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Fault, MailFault, plainLine } from '../platform/mail-fault.ts'
import { mayGo, takeBack, withSender } from './asked-mail.ts'
import type { Change } from './change.ts'
import { type Claim, claim, claimEach, finish } from './claims.ts'
import { aboutLink, findLinkRows, linkOf, whyOver } from './email-links.ts'
import { inHand } from './handed.ts'
import type { Invitation } from './invitations.ts'
import { holdBack, letGo } from './inviting-limits.ts'
import type { Values } from './refusal.ts'
import { nextAttempt, retryUntil } from './retrying.ts'
import { isUnwanted } from './wanted-mail.ts'
import type { Worker } from './workers.ts'

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
  /** Those begun before. */
  attempts: number
  next_attempt_at: string
  /** Until when failures are tried again. */
  retry_until: string
  /** What the last failure was: `address` is final, `settings` shows in the Admin Area; `limit`: it was not tried. */
  fault: Fault | 'limit' | null
  error: string | null
  sent_at: string | null
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

interface Queued {
  to: string
  client?: { id: number }
  user?: { id: number } | undefined
  invitation?: Invitation
  data: Values
  /** When it may go out; else at once. */
  dueAt?: string
}

/** Writes the message, unless its reader chose not to get such ones about this account; gives what it is known by. */
export async function queueEmail(trx: Change, template: string, queued: Queued) {
  if (await isUnwanted(trx, template, queued)) return undefined
  const { to, client, user, invitation, data, dueAt = timestamp() } = queued
  const message_id = `<${randomBytes(16).toString('hex')}@${new URL(inHand().appUrl).hostname}>`
  const [id] = await trx('emails').insert({
    template,
    data: JSON.stringify(withSender(trx, template, data)),
    to_address: to,
    subject: inHand().subject(template, data),
    client_id: client?.id ?? null,
    user_id: user?.id ?? null,
    invitation_id: invitation?.id ?? null,
    send_count: invitation?.send_count ?? null,
    message_id,
    next_attempt_at: dueAt,
    retry_until: retryUntil(),
    created_at: timestamp(),
  })
  return { id: Number(id), message_id }
}

/**
 * Claims what is due, up to `most` messages, and gives a function for each that sends it and writes down how that
 * went. Each is claimed by its id, just before it is sent, so a slow peer holds nothing but what it is talking
 * about (HARD-CASES H12).
 */
export async function claimEmails(db: Db, worker: Worker, send: Send, most: number) {
  const due: Email[] = await db('emails')
    .where({ status: 'waiting', claim_token: null })
    .where('next_attempt_at', '<=', timestamp())
    .orderBy('next_attempt_at')
    .limit(most)
  return claimEach(due, async (email) => {
    const mine = await claim(db, worker, 'emails', email)
    return mine && (() => deliver(db, worker, mine, email, send))
  })
}

async function deliver(db: Db, worker: Worker, claimed: Claim, email: Email, send: Send): Promise<void> {
  const result = await attempt(db, email, send).catch((error) => afterFailure(email, error))
  await finish(db, worker, claimed, result)
}

async function attempt(db: Db, email: Email, send: Send): Promise<object> {
  const row = (await findLinkRows(db, [email])).get(email.id)
  if (whyOver(email, row)) return { status: 'superseded' }
  const heldUntil = await holdBack(db, email)
  if (heldUntil) return held(email, heldUntil)
  if (!(await mayGo(db, email))) return { status: 'superseded', fault: 'limit', error: null }
  const data = { ...JSON.parse(email.data), ...aboutLink(row), ...linkOf(email, row) }
  const { html, text } = await inHand().body(email.template, data)
  const message = { to: email.to_address, subject: email.subject, html, text, messageId: email.message_id }
  await send(message).catch(async (error) => {
    await letGo(db, email)
    await takeBack(db, email)
    throw error
  })
  return { status: 'sent', sent_at: timestamp(), error: null, fault: null }
}

/** This address got as many of these as it may: no attempt was made, and its day of attempts begins then. */
const held = ({ attempts }: Email, until: string) => ({
  status: 'waiting',
  attempts,
  next_attempt_at: until,
  retry_until: inDays(1, new Date(until)),
})

export const isHeld = ({ status, retry_until }: Email) => status === 'waiting' && retry_until > inDays(1)

/** A refused address or message is final; everything else is tried again until `retry_until`, then it failed. */
function afterFailure(email: Email, error: unknown) {
  const fault = error instanceof MailFault ? error.fault : 'passing'
  const { retry_until } = email
  return {
    status: fault === 'address' || retry_until <= timestamp() ? 'failed' : 'waiting',
    fault,
    // Of an error that is not the peer's, only what stands first: what follows may quote the message.
    error: plainLine(String((error as Error)?.message ?? error).split('\n')[0] ?? ''),
    next_attempt_at: nextAttempt(retry_until),
  }
}
