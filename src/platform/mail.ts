// How a message leaves: by SMTP, or into the mailbox of the sample mode, a folder that keeps what was sent.

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { timestamp } from './clock.ts'

export interface Outgoing {
  to: string
  subject: string
  html: string
  text: string
  messageId: string
  logo?: { content: Buffer; contentType: string } | undefined
}

export interface Kept {
  id: string
  to: string
  subject: string
  text: string
  html: string
  status: 'sent'
  createdAt: string
}

const TIMEOUT_MS = 20_000
/** How many messages are sent at once, each by a connection of its own. */
export const SENDERS = 3

/** Through one pool of connections. Throws nodemailer's errors, with `responseCode` where the peer gave one. */
export function smtpTransport(url: string, from: string) {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: SENDERS,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send({ logo, ...message }: Outgoing) {
      const attachments = logo ? [{ ...logo, cid: 'logo', filename: 'logo' }] : []
      await transport.sendMail({
        ...message,
        from,
        attachments,
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    },
    close: () => transport.close(),
  }
}

/** Keeps each message as a file; the same Message-ID twice is one message. */
export function mailboxTransport(folder: string) {
  mkdirSync(folder, { recursive: true })
  return {
    async send({ to, subject, html, text, messageId }: Outgoing) {
      const id = createHash('sha256').update(messageId).digest('hex').slice(0, 16)
      const kept: Kept = { id, to, subject, text, html, status: 'sent', createdAt: timestamp() }
      const file = join(folder, `${id}.json`)
      await writeFile(`${file}.part`, JSON.stringify(kept))
      await rename(`${file}.part`, file)
    },
    close: () => {},
  }
}

/** What the mailbox keeps, newest first. */
export function readMailbox(folder: string): Kept[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const kept: Kept[] = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  return kept.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
}
