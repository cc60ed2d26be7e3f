// Whether everybody is found by what is written on them. One statement sees a row together with its words, so a change
// that is under way never shows by halves.

import type { Db } from '../platform/database.ts'
import type { Found } from './doctor.ts'
import { steps } from './doctor-steps.ts'
import { WORDS, type Worded, wordsIn } from './words.ts'

/** Each user and client whose words are not those of its search_text. */
export async function* wrongWords(db: Db): AsyncGenerator<Found> {
  for (const what of Object.keys(WORDS) as Worded[]) {
    const { table, of } = WORDS[what]
    for await (const { after, upTo } of steps(db, { table: what, key: 'id', column: 'u.id' })) {
      const rows: { id: number; search_text: string; word: string | null }[] = await db(`${what} as u`)
        .leftJoin(`${table} as w`, `w.${of}`, 'u.id')
        .where('u.id', '>', after)
        .where('u.id', '<=', upTo)
        .orderBy('u.id')
        .select('u.id', 'u.search_text', 'w.word')
      for (const [id, { text, words }] of together(rows))
        if (wordsIn(text).sort().join(' ') !== words.sort().join(' '))
          yield { check: 'words', values: { table: what, id } }
    }
  }
}

function together(rows: { id: number; search_text: string; word: string | null }[]) {
  const people = new Map<number, { text: string; words: string[] }>()
  for (const { id, search_text: text, word } of rows) {
    const one = people.get(id) ?? { text, words: [] }
    if (word !== null) one.words.push(word)
    people.set(id, one)
  }
  return people
}
