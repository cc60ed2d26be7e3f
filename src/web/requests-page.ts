// The page of requests for access that the URL asks for.

import type { Request } from 'express'
import { pageOfRequests } from '../domain/access-requests.ts'
import type { Client } from '../domain/clients.ts'
import type { Db } from '../platform/database.ts'
import { idOf } from './request.ts'
import { totalOf } from './totals.ts'

export async function requestsPage(db: Db, client: Client, { query }: Request) {
  const before = idOf(query.requests) || undefined
  const { count, ...page } = await pageOfRequests(db, client, before)
  return { ...page, before, count: totalOf(count) }
}
