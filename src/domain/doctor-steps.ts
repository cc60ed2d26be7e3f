// A table is gone through in steps of some thousand rows, by its key: no statement reads for long, none is big.

import { setImmediate } from 'node:timers/promises'
import type { Db } from '../platform/database.ts'
import type { Over } from './doctor-checks.ts'

const ROWS_A_STEP = 5_000

/** Rows whose key is greater than the one and not greater than the other. */
export interface Step {
  after: number | string
  upTo: number | string
}

export async function* steps(db: Db, { table, key, text }: Over): AsyncGenerator<Step> {
  const [last] = await db(table).max({ key })
  if (last?.key === null || last?.key === undefined) return
  let after: number | string = text ? '' : 0
  for (;;) {
    const row: Record<string, number | string> | undefined = await db(table)
      .where(key, '>', after)
      .orderBy(key)
      .offset(ROWS_A_STEP - 1)
      .first(key)
    const upTo = row?.[key] ?? last.key
    // SQLite answers at once: without this nobody else in this process would have a turn.
    await setImmediate()
    yield { after, upTo }
    if (upTo === last.key || upTo > last.key) return
    after = upTo
  }
}

/** All of it at once. */
export async function* wholeTable(db: Db, { table, key, text }: Over): AsyncGenerator<Step> {
  const [last] = await db(table).max({ key })
  if (last?.key !== null && last?.key !== undefined) yield { after: text ? '' : 0, upTo: last.key }
}
