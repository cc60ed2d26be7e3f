// Whether everything that must be true is true (DESIGN §3), asked of a database that is in use. Only reads, in steps,
// and never holds more than a step; takes no lock. What may be in the middle of happening is looked at again before it
// is told. Whoever calls this says it in words: a check has a sentence and a remedy under its name.

import { inDays, inMinutes } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { compareMigrations } from '../platform/migrate.ts'
import { accessChecks } from './doctor-access.ts'
import { brokenChain, type Head } from './doctor-chain.ts'
import { type Check, type CheckName, checks, type Row } from './doctor-checks.ts'
import { contactChecks } from './doctor-contacts.ts'
import { deliveryChecks } from './doctor-deliveries.ts'
import { missingEvents } from './doctor-events.ts'
import { loginChecks } from './doctor-logins.ts'
import { mergedChecks } from './doctor-merged.ts'
import { presetChecks } from './doctor-presets.ts'
import { requestChecks } from './doctor-requests.ts'
import { type Step, steps, wholeTable } from './doctor-steps.ts'
import { traceChecks } from './doctor-traces.ts'
import { transferChecks } from './doctor-transfers.ts'
import { wrongWords } from './doctor-words.ts'
import type { Values } from './refusal.ts'

export interface Finding {
  check: CheckName
  values: Values
}

/** As the database gave it. */
export interface Found {
  check: CheckName
  values: Row
}

export interface Examination {
  /** Sample data is a finding. */
  production?: boolean
  /** What the activity log was signed with; without this it is not looked at. */
  activityKeys?: string[]
  /** A head of the activity log that was kept elsewhere. */
  expectedHead?: Head
  /** How long to wait before looking again at what may be under way: more than two beats of a worker. */
  pauseMs?: number
  /** Findings of one check, before it is left at "and more". */
  most?: number
}

const PAUSE_MS = 12_000
const MOST = 100
const MOST_AGAIN = 100
const LONGEST_PAUSE_MINUTES = 6 * 60

const allChecks: Check[] = [
  ...checks,
  ...loginChecks,
  ...mergedChecks,
  ...transferChecks,
  ...presetChecks,
  ...requestChecks,
  ...accessChecks,
  ...traceChecks,
  ...deliveryChecks,
  ...contactChecks,
]

/** The moments that checks speak of: `soon` leaves alone what is about to run out. */
const moments = () => ({
  soon: inMinutes(20),
  ago5: inMinutes(-5),
  ago15: inMinutes(-15),
  ago20: inMinutes(-20),
  ago2days: inDays(-2),
  agoLongest: inMinutes(-LONGEST_PAUSE_MINUTES - 15),
})

/** Gives every finding, one after the other; nothing when all is well. */
export async function* examine(db: Db, options: Examination = {}): AsyncGenerator<Finding> {
  const { production = false, pauseMs = PAUSE_MS, most = MOST } = options
  const schema = await examineSchema(db)
  yield* schema
  // Another version's tables may mean other things.
  if (schema.length > 0) return
  if (production && (await db('settings').where({ key: 'sample_data' }).first('key')))
    yield { check: 'sampleData', values: {} }
  if (production && !(await hasFullAdmin(db))) yield { check: 'admin.noFull', values: {} }
  for (const check of allChecks) yield* upTo(most, examineOne(db, check, pauseMs, most))
  yield* upTo(most, wrongWords(db))
  yield* upTo(most, missingEvents(db))
  const { activityKeys, expectedHead } = options
  if (activityKeys) yield* upTo(most, brokenChain(db, activityKeys, expectedHead))
}

/** Where there is no admin at all, the start makes a link for the first (HARD-CASES H9). */
async function hasFullAdmin(db: Db): Promise<boolean> {
  const admins: { role: string; status: string }[] = await db('admins').select('role', 'status')
  return admins.length === 0 || admins.some(({ role, status }) => role === 'full' && status === 'active')
}

async function examineSchema(db: Db): Promise<Finding[]> {
  const { missing, newer } = await compareMigrations(db)
  return [
    ...missing.map((name) => ({ check: 'migration.missing' as const, values: { name } })),
    ...newer.map((name) => ({ check: 'migration.newer' as const, values: { name } })),
  ]
}

async function* upTo(most: number, found: AsyncGenerator<Found>): AsyncGenerator<Finding> {
  const told = new Map<CheckName, number>()
  for await (const { check, values } of found) {
    const count = (told.get(check) ?? 0) + 1
    told.set(check, count)
    if (count <= most) yield { check, values: inWords(values) }
    if (count <= most) continue
    yield { check: 'more', values: { name: check, most } }
    return
  }
}

const inWords = (row: Row): Values =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? '-']))

async function* examineOne(db: Db, check: Check, pauseMs: number, most: number): AsyncGenerator<Found> {
  let suspects: Row[] = []
  const walk = check.whole ? wholeTable(db, check.over) : steps(db, check.over)
  for await (const step of walk) {
    const rows = await look(db, check, step, most + 1)
    if (check.again) suspects.push(...rows)
    else for (const row of rows) yield { check: check.check, values: row }
    if (suspects.length < MOST_AGAIN) continue
    yield* lookAgain(db, check, suspects, pauseMs)
    suspects = []
  }
  yield* lookAgain(db, check, suspects, pauseMs)
}

const KEY = 'doctor_key'

async function look(db: Db, check: Check, step: Step, limit: number): Promise<Row[]> {
  const { over, select, from, where = '1 = 1', group, having, isWrong } = check
  const values = { ...moments(), ...step }
  const withKey = check.again ? `, ${over.column} AS ${KEY}` : ''
  const query = db
    .select(db.raw(select + withKey, values))
    .fromRaw(db.raw(from, values))
    .whereRaw(`${over.column} > :after AND ${over.column} <= :upTo AND (${where})`, values)
  if (group) query.groupByRaw(group)
  if (having) query.havingRaw(having)
  // What SQL cannot say is said of each row of a step.
  if (!isWrong) query.limit(limit)
  const rows: Row[] = await query
  return isWrong ? rows.filter(isWrong) : rows
}

/** After a while, those that are still the same. */
async function* lookAgain(db: Db, check: Check, suspects: Row[], pauseMs: number): AsyncGenerator<Found> {
  if (suspects.length === 0) return
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
  for (const row of suspects) {
    const key = Number(row[KEY])
    const [now] = await look(db, check, { after: key - 1, upTo: key }, 1)
    if (JSON.stringify(now) !== JSON.stringify(row)) continue
    const { [KEY]: _, ...values } = row
    yield { check: check.check, values }
  }
}

export interface GivenUp {
  emails: number
  deliveries: number
}

/** What failed for good and waits for an admin: no finding, but worth a word. */
export async function countGivenUp(db: Db): Promise<GivenUp> {
  const count = async (table: string) =>
    Number((await db(table).where({ status: 'failed' }).count({ n: '*' }))[0]?.n)
  return { emails: await count('emails'), deliveries: await count('hook_deliveries') }
}
