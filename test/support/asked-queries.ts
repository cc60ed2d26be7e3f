// What the application asks of its database, and pages that have much to show.

import { plantKeys } from './api.ts'
import { askedFor } from './asked-for.ts'
import { plantPasskey } from './authenticator.ts'
import type { TestHouse } from './house.ts'
import { addColleague, routesOfHouse } from './routes.ts'
import { latestTransfer, letIn, offerTo } from './transfers.ts'
import type { Visitor } from './visitor.ts'
import { plantContact, watched } from './watched.ts'

export interface Query {
  sql: string
  bindings: unknown[]
}

/** Every statement while `act` runs, in transactions too. */
export async function queriesOf(house: TestHouse, act: () => Promise<unknown>): Promise<Query[]> {
  const asked: Query[] = []
  const listen = ({ sql, bindings }: { sql: string; bindings?: unknown[] }) =>
    asked.push({ sql, bindings: bindings ?? [] })
  house.db.on('query', listen)
  await act()
  house.db.removeListener('query', listen)
  return asked
}

const LATER = '2099-01-01T00:00:00.000Z'
const DATES = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }

export interface Walk {
  /** URLs, with whoever looks at them. */
  pages: { url: string; path: string; visitor: Visitor }[]
  /** Adds rows to everything that is listed. */
  grow(rows: number): Promise<void>
}

/** Every page that is looked at; not links of mails, what is answered without a page, and what ends what Alice shows. */
export async function walkOf(house: TestHouse): Promise<Walk> {
  const alice = await house.user('alice', 'Acme Hosting')
  const ada = await house.admin()
  await alice.visit('/account/users')
  await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
  await alice.post('/account/presets', { name: 'Front desk', permissions: 'tickets' })
  await letIn(house, 'Chen Labs', 'alice')
  await offerTo(await house.user('carol', 'Chen Labs'), 'Alice Ames')
  const { id } = await house.clientNamed('Acme Hosting')
  const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
  const [invitation, preset] = [await house.db('invitations').first(), await house.db('presets').first()]
  await house.delivery.settled()
  const ids: Record<string, unknown> = {
    ...{ id, clientId: id, userId: bob.id, inviteId: invitation.id, presetId: preset.id, name: 'theme.css' },
    ...{ ...(await addColleague(house.db)), ...(await watched(house.db)) },
    ...{ requestId: await askedFor(house.db), contactId: await plantContact(house.db, id) },
    ...{ transferId: (await latestTransfer(house)).id, nth: '0', sessionId: '0123456789abcdef' },
    ...(await plantKeys(house)),
    passkeyId: await plantPasskey(house.db, 'user', 'alice@example.com'),
  }
  // A worker beats beside the pages, which would be counted with them.
  await house.work?.stop()
  await house.work?.leave()
  const routes = routesOfHouse(house).filter(({ method, path, guard }) => {
    return (
      method === 'get' &&
      guard !== 'public' &&
      !/token|^\/dev|^\/$|logout|^\/admin\/security\/passkeys\/:|stop$/.test(path)
    )
  })
  const urlOf = (path: string) => path.replace(/:(\w+)/g, (_, name) => String(ids[name]))
  const visitorOf = (path: string) => (path.startsWith('/admin') ? ada : alice)
  const pages = routes.map(({ path }) => ({ path, url: urlOf(path), visitor: visitorOf(path) }))
  return { pages, grow: (rows) => grow(house, id, rows) }
}

async function grow({ db }: TestHouse, client_id: number, rows: number) {
  const copies = async (table: string, where: object, differs: (nth: number) => object) => {
    const { id: _, ...row } = await db(table).where(where).first()
    const base = (await db(table).count({ n: '*' }))[0]?.n
    const some = Array.from({ length: rows }, (_, nth) => ({
      ...row,
      ...differs(Number(base) * 1_000 + nth),
    }))
    await db.batchInsert(table, some, 20)
  }
  const alice = await db('users').where({ email: 'alice@example.com' }).first()
  await copies('users', { email: 'carol@example.com' }, (n) => ({ email: `more${n}@example.com` }))
  const ids: number[] = await db('users')
    .where('email', 'like', 'more%')
    .orderBy('id', 'desc')
    .limit(rows)
    .pluck('id')
  for (const user_id of ids)
    await db('associations').insert({ client_id, user_id, permissions: 'tickets', ...DATES })
  await copies('clients', { id: client_id }, (n) => ({ company_name: `More ${n}` }))
  for (const { id } of await db('clients')
    .where('company_name', 'like', 'More%')
    .orderBy('id', 'desc')
    .limit(rows)) {
    await db('associations').insert({ client_id: id, user_id: alice.id, permissions: 'tickets', ...DATES })
    await db('associations').insert({ client_id: id, user_id: ids[0], permissions: 'tickets', ...DATES })
  }
  const open = (n: number) => ({ email: `o${n}@x.test`, open_email: `o${n}@x.test`, expires_at: LATER })
  await copies('invitations', {}, open)
  await copies('invitations', {}, (n) => ({
    status: 'declined',
    open_email: null,
    ended_at: LATER,
    nonce: `n${n}`,
  }))
  await copies('emails', {}, (n) => ({ message_id: `m${n}`, client_id, status: 'failed' }))
  await copies('activity', { client_id }, (n) => ({ request_id: `r${n}` }))
  await copies('hook_events', {}, (n) => ({ event_id: `e${n}` }))
  const events = await db('hook_events').orderBy('id', 'desc').limit(rows).pluck('id')
  let nth = 0
  await copies('hook_deliveries', {}, () => ({ event_id: events[nth++], status: 'failed' }))
  await copies('presets', {}, (n) => ({ name: `preset ${n}` }))
  await copies('contacts', {}, (n) => ({ email: `c${n}@x.test` }))
  await copies('admins', {}, (n) => ({ email: `admin${n}@x.test` }))
  await copies('roles', {}, (n) => ({ name: `role ${n}` }))
  await copies('sessions', { user_id: alice.id }, (n) => ({ id_hash: `s${n}` }))
  for (const keys of [{ user_id: null }, { user_id: alice.id }])
    await copies('api_credentials', keys, (n) => ({ secret_hash: `s${n}`, name: `key ${n}` }))
  await copies('passkeys', {}, (n) => ({ credential_hash: `k${n}`, credential_id: `k${n}` }))
}
