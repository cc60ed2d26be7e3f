// The page of a user's accounts that the URL asks for, in whichever area: agencies have thousands.

import type { Request } from 'express'
import type { Account } from '../domain/associations.ts'
import { countOwnAccounts, listOwnAccounts } from '../domain/own-accounts.ts'
import { cutPage, type Place, readPlace } from '../domain/pages.ts'
import type { Db } from '../platform/database.ts'
import { totalFound } from './totals.ts'

const PAGE_SIZE = 25
const SEARCH_MAX = 100

export interface AccountsPage {
  accounts: Account[]
  search: string
  next: string | undefined
  before: Place | undefined
  /** How many were found, where there was a search. */
  hits: number | undefined
  /** The same as it is said, and of how many. */
  count: string
  /** How many there are without the search. */
  all: number
}

export async function accountsPage(db: Db, user: { id: number }, { query }: Request): Promise<AccountsPage> {
  const search = String(query.q ?? '').slice(0, SEARCH_MAX)
  const before = readPlace(query.before)
  const all = await countOwnAccounts(db, user)
  const hits = search.trim() ? await countOwnAccounts(db, user, search) : undefined
  const rows = await listOwnAccounts(db, user, { search, place: before, limit: PAGE_SIZE + 1 })
  const { list, next } = cutPage({ rows }, PAGE_SIZE)
  return { accounts: list, search, next, before, hits, count: totalFound(all, hits), all }
}

/** So that whoever saves something on a page of them comes back to it. */
export const ACCOUNTS_AT = ['q', 'before']
