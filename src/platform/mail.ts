// How a message leaves: by SMTP, or into the mailbox of the sample mode, a folder that keeps what was sent.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { timestamp } from './clock.ts'
import { faultOf, MailFault, plainLine } from './mail-fault.ts'

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

/** What bounds a message and a connection. Tests shorten them before they open a house. */
export const LIMITS = {
  /** From taking a message to the peer's last word about it; then its connection is destroyed. */
  messageMs: 60_000,
  /** Connecting, greeting and STARTTLS together. */
  connectMs: 20_000,
  /** A connection without work says goodbye. */
  idleMs: 30_000,
}
/** How many messages are sent at once, each by a connection of its own. */
export const SENDERS = 3
const MESSAGES_PER_CONNECTION = 100

const openPool = (url: string, { messageMs, connectMs, idleMs }: typeof LIMITS) =>
  createTransport({
    url,
    pool: true,
    maxConnections: SENDERS,
    maxMessages: MESSAGES_PER_CONNECTION,
    // Each idle connection may turn out to be closed by the peer, before a byte was sent; then a new one is made.
    maxRequeues: SENDERS,
    idleTimeout: idleMs,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: messageMs,
    // Closing means gone: a peer that answers too late shall not take a message that is sent again.
    socketCloseTimeout: 0,
    disableFileAccess: true,
    disableUrlAccess: true,
  })

/** Sends over a few connections, as many messages at once; one more is refused. Throws MailFault. */
export function smtpTransport(url: string, from: string, limits = LIMITS) {
  const pool = openPool(url, limits)
  const secrets = secretsOf(url)
  let underWay = 0

  async function send({ logo, ...message }: Outgoing) {
    if (underWay >= SENDERS) throw new MailFault('passing', 'All connections to the mail server are in use.')
    underWay++
    const attachments = logo ? [{ ...logo, cid: 'logo', filename: 'logo' }] : []
    const headers = { 'Auto-Submitted': 'auto-generated' }
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), limits.messageMs)
    try {
      // Aborting destroys the socket, wherever in the conversation it is.
      await pool.sendMail({ ...message, from, attachments, headers, signal: limit.signal })
    } catch (error) {
      const seconds = limits.messageMs / 1000
      if (limit.signal.aborted)
        throw new MailFault('passing', `The mail server gave no last answer within ${seconds} seconds.`)
      const { message: text } = error as Error
      throw new MailFault(faultOf(error), plainLine(text, [...secrets, ...linksIn(message.text)]))
    } finally {
      clearTimeout(timer)
      underWay--
    }
  }
  return { send, close: () => pool.close({ force: true }) }
}

/** What a peer may repeat in its answer and nobody should read: the password, bare and as it was sent. */
function secretsOf(url: string) {
  const { username, password } = new URL(url)
  const plain = (text: string) => (/%(?![\da-f]{2})/i.test(text) ? text : decodeURIComponent(text))
  const [user, pass] = [plain(username), plain(password)]
  const sent = [`\0${user}\0${pass}`, pass, user].map((text) => Buffer.from(text).toString('base64'))
  return [...sent, password, pass].filter((text) => text.length > 2)
}

/** The secret part of the links in a message: some peers quote what they refuse. */
const linksIn = (text: string) =>
  [...text.matchAll(/https?:\/\/\S*\/([\w-]{20,})/g)].map(([, token = '']) => token)

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
  // With SMTP_URL there is none.
  const files = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.json'))
  const kept: Kept[] = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  return kept.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
}
