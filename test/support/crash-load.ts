// People who go on working while processes die under them: invitations, acceptances, resends, cancels and owner
// changes from many connections at once. A journal keeps what each was answered; -1, nobody there, is no try.

import type { Db } from '../../src/platform/database.ts'
import { type Chance, chance, pause } from './faults.ts'
import { type Answer, addUsers, adminCookie, type Connection, connect, cookieOf } from './load.ts'
import { type Received, unquoted } from './smtp.ts'

export interface Account {
  id: number
  /** The three users it may belong to, each with a session that acts for it. */
  owners: { id: number; cookie: string }[]
}

export interface Journal {
  invites: { email: string; clientId: number; status: number }[]
  accepts: { email: string; guestId: number; status: number }[]
  resends: { id: number; status: number }[]
  cancels: { id: number; status: number }[]
  owners: { clientId: number; userId: number; status: number }[]
}

const ACCOUNTS = 4
const GUESTS = 4_000
const NOBODY_MS = 50

function done({ status, text }: Answer) {
  if (status !== 303) throw new Error(`The load could not be prepared: ${status} ${text}`)
}

/** Accounts as people open them, and a crowd that will accept. */
export async function prepare(db: Db, appUrl: string) {
  const on = connect(appUrl)
  const ada = await adminCookie(db)
  const people = await addUsers(db, ACCOUNTS * 3, 'owner')
  const accounts: Account[] = []
  for (let nth = 0; nth < ACCOUNTS; nth++) {
    const [first = 0, ...others] = people.slice(nth * 3, nth * 3 + 3)
    done(await on.post('/user/accounts/new', await cookieOf(db, first), { company_name: `Crash ${nth}` }))
    const { id } = await db('clients')
      .where({ company_name: `Crash ${nth}` })
      .first('id')
    for (const user_id of others.map(String)) {
      const fields = { user_id, send_invite: 'no', permissions: 'tickets' }
      done(await on.post(`/admin/clients/${id}/users/associate`, ada, fields))
    }
    const owners = []
    for (const user of [first, ...others]) owners.push({ id: user, cookie: await cookieOf(db, user, id) })
    accounts.push({ id, owners })
  }
  on.close()
  return { ada, accounts, guests: await addUsers(db, GUESTS, 'guest') }
}

type Prepared = Awaited<ReturnType<typeof prepare>>

/** The links that have arrived, each address's latest. */
function postman(received: Received[]) {
  const links = new Map<string, string>()
  let read = 0
  return () => {
    for (; read < received.length; read++) {
      const [link] = unquoted(received[read]?.source ?? '').match(/\/invite\/[\w-]+/) ?? []
      if (link) links.set(received[read]?.to[0] ?? '', link)
    }
    return links
  }
}

export function startLoad(db: Db, appUrl: string, prepared: Prepared, received: Received[], seed: number) {
  const { ada, accounts, guests } = prepared
  const journal: Journal = { invites: [], accepts: [], resends: [], cancels: [], owners: [] }
  const readLinks = postman(received)
  const taken = new Set<string>()
  const invitedSoFar: string[] = []
  let [stopped, people] = [false, 0]

  async function invite(on: Connection, luck: Chance) {
    const [account, email] = [luck.of(accounts), `p${people++}@example.com`]
    const byAdmin = luck.below(2) === 0
    const { status } = byAdmin
      ? await on.post(`/admin/clients/${account.id}/users/associate`, ada, {
          search: email,
          user_id: 'new',
          send_invite: 'yes',
          permissions: 'tickets',
        })
      : await on.post('/account/users/invite', await ownerCookie(account), { email, which: 'all' })
    if (status >= 0) journal.invites.push({ email, clientId: account.id, status })
    if (status === 303) invitedSoFar.push(email)
    return status
  }

  async function ownerCookie({ id, owners }: Account) {
    const { owner_id } = await db('clients').where({ id }).first('owner_id')
    return owners.find((one) => one.id === owner_id)?.cookie ?? ''
  }

  /** Whoever got no answer clicks again, as people do; now and then two hold the same link. */
  async function accept(on: Connection, luck: Chance) {
    const links = readLinks()
    const email = [...links.keys()].findLast((one) => !taken.has(one))
    const [guestId, other] = [guests.pop(), luck.below(8) === 0 ? guests.pop() : undefined]
    if (!email || !guestId) return -1
    taken.add(email)
    const click = async (on: Connection, user: number) => {
      const cookie = await cookieOf(db, user)
      let status = 0
      while (status <= 0 && !stopped) {
        status = (await on.post(`${links.get(email)}/accept`, cookie)).status
        if (status >= 0) journal.accepts.push({ email, guestId: user, status })
        else await pause(NOBODY_MS)
      }
      return status
    }
    const second = other ? connect(appUrl) : undefined
    const [status] = await Promise.all([click(on, guestId), second && other && click(second, other)])
    second?.close()
    return status
  }

  async function resendOrCancel(step: 'resend' | 'cancel', on: Connection, luck: Chance) {
    const email = luck.of(invitedSoFar)
    const row = email && (await db('invitations').where({ email }).first('id', 'client_id'))
    if (!row) return -1
    const { status } = await on.post(`/admin/clients/${row.client_id}/invites/${row.id}/${step}`, ada)
    if (status >= 0) journal[`${step}s`].push({ id: row.id, status })
    return status
  }

  async function makeOwner(on: Connection, luck: Chance) {
    const account = luck.of(accounts)
    const { id: userId } = luck.of(account.owners)
    const { status } = await on.post(`/admin/clients/${account.id}/users/${userId}`, ada, { make_owner: '1' })
    if (status >= 0) journal.owners.push({ clientId: account.id, userId, status })
    return status
  }

  const acts = [invite, invite, invite, accept, accept, makeOwner]
  async function lane(nth: number, paceMs: number) {
    const [on, luck] = [connect(appUrl), chance(seed + nth)]
    while (!stopped) {
      const choice = luck.below(acts.length + 2)
      const status = await (choice < acts.length
        ? (acts[choice] as typeof invite)(on, luck)
        : resendOrCancel(choice === acts.length ? 'resend' : 'cancel', on, luck))
      await pause(status < 0 ? NOBODY_MS : luck.below(paceMs))
    }
    on.close()
  }

  return {
    journal,
    run: (lanes: number, paceMs: number) =>
      Promise.all(Array.from({ length: lanes }, (_, nth) => lane(nth, paceMs))),
    stop: () => {
      stopped = true
    },
  }
}
