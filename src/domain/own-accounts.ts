// Choosing among the accounts of one user. Agencies have thousands, so they are searched, sorted and cut by the
// database. Recently used first: where one was last is where one goes next; nothing depends on the order.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Account, accounts, findAccount, toAccount } from './associations.ts'
import type { Client } from './clients.ts'
import { countUpTo, type Place } from './pages.ts'
import { whereFound } from './search.ts'

const NOT_OWN = 'CASE WHEN clients.owner_id = ? THEN 0 ELSE 1 END'

/** Every database puts those never entered last; of these the user's own come first. */
const recentlyUsedFirst = (query: Knex.QueryBuilder, user: { id: number }) =>
  query
    .orderBy('associations.last_login_at', 'desc')
    .orderByRaw(NOT_OWN, [user.id])
    .orderBy('clients.search_text')
    .orderBy('clients.id')

/** What stands behind an account in this order; its place also says when it was entered, as the page had it. */
function behind(query: Knex.QueryBuilder, user: { id: number }, last: Client, entered?: string) {
  const notOwn = last.owner_id === user.id ? 0 : 1
  const tie = (same: Knex.QueryBuilder) =>
    same.whereRaw(`${NOT_OWN} > ?`, [user.id, notOwn]).orWhere((alike) => {
      alike
        .whereRaw(`${NOT_OWN} = ?`, [user.id, notOwn])
        .where((text) =>
          text
            .whereRaw('clients.search_text > (SELECT search_text FROM clients WHERE id = ?)', [last.id])
            .orWhere((one) =>
              one
                .whereRaw('clients.search_text = (SELECT search_text FROM clients WHERE id = ?)', [last.id])
                .where('clients.id', '>', last.id),
            ),
        )
    })
  if (!entered) return query.whereNull('associations.last_login_at').where(tie)
  return query.where((any) =>
    any
      .where('associations.last_login_at', '<', entered)
      .orWhereNull('associations.last_login_at')
      .orWhere((same) => same.where('associations.last_login_at', entered).where(tie)),
  )
}

interface Wanted {
  search: string
  /** Behind which account the page begins: its word is when it was entered. */
  place?: Place | undefined
  limit: number
}

/** However they stand, a page at a time. */
export async function listOwnAccounts(db: Db, user: { id: number }, { search, place, limit }: Wanted) {
  // Of another's account nobody learns where it stands among their own.
  const last = place && (await findAccount(db, user, place.id))?.client
  const rows: Parameters<typeof toAccount>[1][] = await recentlyUsedFirst(
    whereFound(accounts(db, user), search),
    user,
  )
    .modify((query) => last && behind(query, user, last, place.word))
    .limit(limit)
  return rows.map((row) => {
    const account = toAccount(user, row)
    return { ...account, id: account.client.id, word: account.entered_at ?? undefined }
  })
}

/** Counted no further than one beyond COUNTED_MAX. */
export function countOwnAccounts(db: Db, user: { id: number }, search = ''): Promise<number> {
  const query = db('associations').where('associations.user_id', user.id).select('associations.client_id')
  if (search) whereFound(query.join('clients', 'clients.id', 'associations.client_id'), search)
  return countUpTo(db, query)
}

/** Of those that can be entered now, the one used last, else one's own. */
export async function findLastUsed(db: Db, user: { id: number }): Promise<Account | undefined> {
  const row = await recentlyUsedFirst(accounts(db, user), user)
    .whereNot('clients.status', 'closed')
    .where((open: Knex.QueryBuilder) =>
      open.where('clients.owner_id', user.id).orWhere((access) =>
        access.whereNull('associations.suspended_at').where((end) => {
          end.whereNull('associations.ends_at').orWhere('associations.ends_at', '>', timestamp())
        }),
      ),
    )
    .first()
  return row && toAccount(user, row)
}
