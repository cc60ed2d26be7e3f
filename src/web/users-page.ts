// The page of a client's users that the URL asks for, in whichever area.

import type { Request } from 'express'
import type { Client } from '../domain/clients.ts'
import { countClientUsers, pageOfClientUsers } from '../domain/listing-client-users.ts'
import type { Db } from '../platform/database.ts'
import { idOf } from './request.ts'
import { totalFound } from './totals.ts'

const SEARCH_MAX = 100

export async function usersPage(db: Db, client: Client, { query }: Request) {
  const search = String(query.search ?? '')
    .slice(0, SEARCH_MAX)
    .trim()
  const before = idOf(query.before) || undefined
  const { total, ...page } = await pageOfClientUsers(db, client, { search, behind: before })
  const all = search ? await countClientUsers(db, client) : total
  return { ...page, total: totalFound(all, search ? total : undefined), search, before }
}
