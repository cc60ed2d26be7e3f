// The invitations of one client, as its lists show them, a page at a time: those that wait for an answer, with those that
// ran out lately and can be sent again; and the history.

import type { Knex } from 'knex'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Invitation, isOpen } from './invitations.ts'
import { COUNTED_MAX, countUpTo, cutPage, latestFirst, type Place } from './pages.ts'
import { like } from './search.ts'

/** With who sent it, as lists show it. */
export interface ListedInvitation extends Invitation {
  inviter: string
  /** Its place in a list: when it was sent. */
  word: string
  /** Why its latest message was given up: the address was refused, or it could not be delivered for a day. */
  mail?: 'refused' | 'failed' | undefined
}

const EXPIRED_SHOWN_DAYS = 30
const INVITES_A_PAGE = 25

interface Wanted {
  /** A part of the address. */
  search?: string
  behind?: Place | undefined
  size?: number
}

const withInviter = (rows: Knex.QueryBuilder) =>
  rows
    .leftJoin('users as u', 'u.id', 'i.invited_by_user_id')
    .leftJoin('admins as a', 'a.id', 'i.invited_by_admin_id')
    .select('i.*', 'u.first_name', 'u.last_name', 'a.name as admin_name')

type Row = Invitation & { first_name: string; last_name: string; admin_name: string }

const listed = ({ first_name, last_name, admin_name, ...row }: Row): ListedInvitation => ({
  ...row,
  word: row.sent_at,
  status: row.status === 'pending' && !isOpen(row) ? 'expired' : row.status,
  inviter: admin_name ?? `${first_name ?? ''} ${last_name ?? ''}`.trim(),
})

/** Those that are open, and those that ran out lately, whose address was neither invited again nor has come in since. */
const waiting = (db: Db, client: { id: number }, search = '') =>
  db('invitations as i')
    .where('i.client_id', client.id)
    .whereIn('i.status', ['pending', 'expired'])
    .where('i.expires_at', '>', inDays(-EXPIRED_SHOWN_DAYS))
    .where((either) =>
      either
        .where((open) => open.where('i.status', 'pending').where('i.expires_at', '>', timestamp()))
        .orWhere((over) =>
          over.whereRaw('? IS NULL', [invitedAgain(db)]).whereRaw('? IS NULL', [cameIn(db)]),
        ),
    )
    .modify(fits(search))

const fits = (search?: string) => (query: Knex.QueryBuilder) =>
  search && query.whereRaw("i.email LIKE ? ESCAPE '!'", [like(search.toLowerCase())])

// Not asked as EXISTS: MariaDB would first collect all that there are.
const invitedAgain = (db: Db) =>
  db('invitations as p')
    .whereRaw('p.client_id = i.client_id AND p.open_email = i.email AND p.id <> i.id')
    .select(db.raw('1'))
    .limit(1)

const cameIn = (db: Db) =>
  db('users as w')
    .join('associations as s', 's.user_id', 'w.id')
    .whereRaw('w.email = i.email AND s.client_id = i.client_id')
    .select(db.raw('1'))
    .limit(1)

/** Of the messages only the latest is told of, if it failed. */
export async function pageOfPending(
  db: Db,
  client: { id: number },
  { search, behind, size = INVITES_A_PAGE }: Wanted = {},
) {
  // The page first, then what belongs to it: else all that wait would be looked up. Nor may the search be part of that:
  // for one row that fits MariaDB would go through the invitations of all clients.
  const some = waiting(db, client)
    .modify(latestFirst('i.sent_at', 'i.id', behind))
    .limit(search ? COUNTED_MAX : size + 1)
    .select('i.*')
  const rows: (Row & { failed: string | null; fault: string | null })[] = await withInviter(
    db.from(some.as('i')),
  )
    .leftJoin('emails as e', (latest) =>
      latest
        .on('e.invitation_id', 'i.id')
        .andOn('e.send_count', 'i.send_count')
        .andOnVal('e.template', 'invitation')
        .andOnVal('e.status', 'failed'),
    )
    .select('e.status as failed', 'e.fault')
    .modify(fits(search))
    .modify(latestFirst('i.sent_at', 'i.id'))
    .limit(size + 1)
  const all = rows.map(({ failed, fault, ...row }): ListedInvitation => {
    const mail = fault === 'address' ? 'refused' : 'failed'
    return { ...listed(row), ...(failed && { mail }) }
  })
  const { list, next } = cutPage({ rows: all }, size)
  return { list: await withoutRepeated(db, client, list), next }
}

/** The last page, for whoever comes back to one that has nothing any more: where it begins, if it is not the first. */
export async function lastOfPending(
  db: Db,
  client: { id: number },
  search: string,
): Promise<Place | undefined> {
  const [row]: Pick<Row, 'id' | 'sent_at'>[] = await waiting(db, client, search)
    .orderBy(['i.sent_at', 'i.id'])
    .offset(INVITES_A_PAGE)
    .limit(1)
    .select('i.id', 'i.sent_at')
  return row && { id: row.id, word: row.sent_at }
}

/** Of an address that let several run out only the last is there. */
async function withoutRepeated(db: Db, client: { id: number }, list: ListedInvitation[]) {
  const over = list.filter(({ status }) => status === 'expired')
  const oldest = over.at(-1)
  if (!oldest) return list
  const latest: { email: string; sent_at: string }[] = await db('invitations')
    .where({ client_id: client.id, status: 'expired' })
    .where('sent_at', '>=', oldest.sent_at)
    .whereIn(
      'email',
      over.map(({ email }) => email),
    )
    .groupBy('email')
    .select('email')
    .max('sent_at as sent_at')
  const last = new Map(latest.map(({ email, sent_at }) => [email, sent_at]))
  return list.filter((one) => one.status === 'pending' || one.sent_at >= (last.get(one.email) ?? ''))
}

export const countPending = (db: Db, client: { id: number }, search?: string): Promise<number> =>
  countUpTo(db, waiting(db, client, search).select('i.id'))

/** The history: what was accepted, declined or cancelled. */
export async function pageOfEarlier(
  db: Db,
  client: { id: number },
  { behind, size = INVITES_A_PAGE }: Wanted = {},
) {
  const earlier = db('invitations as i')
    .where('i.client_id', client.id)
    .whereIn('i.status', ['accepted', 'declined', 'cancelled'])
  const rows: Row[] = await withInviter(earlier)
    .modify(latestFirst('i.sent_at', 'i.id', behind))
    .limit(size + 1)
  return cutPage({ rows: rows.map(listed) }, size)
}
