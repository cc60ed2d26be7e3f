// Forgets what the activity log holds longer than it is to be kept (HARD-CASES H14): the entries of the oldest whole
// seals, from the oldest on. Their seals stay, so that the chain can be followed to its beginning, and say when it
// was. Until when entries are gone is written down as well: the doctor asks for none from before.

import type { Knex } from 'knex'
import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { record } from './activity.ts'
import type { Seal } from './activity-macs.ts'
import { type Actor, change } from './change.ts'
import { keepLease } from './leases.ts'
import { KEEP_DAYS_MIN, readSettings } from './settings.ts'

const ENTRIES_A_STEP = 1_000
const SEALS_A_STEP = 200
const FORGOTTEN_UP_TO = 'activity_forgotten_up_to'

/** For a query: the moment until when entries may be gone; '' when none are. */
export const FORGOTTEN = `COALESCE((SELECT value FROM settings WHERE \`key\` = '${FORGOTTEN_UP_TO}'), '')`

type Old = Pick<Seal, 'number' | 'entries' | 'last_at'>

/** The job: in steps, each a short transaction. Gives how many entries were forgotten. */
export async function forgetActivity(db: Db, by: () => Actor): Promise<number> {
  const { activityKeepDays } = await readSettings(db)
  if (activityKeepDays === '') return 0
  const before = inDays(-Math.max(Number(activityKeepDays), KEEP_DAYS_MIN))
  // Asked of the entries: to look past all seals that were emptied before would take longer every year.
  const [oldest] = await db('activity').min({ seal: 'seal' })
  let [from, forgotten] = [Number(oldest?.seal ?? 0), 0]
  while (from > 0) {
    const step = await forgetNext(db, by(), from, before)
    if (!step) break
    forgotten += step.entries
    from = step.upTo + 1
  }
  if (forgotten > 0)
    await change(db, by(), (trx) => record(trx, 'activity.forgotten', { count: forgotten, until: before }))
  return forgotten
}

const forgetNext = (db: Db, { lease }: Actor, from: number, before: string) =>
  transaction(
    db,
    async (trx) => {
      if (lease) await keepLease(trx, lease)
      const seals = await nextSeals(trx, from, before)
      const upTo = seals.at(-1)?.number
      if (upTo === undefined) return undefined
      const numbers = seals.map(({ number }) => number)
      const entries = await trx('activity').whereIn('seal', numbers).delete()
      await trx('seals')
        .whereIn('number', numbers)
        .whereNull('removed_at')
        .update({ removed_at: timestamp() })
      await noteForgotten(trx, seals)
      return { entries, upTo }
    },
    HARMLESS,
  )

/** The next whole seals that are old enough, as many as a step may remove. */
async function nextSeals(trx: Knex.Transaction, from: number, before: string): Promise<Old[]> {
  const found: Old[] = await trx('seals')
    .where('number', '>=', from)
    .orderBy('number')
    .limit(SEALS_A_STEP)
    .select('number', 'entries', 'last_at')
  const young = found.findIndex(({ last_at }) => last_at >= before)
  let entries = 0
  const most = found.findIndex((seal, nth) => {
    entries += seal.entries
    return nth > 0 && entries > ENTRIES_A_STEP
  })
  return found.slice(0, Math.min(...[young, most].map((nth) => (nth < 0 ? found.length : nth))))
}

async function noteForgotten(trx: Knex.Transaction, seals: Old[]) {
  const latest = seals.reduce((most, { last_at }) => (last_at > most ? last_at : most), '')
  const row = await trx('settings').where({ key: FORGOTTEN_UP_TO }).first('value')
  if (row && row.value >= latest) return
  const now = { value: latest, updated_at: timestamp() }
  if (row) await trx('settings').where({ key: FORGOTTEN_UP_TO }).update(now)
  else await trx('settings').insert({ key: FORGOTTEN_UP_TO, ...now })
}
