// A connection that is kept open, with a session on it: many of these make a load that a crowd of browsers
// would. No redirect is followed, no page is read unless asked for.

import { Agent, request } from 'node:http'
import { startAdminSession, startUserSession } from '../../src/domain/sessions.ts'
import { wordsIn } from '../../src/domain/words.ts'
import type { Db } from '../../src/platform/database.ts'

export interface Answer {
  /** 0 when the connection broke before there was an answer, -1 when nobody was there at all. */
  status: number
  location: string
  text: string
  ms: number
}

const TIMEOUT_MS = 60_000

export function connect(appUrl: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  const send = (method: string, path: string, cookie: string, body?: string) =>
    new Promise<Answer>((resolve) => {
      const started = performance.now()
      const headers = {
        Cookie: cookie,
        ...(body !== undefined && {
          Origin: appUrl,
          'Content-Type': 'application/x-www-form-urlencoded',
          'Content-Length': Buffer.byteLength(body),
        }),
      }
      const broken = ({ code }: { code?: string } = {}) => {
        const status = code === 'ECONNREFUSED' ? -1 : 0
        resolve({ status, location: '', text: '', ms: performance.now() - started })
      }
      const sent = request(`${appUrl}${path}`, { method, agent, headers, timeout: TIMEOUT_MS }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', broken)
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const { statusCode: status = 0, headers } = answer
          resolve({ status, location: headers.location ?? '', text, ms: performance.now() - started })
        })
      })
      sent.on('timeout', () => sent.destroy())
      sent.on('error', broken)
      sent.end(body)
    })

  return {
    get: (path: string, cookie = '') => send('GET', path, cookie),
    post: (path: string, cookie: string, fields: Record<string, string> = {}) =>
      send('POST', path, cookie, new URLSearchParams(fields).toString()),
    close: () => agent.destroy(),
  }
}

export type Connection = ReturnType<typeof connect>

const here = { ip: '127.0.0.1', userAgent: 'load' }

/** The cookie of somebody who logged in before the load began. */
export async function cookieOf(db: Db, userId: number, clientId: number | null = null) {
  const user = await db('users').where({ id: userId }).first()
  return `session=${await startUserSession(db, user, here, clientId)}`
}

export async function adminCookie(db: Db) {
  const admin = await db('admins').orderBy('id').first()
  return `admin_session=${await startAdminSession(db, admin, here)}`
}

const at = '2026-01-01T00:00:00.000Z'

/** That many users with addresses of their own and verified ones, as rows; gives their ids. */
export async function addUsers(db: Db, count: number, name: string): Promise<number[]> {
  const emails = Array.from({ length: count }, (_, nth) => `${name}${nth}@example.com`)
  const dates = { email_verified_at: at, created_at: at, updated_at: at }
  const rows = emails.map((email) => ({
    email,
    first_name: 'Guest',
    last_name: name,
    search_text: email,
    ...dates,
  }))
  await db.batchInsert('users', rows, 100)
  return keepWordsOf(db, emails)
}

/** What searches find them by; gives their ids. */
export async function keepWordsOf(db: Db, emails: string[]): Promise<number[]> {
  const rows = await db('users').whereIn('email', emails).orderBy('id').select('id', 'search_text')
  const words = rows.flatMap(({ id, search_text }) =>
    wordsIn(search_text).map((word) => ({ user_id: id, word })),
  )
  await db.batchInsert('user_words', words, 100)
  return rows.map(({ id }) => id)
}

/** The sentence of a page, without whose page it is. */
export const sentenceOf = ({ text }: Answer) =>
  (/<h1[^>]*>([\s\S]*?)<\/main>/.exec(text)?.[0] ?? text)
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
