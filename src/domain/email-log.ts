// The outbox as a log that admins read: what was sent to whom, what waits and why, and sending again.
// A message is shown as it is rendered, without the link that made it a key (R23): whoever reads the log can
// use none. *Retry* obeys H11: what is no longer true is not sent again, and says why. It gives a message 24
// hours of tries anew, the first one at once.

import type { Knex } from 'knex'
import type { Key } from '../lang/english.ts'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { clientName } from './clients.ts'
import { aboutLink, findLinkRows, leadsNowhere, whyOver } from './email-links.ts'
import type { Email } from './emails.ts'
import { inHand } from './handed.ts'
import { countUpTo, endOfLooking, type Found } from './pages.ts'
import { Refusal } from './refusal.ts'
import { retryUntil } from './retrying.ts'
import { like, likeStart, wordsOf } from './search.ts'
import { findByWords } from './words.ts'

export interface LoggedEmail extends Email {
  /** The client's name, when it is about one. */
  client: string | null
}

export const EMAIL_STATUSES = ['waiting', 'sent', 'failed', 'superseded'] as const

const ADDRESS = /^[^@]+@/
const NUMBER = /^#(\d{1,9})$/
const CLIENTS_MAX = 200
const BATCH = 200
const BATCHES_MAX = 100

interface Looked {
  search?: string
  status?: Email['status'] | undefined
  client?: { id: number }
  /** Whatever else it must be. */
  only?: (query: Knex.QueryBuilder) => unknown
  before?: number | undefined
  limit: number
}

const withClient = (db: Db) =>
  db('emails as e')
    .leftJoin('clients as c', 'c.id', 'e.client_id')
    .select('e.*', 'c.company_name', 'c.first_name', 'c.last_name')

type Row = LoggedEmail & { company_name: string; first_name: string; last_name: string }

const logged = ({ company_name, first_name, last_name, ...email }: Row): LoggedEmail => ({
  ...email,
  client: email.client_id === null ? null : clientName({ company_name, first_name, last_name }),
})

/**
 * Newest first, a page at a time: `before` is the id that the page before ended with. An address from its start,
 * or a client's number, is found at once; for other words so many are looked at for one page, since no index helps there.
 */
export async function listEmails(
  db: Db,
  { search = '', status, client, only, before, limit }: Looked,
): Promise<Found<LoggedEmail>> {
  const words = wordsOf(search.toLowerCase())
  const quick = client || words.length === 0 || words.some((word) => ADDRESS.test(word) || NUMBER.test(word))
  const end = quick ? undefined : await endOfLooking(newest(db, { status, before }), 'e.id')
  const named = client ? new Map<string, number[]>() : await clientsNamed(db, words)
  const rows: Row[] = await withClient(db)
    .modify((query) => {
      for (const word of words) query.where((one) => mentions(one, word, named.get(word)))
      if (end) query.where('e.id', '>=', end)
      if (status) query.where('e.status', status)
      if (client) query.where('e.client_id', client.id)
      only?.(query)
      if (before) query.where('e.id', '<', before)
    })
    .orderBy('e.id', 'desc')
    .limit(limit)
  return { rows: rows.map(logged), ...(end && { stopped: { id: end } }) }
}

const newest = (db: Db, { status, before }: Pick<Looked, 'status' | 'before'>) =>
  db('emails as e').modify((query) => {
    if (status) query.where('e.status', status)
    if (before) query.where('e.id', '<', before)
  })

/** How many; of what is searched for nobody counts how many there are. */
export async function countEmails(db: Db, { search = '', status, client, only = () => {} }: Looked) {
  if (search.trim()) return undefined
  const same = { ...(status && { 'e.status': status }), ...(client && { 'e.client_id': client.id }) }
  return countUpTo(db, db('emails as e').where(same).modify(only).select('e.id'))
}

/** In the address, in the subject, among all clients in the client's name; or `#12`, the client's number. */
function mentions(query: Knex.QueryBuilder, word: string, clients: number[] = []) {
  const number = NUMBER.exec(word)?.[1]
  if (number) return query.where('e.client_id', Number(number))
  if (ADDRESS.test(word)) return query.whereRaw("e.to_address LIKE ? ESCAPE '!'", [likeStart(word)])
  query
    .whereRaw("e.to_address LIKE ? ESCAPE '!'", [like(word)])
    .orWhereRaw("LOWER(e.subject) LIKE ? ESCAPE '!'", [like(word)])
    .orWhereIn('e.client_id', clients)
}

/** The clients that each word is about. */
async function clientsNamed(db: Db, words: string[]) {
  const found = new Map<string, number[]>()
  for (const word of words) {
    const { rows } = await findByWords(db, 'clients', word, { limit: CLIENTS_MAX })
    found.set(
      word,
      rows.map(({ id }) => id),
    )
  }
  return found
}

export async function findEmail(
  db: Db,
  id: number,
  only: Looked['only'] = () => {},
): Promise<LoggedEmail | undefined> {
  const row: Row | undefined = await withClient(db).where('e.id', id).modify(only).first()
  return row && logged(row)
}

/** The message again, with these words in place of its link, and no address that could be followed. */
export async function renderEmail(db: Db, email: Email, leftOut: string) {
  const row = (await findLinkRows(db, [email])).get(email.id)
  // A row may be gone; what its template says of it must not be.
  const until = inMinutes(60, new Date(email.created_at))
  const link = leadsNowhere(email, row) ? undefined : leftOut
  const data = { until, ...JSON.parse(email.data), ...aboutLink(row), link }
  const { html, text } = await inHand().body(email.template, data)
  return {
    html: html.replace(/ href="[^"]*"/g, ''),
    text,
    /** What an invitation allows, and until when, stands in its own row: it has been sent again since. */
    changedSince: row !== undefined && 'send_count' in row && row.send_count !== email.send_count,
  }
}

/** Why a message is not sent any more; nothing for one that still holds. */
export const findWhyOver = async (db: Db, email: Email): Promise<Key | undefined> =>
  email.fault === 'limit'
    ? 'emails.over.limit'
    : whyOver(email, (await findLinkRows(db, [email])).get(email.id))

const anew = () => ({
  status: 'waiting',
  next_attempt_at: timestamp(),
  retry_until: retryUntil(),
  error: null,
  fault: null,
})

/** *Retry*: a failed one, or one that waits for its next try, is sent now. */
export const retryEmail = (db: Db, by: Actor, email: Email) =>
  change(db, by, async (trx) => {
    const over = await findWhyOver(trx, email)
    if (over) throw new Refusal(over)
    const rows = await trx('emails')
      .where({ id: email.id, claim_token: null })
      .whereIn('status', ['waiting', 'failed'])
      .update(anew())
    if (rows !== 1) throw new Refusal('emails.notWaiting')
    const { to_address, subject, client_id, user_id } = email
    await record(trx, 'email.retried', {
      ...(client_id && { client: { id: client_id } }),
      ...(user_id && { user: { id: user_id } }),
      email: to_address,
      subject,
    })
  })

/** How many failed; `refused` of them for good, by the server that they went to. */
export async function countFailed(db: Db) {
  const count = async (match: object) => {
    const [row] = await db('emails')
      .where({ status: 'failed', ...match })
      .count({ n: '*' })
    return Number(row?.n ?? 0)
  }
  return { all: await count({}), refused: await count({ fault: 'address' }) }
}

/** *Retry all failed*, a batch a transaction; what no longer holds is marked superseded instead. */
export async function retryFailedEmails(db: Db, by: Actor) {
  const total = { again: 0, over: 0 }
  for (let batch = 0, after = 0; batch < BATCHES_MAX; batch++) {
    const some: Email[] = await db('emails')
      .where({ status: 'failed' })
      .where('id', '>', after)
      .orderBy('id')
      .limit(BATCH)
    after = some.at(-1)?.id ?? 0
    if (after === 0) break
    const { again, over } = await retryBatch(db, by, some)
    total.again += again
    total.over += over
  }
  return total
}

const retryBatch = (db: Db, by: Actor, emails: Email[]) =>
  change(db, by, async (trx) => {
    const rows = await findLinkRows(trx, emails)
    const isOver = (email: Email) => whyOver(email, rows.get(email.id)) !== undefined
    const failed = (ids: number[]) => trx('emails').whereIn('id', ids).where({ status: 'failed' })
    const idsOf = (some: Email[]) => some.map(({ id }) => id)
    const again = await failed(idsOf(emails.filter((email) => !isOver(email)))).update(anew())
    const over = await failed(idsOf(emails.filter(isOver))).update({ status: 'superseded' })
    await record(trx, 'email.allRetried', { again, over })
    return { again, over }
  })
