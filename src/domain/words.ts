// What users and clients are found by: every word that is written on them is a row of its own, so that a search is a
// look into an index, on every database and however many there are. A word is found by its beginning; so is what
// stands in it behind a dot, a dash or an @. The words follow search_text, which is written with the name; whoever
// writes that calls keepWords, and the doctor compares both.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
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
/** So many rows of the word looked for are gone through, then more, then no more. */
const LOOKED_THROUGH = [500, 5_000, 50_000]
const RARE = 1_000
/** Totals are exact so far, then "more than". */
export const COUNTED_MAX = 10_000

/** The words of a search_text. The last part of an address stands in half of all, so it is none. */
export function wordsIn(text: string): string[] {
  const whole = text.split(GAP).filter(Boolean)
  const inner = whole.flatMap((word) =>
    [...word.matchAll(INNER)]
      .map(({ index, 0: gap }) => word.slice(index + gap.length))
      .filter((part) => part.includes('.') || !word.includes('@')),
  )
  const cut = [...whole, ...inner].map((word) => [...word].slice(0, WORD_MAX).join(''))
  return [...new Set(cut)].slice(0, WORDS_MAX)
}

/** Writes down the words of a row that is new, or that this transaction has changed. */
export async function keepWords(trx: Db, what: Worded, id: number, text: string, isNew = false) {
  const { table, of } = WORDS[what]
  if (!isNew) await trx(table).where(of, id).delete()
  await trx(table).insert(wordsIn(text).map((word) => ({ word, [of]: id })))
}

/** What was typed, as the beginnings of words; a sign in front of a word says nothing. */
const typedWords = (typed: string) =>
  [...new Set(searchText(typed).split(GAP).filter(Boolean).slice(0, MOST_TYPED))]
    .map((word) => word.replace(/^[^\p{L}\p{N}]+(?=[\p{L}\p{N}])/u, ''))
    .map((word) => [...word].slice(0, WORD_MAX).join(''))

const beginsWith = (query: Knex.QueryBuilder, column: string, word: string) =>
  query.where(column, '>=', word).where(column, '<', word + END)

/** Each word that was typed must begin one of the row's; `id` is the column that holds whose row it is. */
export function whereWorded(query: Knex.QueryBuilder, db: Db, what: Worded, id: string, typed: string) {
  for (const word of typedWords(typed)) query.whereRaw('? IS NOT NULL', [firstWord(db, what, id, word)])
  return query
}

/** A row's first word that begins so. Not asked as EXISTS: MariaDB would first collect all that have such a word. */
const firstWord = (db: Db, what: Worded, id: string, word: string) =>
  beginsWith(db(`${WORDS[what].table} as x`), 'x.word', word)
    .whereRaw('?? = ??', [`x.${WORDS[what].of}`, id])
    .min('x.word')

/** Where a row stands in a list, for the page behind it: its id and, in what was searched for, the word that found it. */
export interface Place {
  id: number
  word?: string | undefined
}

const PLACE = /^(\d{1,9})(?:_(.{1,254}))?$/su

/** As it stands in a URL. */
export const placeOf = ({ id, word }: Place) => (word === undefined ? String(id) : `${id}_${word}`)

export function readPlace(text: unknown): Place | undefined {
  const [, id, word] = PLACE.exec(String(text ?? '')) ?? []
  return id === undefined ? undefined : { id: Number(id), word }
}

/** Whether anything is looked for. */
export const isSearch = (typed: string) => typedWords(typed).length > 0

interface Wanted {
  limit: number
  after?: Place | undefined
  /** What else holds of it, as `u`. */
  only?: (query: Knex.QueryBuilder) => unknown
}

/**
 * Users or clients with every word that was typed, in the order of the word that it found: what is spelt just so comes
 * first. Goes through the rarest of the words and stops as soon as there are enough.
 */
export async function findByWords<Row extends { id: number }>(
  db: Db,
  what: Worded,
  typed: string,
  { limit, after, only = () => {} }: Wanted,
): Promise<(Row & { word: string })[]> {
  const words = typedWords(typed)
  const word = words.find((one) => after?.word?.startsWith(one)) ?? (await rarest(db, what, words))
  if (word === undefined) return []
  const others = words.filter((one) => one !== word)
  const found: (Row & { word: string })[] = []
  for (const stretch of stretches(what, word, after)) {
    const rest = limit - found.length
    if (rest > 0) found.push(...(await look<Row>(db, what, { word, others, stretch, only, limit: rest })))
  }
  return found
}

type Narrow = (query: Knex.QueryBuilder) => unknown

/** The rest of a word's rows, then the words behind it: an index leads straight to either, and MariaDB sorts neither. */
function stretches(what: Worded, word: string, { id, word: from = '' }: Place = { id: 0 }): Narrow[] {
  const { of } = WORDS[what]
  if (!from.startsWith(word)) return [(query) => beginsWith(query, 'word', word).orderBy(['word', of])]
  return [
    (query) => query.where({ word: from }).where(of, '>', id).orderBy(of),
    (query) =>
      query
        .where('word', '>', from)
        .where('word', '<', word + END)
        .orderBy(['word', of]),
  ]
}

async function rarest(db: Db, what: Worded, words: string[]): Promise<string | undefined> {
  if (words.length < 2) return words[0]
  const counts = await Promise.all(words.map((word) => countUpTo(db, wordRows(db, what, word), RARE)))
  return words[counts.indexOf(Math.min(...counts))]
}

const wordRows = (db: Db, what: Worded, word: string) =>
  beginsWith(db(WORDS[what].table), 'word', word).select('word')

/** How many rows a query gives, counted no further than one beyond `most`. */
export async function countUpTo(db: Db, rows: Knex.QueryBuilder, most = COUNTED_MAX): Promise<number> {
  const counted = await db.from(rows.limit(most + 1).as('some')).count({ n: '*' })
  return Number(counted[0]?.n ?? 0)
}

interface Looking {
  word: string
  others: string[]
  stretch: Narrow
  only: Narrow
  limit: number
}

async function look<Row>(db: Db, what: Worded, { word, others, stretch, only, limit }: Looking) {
  const { table, of } = WORDS[what]
  let rows: (Row & { word: string })[] = []
  for (const most of LOOKED_THROUGH) {
    const some = db(table).modify(stretch).select('word', of)
    const query: Knex.QueryBuilder = db
      .from(some.clone().limit(most).as('w'))
      .join(`${what} as u`, 'u.id', `w.${of}`)
      // Two words of one row begin alike (Anna, anna@…): it is found by the first of them.
      .where('w.word', firstWord(db, what, `w.${of}`, word))
      .modify((query) => {
        for (const other of others) query.whereRaw('? IS NOT NULL', [firstWord(db, what, `w.${of}`, other)])
      })
      .modify(only)
      .orderBy(['w.word', `w.${of}`])
      .limit(limit)
      .select('u.*', 'w.word')
    rows = await query
    if (rows.length === limit || !(await some.clone().offset(most).first())) break
  }
  return rows
}
