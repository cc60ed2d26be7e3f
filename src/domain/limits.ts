// How often the same network, account or invitation may try what costs us work or tells strangers something. The
// counters are rows of the table `limits`, outside transactions and none shared by all, so that all processes count
// together; who is over the limit is known in memory first, and while the database fails a stricter limit in memory
// holds (HARD-CASES H23). Looking at links is counted in memory alone: it costs less than writing a row. So are calls of the
// API (call-limits.ts).

import { createRequire } from 'node:module'
import { RateLimiterMemory, RateLimiterRes, type RateLimiterStoreAbstract } from 'rate-limiter-flexible'
import { now } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isConflict, isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { keepLease, type Lease } from './leases.ts'
import { type CountedName, isCallLimit, LIMITS, limitOf } from './limit-table.ts'
import { fingerprint } from './links.ts'
import { TooMany } from './refusal.ts'
import { lastLimits, readLimits } from './settings.ts'

// What its own stores stand on; the package does not export it.
const Store: typeof RateLimiterStoreAbstract = createRequire(import.meta.url)(
  'rate-limiter-flexible/lib/RateLimiterStoreAbstract',
)

/** While the database fails, each process counts for itself, so each allows less. */
const STRICTER = 4

interface Row {
  points: number
  expires_ms: number | string
}

const AGAIN_MAX = 4
const FASTER_MAX = 10

/** A counter that has run out begins anew. Guarded updates: of two at once, one begins it and the other adds to it. */
class LimitRows extends Store {
  readonly db: Db
  readonly blocks: boolean
  readonly insurance: RateLimiterMemory
  constructor(db: Db, keyPrefix: string, points: number, duration: number, blocks: boolean) {
    const insurance = new RateLimiterMemory({ keyPrefix, points: Math.ceil(points / STRICTER), duration })
    super({
      storeClient: db,
      keyPrefix,
      points,
      duration,
      ...(blocks && { inMemoryBlockOnConsumed: points + 1 }),
      insuranceLimiter: insurance,
    })
    this.db = db
    this.blocks = blocks
    this.insurance = insurance
  }

  /** An admin chose another number; whoever was over the old one is looked at again. */
  allow(points: number) {
    this.points = points
    this.insurance.points = Math.ceil(points / STRICTER)
    if (!this.blocks) return
    // The package leaves it out of its types.
    Object.assign(this, { inMemoryBlockOnConsumed: points + 1 })
    this.deleteInMemoryBlockedAll()
  }

  async _get(key: string): Promise<Row | null> {
    const row: Row | undefined = await this.db('limits')
      .where({ key })
      .where('expires_ms', '>', now().getTime())
      .first()
    return row ?? null
  }

  async _upsert(key: string, points: number, msDuration: number, anew: boolean): Promise<Row> {
    for (let times = 1; ; times++)
      try {
        return (!anew && (await this.add(key, points))) || (await this.begin(key, points, msDuration, anew))
      } catch (error) {
        if (!(isDuplicate(error) || isConflict(error)) || times === AGAIN_MAX) throw error
      }
  }

  /** Adds to what was read, again when another was faster; else all of those at once would read the sum of all. */
  private async add(key: string, points: number): Promise<Row | undefined> {
    for (let times = 1; times <= FASTER_MAX; times++) {
      const row = await this._get(key)
      if (!row) return undefined
      const sum = Math.max(row.points + points, 0)
      const seen = { key, points: row.points, expires_ms: row.expires_ms }
      if (sum === row.points || (await this.db('limits').where(seen).update({ points: sum })))
        return { ...row, points: sum }
    }
    await this.db('limits').where({ key }).increment('points', points)
    return (await this._get(key)) ?? undefined
  }

  private async begin(key: string, points: number, msDuration: number, anew: boolean): Promise<Row> {
    const at = now().getTime()
    const begun = { points, expires_ms: at + msDuration }
    // There is nothing to take back.
    if (points < 0) return { points: 0, expires_ms: at }
    const over = this.db('limits').where({ key })
    if (!anew) over.where('expires_ms', '<=', at)
    if (!(await over.update(begun))) await this.db('limits').insert({ key, ...begun })
    return begun
  }

  async _delete(key: string): Promise<boolean> {
    return (await this.db('limits').where({ key }).delete()) > 0
  }

  _getRateLimiterRes(_key: string, changed: number, row: Row): RateLimiterRes {
    const left = Number(row.expires_ms) - now().getTime()
    return new RateLimiterRes(Math.max(this.points - row.points, 0), left, row.points, row.points === changed)
  }
}

type Limiters = Record<CountedName, RateLimiterMemory | LimitRows>

const OPEN = new WeakMap<Db, Limiters>()

/** Of these, who is over the limit is known in memory. Others are given back in every process when nothing came of it. */
const IN_MEMORY_FIRST = ['login', 'mail', 'registrationsOfInvitation', 'registrationsOfNetwork']

function limitersOf(db: Db): Limiters {
  const open = OPEN.get(db)
  if (open) return open
  const names = Object.keys(LIMITS).filter((name) => !isCallLimit(name))
  const made = names.map((name) => {
    const { points, seconds, memory } = limitOf(name as CountedName)
    return [
      name,
      memory
        ? new RateLimiterMemory({ keyPrefix: name, points, duration: seconds })
        : new LimitRows(db, name, points, seconds, IN_MEMORY_FIRST.includes(name)),
    ]
  })
  const limiters: Limiters = Object.fromEntries(made)
  OPEN.set(db, limiters)
  return limiters
}

/** With the number that holds now. While the settings cannot be read, the one that was read last. */
async function limiterOf(db: Db, name: CountedName) {
  const limiter = limitersOf(db)[name]
  if (name === 'failures' || name === 'turn') return limiter
  const { [name]: points } = await readLimits(db).catch(() => lastLimits(db))
  if (limiter.points === points) return limiter
  if (limiter instanceof LimitRows) limiter.allow(points)
  else limiter.points = points
  return limiter
}

// Neither addresses nor devices are kept in the table, and every key fits.
const short = (key: string) => fingerprint(key)

/** Counts one try; throws TooMany, with the seconds to wait. `seconds` is how long a turn is taken for. */
export async function countTry(db: Db, name: CountedName, key: string, seconds?: number): Promise<number> {
  const options = seconds === undefined ? {} : { customDuration: seconds }
  const limiter = await limiterOf(db, name)
  const result = await limiter.consume(short(key), 1, options).catch((failure: RateLimiterRes | Error) => {
    if (failure instanceof Error) throw failure
    const wait = Math.max(1, Math.ceil(failure.msBeforeNext / 1000))
    throw new TooMany(wait, limitOf(name).over, { count: limiter.points })
  })
  return result.consumedPoints
}

/** Takes one try back: what went well does not count. */
export async function forgiveTry(db: Db, name: CountedName, key: string): Promise<void> {
  await limitersOf(db)[name].reward(short(key))
}

/** Counts what is done, unless it is not done after all. */
export async function counted<T>(db: Db, name: CountedName, key: string, act: () => Promise<T>): Promise<T> {
  await countTry(db, name, key)
  try {
    return await act()
  } catch (error) {
    await forgiveTry(db, name, key)
    throw error
  }
}

/** Takes all tries back. */
export async function forgetTries(db: Db, name: CountedName, key: string): Promise<void> {
  await limitersOf(db)[name].delete(short(key))
}

/** The job: removes counters that have run out. */
export const forgetLimits = (db: Db, lease: Lease | undefined): Promise<number> =>
  transaction(
    db,
    async (trx) => {
      if (lease) await keepLease(trx, lease)
      return trx('limits').where('expires_ms', '<=', now().getTime()).delete()
    },
    HARMLESS,
  )
