// Finding people and accounts by a part of what is written on them, the same on every database: text is
// folded here (lower case, no accents) when it is stored and when it is looked for.

import type { Knex } from 'knex'

const MOST_WORDS = 5

export const searchText = (...parts: string[]) =>
  parts.join(' ').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()

/** Each word must stand somewhere in the row's search_text. */
export function whereFound(query: Knex.QueryBuilder, looked: string) {
  const words = searchText(looked).split(/\s+/).filter(Boolean).slice(0, MOST_WORDS)
  for (const word of words)
    query.whereRaw("search_text LIKE ? ESCAPE '!'", [`%${word.replace(/[!%_]/g, '!$&')}%`])
  return query
}
