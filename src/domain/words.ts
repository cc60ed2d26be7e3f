// What users and clients are found by: every word that is written on them is a row of its own, so that a search is a
// look into an index, on every database and however many there are. A word is found by its beginning; so is what
// stands in it behind a dot, a dash or an @. The words follow search_text, which is written with the name; whoever
// writes that calls keepWords, and the doctor compares both.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import { countUpTo, type Found, LAST_ID, type Narrow, type Place } from './pages.ts'
import { MOST_TYPED, searchText } from './search.ts'

/** The tables of words, by whose they are. */
export const WORDS = {
  users: { table: 'user_words', of: 'user_id' },
  clients: { table: 'client_words', of: 'client_id' },
} as const
export type Worded = keyof typeof WORDS

const WORD_MAX = 254
const WORDS_MAX = 40
const GAP = /[\s\p{C}]+/u
const INNER = /[^\p{L}\p{N}]+(?=[\p{L}\p{N}])/gu
/** Behind every character that a word may go on with. */
const END = '\u{10FFFF}'
/** So many rows of the rarest word are gone through, a step after the other, and no more: then the search stops. */
const STEPS = [100, 300, 800]
const LOOKED_THROUGH = STEPS.reduce((sum, most) => sum + most)

/** The words of a search_text. The last part of an address stands in half of all, so it is none. */
export function wordsIn(text: string): string[] {
  const whole = text.split(GAP).filter(Boolean)
  const inner = whole.flatMap((word) =>
    [...word.matchAll(INNER)]
      .map(({ index, 0: gap }) => word.slice(index + gap.length))
      .filter((part) => part.includes('.') || !word.includes('@')),
  )
  // The address stands last, and must not be crowded out by a name of many words.
  const cut = [...whole.slice(-1), ...whole, ...inner].map((word) => [...word].slice(0, WORD_MAX).join(''))
  return [...new Set(cut)].slice(0, WORDS_MAX)
}

/** Writes down the words of a row that is new, or that this transaction has changed. */
export async function keepWords(trx: Db, what: Worded, id: number, text: string, isNew = false) {
  const { table, of } = WORDS[what]
  if (!isNew) await trx(table).where(of, id).delete()
  await trx(table).insert(wordsIn(text).map((word) => ({ word, [of]: id })))
}

/**
 * What was typed, as the beginnings of words; a sign in front of a word says nothing, nor does a word that another one
 * begins with.
 */
function typedWords(typed: string): string[] {
  const words = [...new Set(searchText(typed).split(GAP).filter(Boolean).slice(0, MOST_TYPED))]
    .map((word) => word.replace(/^[^\p{L}\p{N}]+(?=[\p{L}\p{N}])/u, ''))
    .map((word) => [...word].slice(0, WORD_MAX).join(''))
  const some = [...new Set(words)]
  return some.filter((word) => !some.some((other) => other !== word && other.startsWith(word)))
}

/** By an index, whatever signs are in the word. */
export const beginsWith = (query: Knex.QueryBuilder, column: string, word: string) =>
  query.where(column, '>=', word).where(column, '<', word + END)

/** Each word that was typed must begin one of the row's; `id` is the column that holds whose row it is. */
export function whereWorded(query: Knex.QueryBuilder, db: Db, what: Worded, id: string, typed: string) {
  for (const word of typedWords(typed)) query.whereRaw('? IS NOT NULL', [hasWord(db, what, id, word)])
  return query
}

/** 1 if one of a row's words begins so. Not asked as EXISTS: MariaDB would first collect all that have such a word. */
const hasWord = (db: Db, what: Worded, id: string, word: string) =>
  beginsWith(wordsOf(db, what, id), 'x.word', word)

const wordsOf = (db: Db, what: Worded, id: string) =>
  db(`${WORDS[what].table} as x`)
    .whereRaw('?? = ??', [`x.${WORDS[what].of}`, id])
    .select(db.raw('1'))
    .limit(1)

/** Whether anything is looked for. */
export const isSearch = (typed: string) => typedWords(typed).length > 0

interface Wanted {
  limit: number
  after?: Place | undefined
  /** What else holds of it, as `u`. */
  only?: (query: Knex.QueryBuilder) => unknown
}

type ByWord<Row> = Row & { word: string }

/**
 * Users or clients with every word that was typed, in the order of the word that it found: what is spelt just so comes
 * first. Goes through the rarest of the words until there are enough, or as many have been looked at as one page may.
 */
export async function findByWords<Row extends { id: number }>(
  db: Db,
  what: Worded,
  typed: string,
  { limit, after, only = () => {} }: Wanted,
): Promise<Found<ByWord<Row>>> {
  const words = typedWords(typed)
  const word = words.find((one) => after?.word?.startsWith(one)) ?? (await rarest(db, what, words))
  const rows: ByWord<Row>[] = []
  if (word === undefined) return { rows }
  const looking = { word, others: words.filter((one) => one !== word), only }
  let place = after?.word?.startsWith(word) ? after : undefined
  for (const most of STEPS) {
    const stretch = stretchOf(what, word, place)
    rows.push(...(await look<Row>(db, what, { ...looking, stretch, most, limit: limit - rows.length })))
    if (rows.length >= limit) return { rows }
    const end = await endOf(db, what, stretch, most)
    if (!end && (!place || place.id === LAST_ID)) return { rows }
    place = end ?? { word: place?.word, id: LAST_ID }
  }
  return { rows, stopped: place }
}

/** The rest of a word's rows, or the words behind it: an index leads straight to either, and MariaDB sorts neither. */
function stretchOf(what: Worded, word: string, place?: Place): Narrow {
  const { of } = WORDS[what]
  const { id, word: from = '' } = place ?? { id: LAST_ID }
  if (id !== LAST_ID) return (query) => query.where({ word: from }).where(of, '>', id).orderBy(of)
  return (query) => {
    if (place) query.where('word', '>', from).where('word', '<', word + END)
    else beginsWith(query, 'word', word)
    query.orderBy(['word', of])
  }
}

/** The last row of a stretch that is cut, if there are more behind it. */
async function endOf(db: Db, what: Worded, stretch: Narrow, most: number): Promise<Place | undefined> {
  const { table, of } = WORDS[what]
  const query: Knex.QueryBuilder = db(table).modify(stretch).select('word', { id: of })
  const [end, behind]: Place[] = await query.offset(most - 1).limit(2)
  return behind && end
}

/** Of words that are all common, the longest is likely the rarest. */
async function rarest(db: Db, what: Worded, words: string[]): Promise<string | undefined> {
  if (words.length < 2) return words[0]
  const counts = await Promise.all(
    words.map((word) => countUpTo(db, wordRows(db, what, word), LOOKED_THROUGH)),
  )
  const fewest = Math.min(...counts)
  return words
    .filter((_, nth) => counts[nth] === fewest)
    .reduce((longest, word) => (word.length > longest.length ? word : longest))
}

const wordRows = (db: Db, what: Worded, word: string) =>
  beginsWith(db(WORDS[what].table), 'word', word).select('word')

interface Looking {
  word: string
  others: string[]
  stretch: Narrow
  only: Narrow
  /** So many rows of the stretch are looked through. */
  most: number
  limit: number
}

async function look<Row>(db: Db, what: Worded, { word, others, stretch, only, most, limit }: Looking) {
  const { table, of } = WORDS[what]
  const some = db(table).modify(stretch).select('word', of).limit(most)
  const query: Knex.QueryBuilder = db
    .from(some.as('w'))
    // Said so, SQLite begins with the words; it would begin with everyone who is active. To MariaDB it is any join.
    .crossJoin(`${what} as u`, 'u.id', `w.${of}`)
    .modify((query) => {
      for (const other of others) query.whereRaw('? IS NOT NULL', [hasWord(db, what, `w.${of}`, other)])
    })
    // Two words of one row begin alike (Anna, anna@…): it is found by the first of them.
    .whereRaw('? IS NULL', [
      wordsOf(db, what, `w.${of}`).where('x.word', '>=', word).whereRaw('x.word < w.word'),
    ])
    .modify(only)
    .orderBy(['w.word', `w.${of}`])
    .limit(limit)
    .select('u.*', 'w.word')
  const rows: ByWord<Row>[] = await query
  return rows
}
