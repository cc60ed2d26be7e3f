// Send Invite and Accept, measured like pages. Each is done once only, so requests are made as they are asked for: a new
// address each time, and invitations out of a supply that Latchkey and the floor share.

import { linkTo } from '../../src/domain/links.ts'
import { bytesOf } from './connection.ts'
import { FULL_CLIENTS, strangerTo, userOf } from './data.ts'
import type { Figure } from './figures.ts'
import type { Source } from './load.ts'
import { measure, type Pace } from './measure.ts'
import type { Running } from './processes.ts'
import { cookieOf, logInAll, type Stage } from './stage.ts'

const INVITE = { name: 'Send Invite (POST to 303)', aim: 'at least 0.4 of the floor', ratio: 0.4 }
const ACCEPT = { name: 'Accept (POST) by a logged-in user', aim: 'at least 0.4 of the floor', ratio: 0.4 }
const POSTED = 303
const SOME = ['domains', 'invoices', 'products', 'tickets']

/** The floor knows no session: it is told who asks, for which client. */
type Bodies = [latchkey: () => Buffer | undefined, floor: () => Buffer | undefined]

let invited = 0

function invitesTo({ size, config }: Stage, floor: Running | undefined): Bodies {
  const next = () => {
    const nth = ++invited
    const client = 1 + (nth % FULL_CLIENTS)
    return { client, user: userOf(size, client, 0), email: `invited${nth}@example.org` }
  }
  return [
    () => {
      const { client, user, email } = next()
      const shown_for = `user ${user} client ${client}`
      const body = { shown_for, email, which: 'choose', permissions: SOME }
      const headers = { Cookie: cookieOf(user, client) }
      return bytesOf({ method: 'POST', path: '/account/users/invite', headers, body }, config.port)
    },
    () => {
      const { client, user, email } = next()
      const body = { client: String(client), user: String(user), email }
      return bytesOf({ method: 'POST', path: '/invite', body }, floor?.port ?? 0)
    },
  ]
}

/** Pending invitations of clients that are not measured otherwise, each with somebody who may accept it. */
async function acceptsOf(
  { db, size, config }: Stage,
  most: number,
  floor: Running | undefined,
): Promise<Bodies> {
  const pending: { id: number; client_id: number; nonce: string }[] = await db('invitations')
    .where({ status: 'pending' })
    .where('client_id', '>', FULL_CLIENTS)
    .orderBy('id')
    .limit(most)
    .select('id', 'client_id', 'nonce')
  const people = pending.map(({ client_id }) => ({ user: strangerTo(size, client_id), client: null }))
  const whoever = new Map(people.map((person) => [person.user, person]))
  await logInAll(db, [...whoever.values()])
  let nth = 0
  const next = () => {
    const invitation = pending[nth]
    const { user = 0 } = people[nth++] ?? {}
    return invitation && { invitation, user }
  }
  return [
    () => {
      const one = next()
      if (!one) return undefined
      const path = `${linkTo('invite', one.invitation).slice(config.appUrl.length)}/accept`
      const headers = { Cookie: cookieOf(one.user, 0) }
      return bytesOf({ method: 'POST', path, headers, body: { shown_for: `user ${one.user}` } }, config.port)
    },
    () => {
      const one = next()
      if (!one) return undefined
      const { id, client_id } = one.invitation
      const body = { invitation: String(id), client: String(client_id), user: String(one.user) }
      return bytesOf({ method: 'POST', path: '/accept', body }, floor?.port ?? 0)
    },
  ]
}

const source = (running: Running, next: () => Buffer | undefined): Source => ({
  port: running.port,
  status: POSTED,
  next,
})

export async function measureWrites(
  stage: Stage,
  { latchkey, floor }: { latchkey: Running; floor: Running | undefined },
  pace: Pace,
  what: 'invite' | 'accept',
): Promise<Figure> {
  const [ours, least] =
    what === 'invite' ? invitesTo(stage, floor) : await acceptsOf(stage, stage.size.clients, floor)
  const pair = {
    latchkey: { running: latchkey, source: source(latchkey, ours) },
    floor: floor && { running: floor, source: source(floor, least) },
  }
  return measure(stage, pair, what === 'invite' ? INVITE : ACCEPT, pace)
}
