// Choosing among the accounts of one user. Agencies have thousands, so they are searched, sorted and cut by the
// database. Recently used first: where one was last is where one goes next; nothing depends on the order.

import type { Knex } from 'knex'
import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { type Account, accounts, toAccount } from './associations.ts'
import { whereFound } from './search.ts'

/** Every database puts those never entered last; of these the user's own come first. */
const recentlyUsedFirst = (query: Knex.QueryBuilder, user: { id: number }) =>
  query
    .orderBy('associations.last_login_at', 'desc')
    .orderByRaw('CASE WHEN clients.owner_id = ? THEN 0 ELSE 1 END', [user.id])
    .orderBy('clients.search_text')
    .orderBy('clients.id')

/** However they stand, a page at a time. */
export async function listOwnAccounts(
  db: Db,
  user: { id: number },
  { search, offset, limit }: { search: string; offset: number; limit: number },
): Promise<Account[]> {
  const query = recentlyUsedFirst(whereFound(accounts(db, user), search), user)
  const rows = await query.offset(offset).limit(limit)
  return rows.map((row: Parameters<typeof toAccount>[1]) => toAccount(user, row))
}

export async function countOwnAccounts(db: Db, user: { id: number }, search = ''): Promise<number> {
  const query = db('associations').where('associations.user_id', user.id)
  if (search) whereFound(query.join('clients', 'clients.id', 'associations.client_id'), search)
  const [row] = await query.count({ count: '*' })
  return Number(row?.count)
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
