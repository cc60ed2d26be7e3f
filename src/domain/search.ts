// Finding people and accounts by a part of what is written on them, the same on every database: text is
// folded here (lower case, no accents) when it is stored and when it is looked for.

import type { Knex } from 'knex'

export const MOST_TYPED = 5

/**
 * Folded, a name may be many times as long (ﷺ is eighteen letters), and the columns hold every part as long as it may be
 * typed and somewhat more: what goes beyond is not looked for. An address stays whole.
 */
const PART_MAX = 120

const folded = (part: string) =>
  [...part.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()]
    .slice(0, Math.max(PART_MAX, part.length))
    .join('')

export const searchText = (...parts: string[]) => parts.map(folded).join(' ').trim()

/** What is looked for, word by word, as it was typed. */
export const wordsOf = (looked: string) => looked.split(/\s+/).filter(Boolean).slice(0, MOST_TYPED)

/** A word as a pattern for `LIKE ? ESCAPE '!'`: anywhere, and nothing in it is a wildcard. */
export const like = (word: string) => `%${likeStart(word)}`

/** The same from the start of the text on, where an index helps. */
export const likeStart = (word: string) => `${word.replace(/[!%_]/g, '!$&')}%`

/** Each word must stand somewhere in the row's search_text: for lists that are short, as one user's accounts are. */
export function whereFound(query: Knex.QueryBuilder, looked: string) {
  for (const word of wordsOf(searchText(looked)))
    query.whereRaw("search_text LIKE ? ESCAPE '!'", [like(word)])
  return query
}
