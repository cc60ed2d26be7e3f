// The pages that are measured: what is asked of Latchkey, what of the floor, and how Latchkey's page becomes the floor's
// template. All spread over many clients, asked for by people who have logged in.

import type { Db } from '../../src/platform/database.ts'
import { ask, bytesOf, type Wanted } from './connection.ts'
import { cut, type List } from './cut.ts'
import { FULL_CLIENTS, USERS_SHOWN, userOf } from './data.ts'
import type { Source } from './load.ts'
import { adminCookie, cookieOf, keyHeaders, type Stage } from './stage.ts'

export interface Page {
  key: string
  name: string
  /** The nth request of Latchkey, and of the floor. */
  latchkey(stage: Stage, nth: number): Wanted
  floor?(stage: Stage, nth: number): string
  template?(stage: Stage): Promise<string>
  aim: string
  /** The least share of the floor's requests. */
  ratio?: number
  p99?: number
  isAtHalf?: boolean
}

const LAST_MEASURED = FULL_CLIENTS

const asAdmin = { Cookie: adminCookie }
const clientOf = (nth: number) => 1 + (nth % FULL_CLIENTS)
const HTMX = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }

/** Two and more letters, as they come while somebody types a name. */
const TYPED =
  'an ann anna ba bauer ca carlos che chen el elena fi fis gr grace ha hans ja jan jana le lee ma mari mil no oku pe petr ro ros sa sato te tor vi wa web yi zh'.split(
    ' ',
  )
const typed = (nth: number) => TYPED[nth % TYPED.length] ?? ''

const LISTS: Record<'users' | 'pending', (stage: Stage) => Promise<List>> = {
  async users({ db }) {
    const users = await db('associations as a')
      .join('users as u', 'u.id', 'a.user_id')
      .where({ client_id: LAST_MEASURED })
      .orderBy('u.first_name')
      .select('u.*')
    return { name: 'users', marker: '<li class="row-item" id="user-', values: users.flatMap(personValues) }
  },
  async pending({ db }) {
    const all = await db('invitations').where({ client_id: LAST_MEASURED, status: 'pending' })
    const values = all.flatMap(({ id, email }): [string, string][] => [
      [email, 'email'],
      [String(id), 'id'],
    ])
    return { name: 'pending', marker: '<li class="row-item" id="invite-', values }
  },
}

const personValues = (user: {
  id: number
  email: string
  first_name: string
  last_name: string
}): [string, string][] => [
  [user.email, 'email'],
  [user.first_name, 'first_name'],
  [user.last_name, 'last_name'],
  [String(user.id), 'id'],
]

async function htmlOf(stage: Stage, wanted: Wanted): Promise<string> {
  const { status, body } = await ask(stage.config.port, wanted)
  if (status !== 200) throw new Error(`${wanted.path} answers ${status}.`)
  return body.toString('utf8')
}

async function usersTemplate(stage: Stage, wanted: Wanted) {
  const html = await htmlOf(stage, wanted)
  const { company_name } = await stage.db('clients').where({ id: LAST_MEASURED }).first()
  return cut(html, [await LISTS.users(stage), await LISTS.pending(stage)], [[company_name, 'client']])
}

async function rowsTemplate(db: Db, html: string, name: string, marker: string, table: 'users' | 'clients') {
  const ids = [...html.matchAll(table === 'users' ? /value="(\d+)"/g : /clients\/(\d+)"/g)].map(([, id]) =>
    Number(id),
  )
  const rows = await db(table).whereIn('id', ids)
  const values = rows.flatMap((row): [string, string][] => [
    ...(table === 'clients' ? [[row.company_name, 'company_name'] as [string, string]] : []),
    ...personValues(row),
  ])
  return cut(html, [{ name, marker, values }], [])
}

const usersTab = (client: number): Wanted => ({ path: `/admin/clients/${client}/users`, headers: asAdmin })
const userManagement = ({ size }: Stage, client: number): Wanted => ({
  path: '/account/users',
  headers: { Cookie: cookieOf(userOf(size, client, 0), client) },
})
const clientList = (before: number): Wanted => ({ path: `/admin/clients?before=${before}`, headers: asAdmin })
const search = (word: string): Wanted => ({
  path: `/admin/clients/1/users/associate?search=${word}`,
  headers: { ...asAdmin, ...HTMX },
})
const deep = ({ size }: Stage, nth: number) => 30 + ((nth * 37) % Math.floor(size.clients / 10))

export const PAGES: Page[] = [
  {
    key: 'users-tab',
    name: 'Users tab, Admin Area: 50 users, 10 pending invites',
    latchkey: (_stage, nth) => usersTab(clientOf(nth)),
    floor: (_stage, nth) => `/users-tab/${clientOf(nth)}`,
    template: (stage) => usersTemplate(stage, usersTab(LAST_MEASURED)),
    aim: 'at least 0.6 of the floor; p99 under 25 ms at half load',
    ratio: 0.6,
    p99: 25,
    isAtHalf: true,
  },
  {
    key: 'user-management',
    name: 'User Management, Client Area',
    latchkey: (stage, nth) => userManagement(stage, clientOf(nth)),
    floor: (_stage, nth) => `/user-management/${clientOf(nth)}`,
    template: (stage) => usersTemplate(stage, userManagement(stage, LAST_MEASURED)),
    aim: 'at least 0.6 of the floor',
    ratio: 0.6,
  },
  {
    key: 'search',
    name: 'Associate User search while typing',
    latchkey: (_stage, nth) => search(typed(nth)),
    floor: (_stage, nth) => `/search/${typed(nth)}`,
    template: async (stage) =>
      rowsTemplate(stage.db, await htmlOf(stage, search('an')), 'found', '<li><label for="user-', 'users'),
    aim: 'p99 under 20 ms at 100/s',
    p99: 20,
  },
  {
    key: 'clients',
    name: 'Client list, first page',
    latchkey: () => ({ path: '/admin/clients', headers: asAdmin }),
    floor: ({ size }) => `/clients/${size.clients + 1}`,
    template: async (stage) =>
      rowsTemplate(
        stage.db,
        await htmlOf(stage, clientList(stage.size.clients)),
        'clients',
        '<li class="row-item">',
        'clients',
      ),
    aim: 'p99 under 20 ms at 100/s',
    p99: 20,
  },
  {
    key: 'clients-deep',
    name: 'Client list, deep into it',
    latchkey: (stage, nth) => clientList(deep(stage, nth)),
    floor: (stage, nth) => `/clients/${deep(stage, nth)}`,
    aim: 'p99 under 20 ms at 100/s',
    p99: 20,
  },
  {
    key: 'clients-search',
    name: 'Client list, search',
    latchkey: (_stage, nth) => ({ path: `/admin/clients?search=${typed(nth)}`, headers: asAdmin }),
    aim: 'p99 under 20 ms at 100/s',
    p99: 20,
  },
  {
    key: 'can',
    name: 'API: may this user do this for this client?',
    latchkey: ({ size }, nth) => ({
      path: `/api/v1/clients/${clientOf(nth)}/users/${userOf(size, clientOf(nth), nth % USERS_SHOWN)}/can/tickets`,
      headers: keyHeaders,
    }),
    aim: 'p99 under 5 ms at 100/s',
    p99: 5,
  },
]

/** Asked again and again, each request made beforehand. */
export function sourceOf(port: number, wanted: (nth: number) => Wanted, kinds = FULL_CLIENTS): Source {
  const requests = Array.from({ length: kinds }, (_, nth) => bytesOf(wanted(nth), port))
  let nth = 0
  return { port, status: 200, next: () => requests[nth++ % kinds] }
}
