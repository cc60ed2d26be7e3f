// The lists of a client's invitations that the URL asks for, in whichever area.

import type { Request } from 'express'
import type { Client } from '../domain/clients.ts'
import { countPending, pageOfEarlier, pageOfPending } from '../domain/listing-invitations.ts'
import { isMoment, readPlace } from '../domain/pages.ts'
import type { Db } from '../platform/database.ts'
import { totalFound } from './totals.ts'

const SEARCH_MAX = 100

const placeIn = (text: unknown) => {
  const place = readPlace(text)
  return isMoment(place) ? place : undefined
}

export async function invitesLists(db: Db, client: Client, { query }: Request) {
  const search = String(query.invited ?? '')
    .slice(0, SEARCH_MAX)
    .trim()
  const before = placeIn(query.pending)
  const found = await pageOfPending(db, client, { search, behind: before })
  const isCut = before || found.next
  const those = isCut ? await countPending(db, client, search) : found.list.length
  const all = search ? await countPending(db, client) : those
  const earlier = await pageOfEarlier(db, client, { behind: placeIn(query.earlier) })
  return {
    pending: { ...found, search, before, count: totalFound(all, search ? those : undefined) },
    earlier: { ...earlier, before: placeIn(query.earlier) },
  }
}
