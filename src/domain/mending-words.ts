// Writes anew the words of every user and client that is not found by what is written on it: the remedy for what the
// doctor says of words. Each in a transaction of its own, which begins by writing to the row: whoever changes its name
// at the same moment comes before that or after it, and is not overwritten.

import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { wrongWords } from './doctor-words.ts'
import { keepWords, type Worded } from './words.ts'

/** Gives how many were mended. */
export async function mendWords(db: Db): Promise<number> {
  let mended = 0
  for await (const { values } of wrongWords(db)) {
    const [what, id] = [values.table as Worded, Number(values.id)]
    await transaction(db, (trx) => mend(trx, what, id), HARMLESS)
    mended++
  }
  return mended
}

async function mend(trx: Db, what: Worded, id: number) {
  await trx(what)
    .where({ id })
    .update({ search_text: trx.ref('search_text') })
  const row: { search_text: string } | undefined = await trx(what).where({ id }).first('search_text')
  if (row) await keepWords(trx, what, id, row.search_text)
}
