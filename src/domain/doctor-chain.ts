// Whether the activity log is as it was written (HARD-CASES H14): every entry has a MAC that fits, each seal has just
// the entries it names and follows the one before. Seals are read one at a time, each with its entries. A cut tail
// shows only against a head kept elsewhere. Seals whose entries were forgotten are the oldest, and have none left.
// What has no seal yet may get one at any moment, and is no finding.

import { inDays, now } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { headOf, keyIdOf, MAC_LENGTH, macOfEntry, type Seal, type Signed } from './activity-macs.ts'
import type { Found } from './doctor.ts'
import { steps } from './doctor-steps.ts'
import { unsignedUpTo } from './seals.ts'
import { KEEP_DAYS_MIN } from './settings.ts'

export interface Head {
  number: number
  head: string
}

type Entry = Signed & { id: number; key_id: string | null; mac: string | null; seal: number | null }

export async function* brokenChain(db: Db, keys: string[], expected?: Head): AsyncGenerator<Found> {
  if (keys.length === 0) return yield { check: 'chain.noKey', values: {} }
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]))
  let before: Head = { number: 0, head: '' }
  let kept = 0
  for (;;) {
    const seal: Seal | undefined = await db('seals')
      .where('number', '>', before.number)
      .orderBy('number')
      .first()
    if (!seal) break
    if (!follows(seal, before, byId)) yield { check: 'chain.seal', values: { seal: seal.number } }
    if (seal.removed_at) yield* brokenRemoval(db, seal, kept)
    else {
      kept = seal.number
      yield* brokenEntries(db, seal, byId)
    }
    if (expected?.number === seal.number && expected.head !== seal.head)
      yield { check: 'chain.head', values: { seal: seal.number } }
    before = seal
  }
  if (expected && expected.number > before.number)
    yield { check: 'chain.head', values: { seal: expected.number } }
  yield* strayEntries(db, byId, keys)
}

function follows(seal: Seal, before: Head, byId: Map<string, string>) {
  const key = byId.get(seal.key_id)
  return Boolean(
    key &&
      seal.number === before.number + 1 &&
      seal.previous === before.head &&
      seal.macs.length === seal.entries * MAC_LENGTH &&
      headOf(seal, key) === seal.head,
  )
}

const fits = (entry: Entry, byId: Map<string, string>) => {
  const key = byId.get(entry.key_id ?? '')
  return key !== undefined && macOfEntry(entry, key) === entry.mac
}

async function* brokenEntries(db: Db, seal: Seal, byId: Map<string, string>): AsyncGenerator<Found> {
  const left = new Set(seal.macs.match(new RegExp(`.{${MAC_LENGTH}}`, 'g')))
  const entries: Entry[] = await db('activity').where({ seal: seal.number }).orderBy('id')
  for (const entry of entries) {
    const values = { entry: entry.id, seal: seal.number }
    if (!left.delete(entry.mac ?? '')) yield { check: 'chain.slippedIn', values }
    else if (!fits(entry, byId)) yield { check: 'chain.changed', values }
  }
  if (left.size > 0 && !(await isRemoved(db, seal.number)))
    yield { check: 'chain.missing', values: { seal: seal.number, count: left.size } }
}

/** Asked again, since entries may be forgotten at any moment. */
const isRemoved = async (db: Db, number: number) =>
  Boolean((await db('seals').where({ number }).first('removed_at'))?.removed_at)

/** `kept` is the last seal before it that still had its entries. */
async function* brokenRemoval(db: Db, seal: Seal, kept: number): AsyncGenerator<Found> {
  const [counted] = await db('activity').where({ seal: seal.number }).count({ n: '*' })
  const count = Number(counted?.n)
  if (count > 0) yield { check: 'chain.left', values: { seal: seal.number, count } }
  // Whoever says that it was done in days to come has not waited for them.
  const done = Math.min(Date.parse(seal.removed_at ?? ''), now().getTime())
  const isEarly = seal.last_at > inDays(-KEEP_DAYS_MIN, new Date(done))
  if (isEarly || (kept > 0 && !(await isRemoved(db, kept))))
    yield { check: 'chain.removed', values: { seal: seal.number } }
}

/** Those without a seal must be signed, unless they are older than that; and no other seal than those there are. */
async function* strayEntries(db: Db, byId: Map<string, string>, keys: string[]): AsyncGenerator<Found> {
  const upTo = await unsignedUpTo(db, keys)
  for await (const step of steps(db, { table: 'activity', key: 'id', column: 'id' })) {
    const entries: Entry[] = await db('activity')
      .where('id', '>', step.after)
      .where('id', '<=', step.upTo)
      .where((query) =>
        query.whereNull('seal').orWhereNotExists(db('seals').whereRaw('seals.number = activity.seal')),
      )
    for (const entry of entries) {
      const isOld = entry.mac === null && entry.id <= upTo
      if (entry.seal !== null || !(isOld || fits(entry, byId)))
        yield { check: 'chain.slippedIn', values: { entry: entry.id, seal: entry.seal ?? '-' } }
    }
  }
}
