// Many people at once: made straight in the database, with the cast's password, and logged in over HTTP.

import type { TestHouse } from './house.ts'
import { keepWordsOf } from './load.ts'
import type { Visitor } from './visitor.ts'

const at = '2026-01-01T00:00:00.000Z'

/** That many logged-in users who are associated with nothing. */
export async function crowd(house: TestHouse, count: number, name = 'guest'): Promise<Visitor[]> {
  const { password_hash } = await house.db('users').where({ email: 'bob@example.com' }).first('password_hash')
  const emails = Array.from({ length: count }, (_, nth) => `${name}${nth}@example.com`)
  const person = { first_name: 'Guest', last_name: name, password_hash, email_verified_at: at }
  const rows = emails.map((email) => ({
    ...person,
    email,
    search_text: email,
    created_at: at,
    updated_at: at,
  }))
  await house.db('users').insert(rows)
  await keepWordsOf(house.db, emails)
  const visitors: Visitor[] = []
  for (const email of emails) visitors.push(await house.user(email))
  return visitors
}

/** All of them in the same moment; what each was answered. */
export const atOnce = <T>(acts: (() => Promise<T>)[]): Promise<T[]> => Promise.all(acts.map((act) => act()))

/** How often each answer came. */
export function tally(statuses: (number | string)[]): Record<number | string, number> {
  const counts: Record<number | string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
