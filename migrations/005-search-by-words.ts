// What users and clients are found by: each word that is written on them, as a row. The rows are made from what is
// already folded in search_text, some hundred people at a time. And what sessions that are over are found by.
// It can run again after a crash in the middle: MySQL commits each statement by itself.

import type { Knex } from 'knex'

const EMAIL = 254
const WORDS_MAX = 40
const ROWS_A_STEP = 500
const INSERTED_AT_ONCE = 400
const GAP = /[\s\p{C}]+/u
const INNER = /[^\p{L}\p{N}]+(?=[\p{L}\p{N}])/gu

export async function up(db: Knex) {
  const mysql = db.client.driverName === 'mysql2'

  for (const [words, table, of] of [
    ['user_words', 'users', 'user_id'],
    ['client_words', 'clients', 'client_id'],
  ] as const) {
    if (!(await db.schema.hasTable(words)))
      await db.schema.createTable(words, (t) => {
        // The same as in the first migration: what identifies is compared byte by byte.
        if (mysql) {
          t.engine('InnoDB')
          t.charset('utf8mb4')
          t.collate('utf8mb4_bin')
        }
        t.string('word', EMAIL).notNullable()
        t.integer(of).unsigned().notNullable().references('id').inTable(table).onDelete('CASCADE')
        t.primary(['word', of])
        t.index([of, 'word'])
      })
    await fill(db, words, table, of)
  }

  // No database says "if not exists" here in the same words: one that is there already is no fault.
  for (const sessions of ['sessions', 'admin_sessions'])
    await db.schema
      .alterTable(sessions, (t) => t.index(['expires_at']))
      .catch((error) => {
        if (!/already exists|duplicate key name/i.test(error.message)) throw error
      })
}

async function fill(db: Knex, words: string, table: string, of: string) {
  for (let after = 0; ; ) {
    const rows: { id: number; search_text: string }[] = await db(table)
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS_A_STEP)
      .select('id', 'search_text')
    const last = rows.at(-1)
    if (!last) return
    const there = await db(words)
      .whereBetween(of, [after + 1, last.id])
      .select('word', of)
    const known = new Set(there.map((row) => `${row[of]} ${row.word}`))
    const missing = rows
      .flatMap(({ id, search_text }) => wordsIn(search_text).map((word) => ({ word, id })))
      .filter(({ word, id }) => !known.has(`${id} ${word}`))
    for (let done = 0; done < missing.length; done += INSERTED_AT_ONCE) {
      const some = missing.slice(done, done + INSERTED_AT_ONCE)
      const values = some.map(() => '(?, ?)').join(', ')
      await db.raw(`INSERT INTO ${words} (word, ${of}) VALUES ${values}`, [
        ...some.flatMap(({ word, id }) => [word, id]),
      ])
    }
    after = last.id
  }
}

function wordsIn(text: string): string[] {
  const whole = text.split(GAP).filter(Boolean)
  const inner = whole.flatMap((word) =>
    [...word.matchAll(INNER)]
      .map(({ index, 0: gap }) => word.slice(index + gap.length))
      .filter((part) => part.includes('.') || !word.includes('@')),
  )
  const cut = [...whole, ...inner].map((word) => [...word].slice(0, EMAIL).join(''))
  return [...new Set(cut)].slice(0, WORDS_MAX)
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
