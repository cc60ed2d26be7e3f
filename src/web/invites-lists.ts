// The lists of a client's invitations that the URL asks for, in whichever area.

import type { Request } from 'express'
import type { Client } from '../domain/clients.ts'
import { countPending, lastOfPending, pageOfEarlier, pageOfPending } from '../domain/listing-invitations.ts'
import { isMoment, type Place, readPlace } from '../domain/pages.ts'
import type { Db } from '../platform/database.ts'
import { placesIn } from './places.ts'
import { totalFound } from './totals.ts'

const SEARCH_MAX = 100

const placeIn = (text: unknown) => {
  const place = readPlace(text)
  return isMoment(place) ? place : undefined
}

export async function invitesLists(db: Db, client: Client, req: Request) {
  const { query } = req
  const search = String(query.invited ?? '')
    .slice(0, SEARCH_MAX)
    .trim()
  const { before, ...found } = await pageAt(db, client, search, placeIn(query.pending))
  const isCut = before || found.next
  const those = isCut ? await countPending(db, client, search) : found.list.length
  const all = search ? await countPending(db, client) : those
  const earlier = await pageOfEarlier(db, client, { behind: placeIn(query.earlier) })
  return {
    pending: {
      ...found,
      search,
      before,
      count: totalFound(all, search ? those : undefined),
      here: placesInLists(req),
    },
    earlier: { ...earlier, before: placeIn(query.earlier) },
  }
}

/** The page behind a place, or the last one: what stood on that page may have been cancelled. */
async function pageAt(db: Db, client: Client, search: string, asked?: Place) {
  const found = await pageOfPending(db, client, { search, behind: asked })
  // One may show nothing, since all on it was sent again later, and others come behind it.
  if (!asked || found.list.length > 0 || found.next) return { ...found, before: asked }
  const before = await lastOfPending(db, client, search)
  return { ...(await pageOfPending(db, client, { search, behind: before })), before }
}

/** What says where somebody is in the lists of a client's users. */
const LISTS = ['search', 'before', 'invited', 'pending', 'earlier', 'requests']

export const placesInLists = (req: Request) => placesIn(req, LISTS)

/** The end of a URL that leads back to the pending ones, as somebody left them; the first page says at its top what was done. */
export function backToPending(req: Request) {
  const places = placesInLists(req)
  return places && `${places}#pending`
}
