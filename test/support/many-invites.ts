// More invitations of one client than stand on a page.

import type { TestHouse } from './house.ts'
import type { Visitor } from './visitor.ts'

const MINUTE_MS = 60_000
export const guest = (nth: number) => `guest${String(nth).padStart(2, '0')}@many.test`

/** So many beside one that is there, each sent a minute before the one before it. */
export async function plantInvites({ db }: TestHouse, many: number) {
  const { id: _, ...row } = await db('invitations').orderBy('id', 'desc').first()
  const sentAt = (nth: number) => new Date(Date.now() - (nth + 1) * MINUTE_MS).toISOString()
  const rows = Array.from({ length: many }, (_, nth) => ({
    ...{ ...row, email: guest(nth), open_email: guest(nth), nonce: `p${nth}`, sent_at: sentAt(nth) },
  }))
  await db.batchInsert('invitations', rows, 50)
}

/** Whose invitations are on the page, in its order. */
export const waiting = ({ $ }: Visitor) =>
  $('section[aria-labelledby=pending] .person-name')
    .toArray()
    .map((one) => $(one).text())
