// The data of the bench, the same every time: clients with their owner and users, invitations with their message and
// event. It is what the doctor accepts; how accesses came to be was long ago, so the log of that is forgotten. The first
// FULL_CLIENTS clients are the ones that are measured: 50 users and 10 pending invites each.

import { ALL_PERMISSIONS } from '../../src/domain/permissions.ts'
import { searchText } from '../../src/domain/search.ts'
import { wordsIn } from '../../src/domain/words.ts'
import { inDays } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'
import { fill, type Row } from './fill.ts'

export interface Size {
  clients: number
  users: number
  associations: number
  invitations: number
}

export const FULL: Size = {
  clients: 100_000,
  users: 1_000_000,
  associations: 1_500_000,
  invitations: 500_000,
}
export const QUICK: Size = { clients: 2_000, users: 20_000, associations: 30_000, invitations: 10_000 }

export const FULL_CLIENTS = 100
export const USERS_SHOWN = 50
const PENDING_SHOWN = 10
const SOME = 'domains,invoices,products,tickets'

const FIRST =
  `Ada Aisha Alan Amara Anna Bao Ben Bianca Carlos Chloe Daniel Dara Elena Emil Farid Fiona Grace Hana Henry Ines
Ivan Jamal Jana Jonas Karim Kate Lars Leila Liam Lucia Malik Maria Mei Milan Nadia Noah Olga Omar Pia Paulo`.split(
    /\s+/,
  )
const LAST =
  `Abel Adams Bauer Becker Brown Castro Chen Costa Cruz Dubois Eriksen Fischer Fontaine Garcia Gomez Haas Hansen
Hughes Ito Ivanov Jensen Jones Kaya Keller Khan Kim Kowalski Larsen Lopez Meyer Moreau Moretti Nagy Novak Okafor Olsen
Patel Petrov Quinn Ramos Rossi Sato Schmidt Silva Smith Tanaka Torres Ueda Vargas Wagner Weber Xu Yilmaz Young Zhang`.split(
    /\s+/,
  )
const TRADES =
  'Bakery Books Cycles Dental Design Farms Foods Garden Hosting Labs Law Music Print Studio Travel Works'.split(
    ' ',
  )

const at = (list: string[], index: number) => list[index % list.length] ?? ''
const dates = (moment: string) => ({ created_at: moment, updated_at: moment })

export const nameOf = (user: number) => ({
  first_name: at(FIRST, user * 7 + Math.floor(user / 40)),
  last_name: at(LAST, user * 11 + Math.floor(user / 55)),
})

/** Who is associated with a client: its owner is the first, and no two are the same. */
export const userOf = ({ clients, users }: Size, client: number, nth: number) =>
  1 + (((client - 1) * Math.floor(users / clients) + nth * Math.floor(users / USERS_SHOWN)) % users)

/** Somebody who is not associated with this client. */
export const strangerTo = ({ clients, users }: Size, client: number) =>
  1 + (((client - 1) * Math.floor(users / clients) + 3) % users)

export async function makeData(db: Db, size: Size, say: (line: string) => void) {
  const old = inDays(-400)
  const sent = inDays(-2)
  const steps: [string, Iterable<Row>][] = [
    ['users', users(size, old)],
    ['clients', clients(size, old)],
    ['user_words', words('user_id', users(size, old))],
    ['client_words', words('client_id', clients(size, old))],
    ['associations', associations(size, old)],
    ['invitations', invitations(size, sent)],
    ['emails', emails(size, sent)],
    ['hook_events', events(size, sent)],
  ]
  const row = { key: 'activity_forgotten_up_to', value: inDays(0), updated_at: old }
  await db('settings').insert(row)
  for (const [table, rows] of steps) {
    const began = performance.now()
    const count = await fill(db, table, rows)
    say(`${count.toLocaleString('en')} ${table} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  }
}

function* users({ users }: Size, moment: string): Iterable<Row> {
  for (let id = 1; id <= users; id++) {
    const name = nameOf(id)
    const email = `${name.first_name}.${name.last_name}.${id}@example.com`.toLowerCase()
    const search_text = searchText(name.first_name, name.last_name, email)
    yield {
      id,
      email,
      ...name,
      search_text,
      email_verified_at: moment,
      last_login_at: moment,
      ...dates(moment),
    }
  }
}

function* clients(size: Size, moment: string): Iterable<Row> {
  for (let id = 1; id <= size.clients; id++) {
    const owner_id = userOf(size, id, 0)
    const name = nameOf(owner_id)
    const company_name = `${name.last_name} ${at(TRADES, id)} ${id}`
    const email = `office@client${id}.example.com`
    const search_text = searchText(company_name, name.first_name, name.last_name, email)
    yield { id, owner_id, company_name, ...name, email, search_text, ...dates(moment) }
  }
}

/** What the rows are found by. */
function* words(of: string, rows: Iterable<Row>): Iterable<Row> {
  for (const { id = 0, search_text } of rows)
    for (const word of wordsIn(String(search_text))) yield { word, [of]: id }
}

/** How many of `all` belong to a client, when the measured ones have `many` each. */
function shareOf({ clients }: Size, all: number, many: number, client: number) {
  const measured = Math.min(FULL_CLIENTS, clients)
  if (client <= measured) return many
  const [left, others] = [all - measured * many, clients - measured]
  const nth = client - measured
  return Math.floor((left * nth) / others) - Math.floor((left * (nth - 1)) / others)
}

function* associations(size: Size, moment: string): Iterable<Row> {
  for (let client_id = 1; client_id <= size.clients; client_id++) {
    const count = shareOf(size, size.associations, USERS_SHOWN, client_id)
    for (let nth = 0; nth < count; nth++) {
      const permissions = nth === 0 || nth % 3 === 0 ? ALL_PERMISSIONS : SOME
      yield { client_id, user_id: userOf(size, client_id, nth), permissions, ...dates(moment) }
    }
  }
}

const guest = (id: number) => `guest${id}@example.net`

/** Those of the measured clients are pending; of the others' the first is, and the rest were cancelled. */
function* each(size: Size) {
  let id = 0
  for (let client = 1; client <= size.clients; client++) {
    const count = shareOf(size, size.invitations, PENDING_SHOWN, client)
    for (let nth = 0; nth < count; nth++)
      yield { id: ++id, client, isPending: nth === 0 || client <= FULL_CLIENTS }
  }
}

function* invitations(size: Size, moment: string): Iterable<Row> {
  const runsOut = new Date(Date.parse(moment) + 7 * 86_400_000).toISOString()
  for (const { id, client: client_id, isPending } of each(size)) {
    const by = { invited_by_user_id: userOf(size, client_id, 0), nonce: `nonce of invitation ${id}` }
    const ending = isPending
      ? { status: 'pending', open_email: guest(id), ended_at: null }
      : { status: 'cancelled', open_email: null, ended_at: moment }
    const sent = { sent_at: moment, expires_at: runsOut, ...dates(moment) }
    yield { id, client_id, email: guest(id), permissions: SOME, ...by, ...ending, ...sent }
  }
}

function* emails(size: Size, moment: string): Iterable<Row> {
  for (const { id, client } of each(size)) {
    const about = { client_id: client, invitation_id: id, send_count: 1, to_address: guest(id) }
    const data = JSON.stringify({ inviter: 'Somebody', client: `Client ${client}` })
    const done = {
      status: 'sent',
      sent_at: moment,
      next_attempt_at: moment,
      created_at: moment,
      retry_until: moment,
    }
    const subject = 'Somebody invited you'
    yield { template: 'invitation', data, ...about, subject, message_id: `<${id}@bench.example>`, ...done }
  }
}

function* events(size: Size, moment: string): Iterable<Row> {
  let nth = 0
  for (const { id, client, isPending } of each(size))
    for (const name of isPending ? ['InviteSent'] : ['InviteSent', 'InviteCancelled']) {
      const about = { client: { id: client, name: `Client ${client}` }, invitation: { id, email: guest(id) } }
      const payload = JSON.stringify({ ...about, at: moment })
      yield { event_id: `event ${++nth}`, name, payload, status: 'done', created_at: moment }
    }
}
