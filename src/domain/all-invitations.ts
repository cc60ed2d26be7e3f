// Invitations of all clients, for admins: the latest sent first, a page at a time, and several resent or cancelled at
// once. Each is a transaction of its own: what one is refused undoes nothing of another.

import type { Knex } from 'knex'
import { inDays, inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Actor } from './change.ts'
import { clientName, findClient } from './clients.ts'
import { cancelInvitation, type Invitation, isOpen, type Status } from './invitations.ts'
import { resendInvitation } from './inviting.ts'
import { byNoIndex, COUNTED_MAX, countUpTo, latestFirst, type Narrow, type Place } from './pages.ts'
import { NotFound, Refusal, TooMany } from './refusal.ts'
import { fullName } from './users.ts'
import { anything, type Named, precisely } from './whose-invitations.ts'

export const STATES = ['pending', 'expired', 'accepted', 'declined', 'cancelled'] as const
/** When it was sent last, in days: within so many, or longer ago. */
export const AGES = ['within-1', 'within-7', 'within-30', 'over-3', 'over-30'] as const

export const MOST_AT_ONCE = 50
/** Add-ons are asked for each, and may take their time. */
const TRIED_FOR_MINUTES = 1 / 3

export interface Wanted {
  state?: (typeof STATES)[number] | undefined
  age?: (typeof AGES)[number] | undefined
  /** Whose, by whom, and to which address; anybody's without. */
  named?: Named
  /** Behind which place the page begins: its word is when it was sent. */
  before?: Place | undefined
  limit: number
}

export interface AnyInvitation extends Invitation {
  client: string
  inviter: string
  /** Its place in the list: when it was sent. */
  word: string
}

/** What is asked for, as queries that are each answered by an index: for several at once a database reads all of them. */
function asked(db: Db, wanted: Wanted): (() => Knex.QueryBuilder)[] {
  const { rows, clients, inviters } = wanted.named ?? precisely(db, {})
  return statesOf(wanted.state).flatMap((state) =>
    inviters.map((inviter) => () => {
      const query = rows()
      for (const one of [state, clients, inviter, age(wanted)]) one(query)
      return query
    }),
  )
}

export async function listAllInvitations(db: Db, wanted: Wanted): Promise<AnyInvitation[]> {
  const rows: Invitation[] = []
  for (const query of asked(db, wanted))
    rows.push(
      ...(await query()
        .modify(latestFirst('i.sent_at', 'i.id', wanted.before))
        .limit(wanted.limit)
        .select('i.*')),
    )
  return withNames(db, rows.sort(sentLastFirst).slice(0, wanted.limit))
}

/** How many, whatever page; counted no further than one beyond COUNTED_MAX. */
export async function countAllInvitations(db: Db, wanted: Wanted): Promise<number> {
  let count = 0
  for (const query of asked(db, wanted))
    if (count <= COUNTED_MAX) count += await countUpTo(db, query().select('i.id'))
  return count
}

type Sent = Pick<Invitation, 'id' | 'sent_at'>

export const sentLastFirst = (a: Sent, b: Sent) =>
  a.sent_at === b.sent_at ? b.id - a.id : a.sent_at < b.sent_at ? 1 : -1

/** Nearly all that are pending. */
const whereNotOver: Narrow = (query) => query.whereRaw(`${byNoIndex('i.expires_at')} > ?`, [timestamp()])

function statesOf(state: Wanted['state']): Narrow[] {
  if (!state) return [anything]
  const is = (status: Status) => (query: Knex.QueryBuilder) => query.where('i.status', status)
  if (state === 'pending') return [(query) => is('pending')(query).modify(whereNotOver)]
  if (state !== 'expired') return [is(state)]
  // Over without the job having written it down.
  return [is('expired'), (query) => is('pending')(query).where('i.expires_at', '<=', timestamp())]
}

const age =
  ({ age }: Wanted): Narrow =>
  (query) => {
    const [how, days] = age?.split('-') ?? []
    if (how) query.where('i.sent_at', how === 'within' ? '>=' : '<', inDays(-Number(days)))
  }

async function withNames(db: Db, rows: Invitation[]): Promise<AnyInvitation[]> {
  const named = async (table: string, ids: (number | null)[]) =>
    new Map((await db(table).whereIn('id', [...new Set(ids)].filter(Boolean))).map((row) => [row.id, row]))
  const clients = await named(
    'clients',
    rows.map((row) => row.client_id),
  )
  const users = await named(
    'users',
    rows.map((row) => row.invited_by_user_id),
  )
  const admins = await named(
    'admins',
    rows.map((row) => row.invited_by_admin_id),
  )
  return rows.map((row) => {
    const user = users.get(row.invited_by_user_id)
    return {
      ...row,
      word: row.sent_at,
      status: row.status === 'pending' && !isOpen(row) ? 'expired' : row.status,
      client: clientName(clients.get(row.client_id)),
      inviter: user ? fullName(user) : (admins.get(row.invited_by_admin_id)?.name ?? ''),
    }
  })
}

/** These, in the order of the list; ids that no invitation has are left out. */
export async function findInvitations(db: Db, ids: number[]): Promise<AnyInvitation[]> {
  const rows = await db<Invitation>('invitations')
    .whereIn('id', ids.slice(0, MOST_AT_ONCE))
    .orderBy('sent_at', 'desc')
    .orderBy('id', 'desc')
  return withNames(db, rows)
}

export type Step = 'resend' | 'cancel'

export interface Outcome {
  invitation: AnyInvitation
  /** Why nothing was done with it. */
  refusal?: Refusal | TooMany
}

const acts = { resend: resendInvitation, cancel: cancelInvitation }

/** One after the other, by the same functions as for one alone: their checks and limits hold for each. */
export async function actOnMany(db: Db, by: Actor, step: Step, ids: number[]): Promise<Outcome[]> {
  const until = inMinutes(TRIED_FOR_MINUTES)
  const outcomes: Outcome[] = []
  for (const invitation of await findInvitations(db, ids)) {
    const refusal =
      timestamp() > until ? new Refusal('invitations.noTime') : await whyNot(db, by, step, invitation)
    outcomes.push({ invitation, ...(refusal && { refusal }) })
  }
  return outcomes
}

/** One that is gone by now is refused like one that is over: what was done with the others is told all the same. */
async function whyNot(db: Db, by: Actor, step: Step, invitation: AnyInvitation) {
  try {
    const client = await findClient(db, invitation.client_id)
    if (!client) throw new NotFound()
    await acts[step](db, by, client, invitation)
  } catch (error) {
    if (error instanceof NotFound) return new Refusal('invite.notPending')
    if (!(error instanceof Refusal || error instanceof TooMany)) throw error
    return error
  }
}
