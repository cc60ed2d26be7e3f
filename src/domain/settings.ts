// What the host chooses in the Admin Area: who they are on pages, in e-mails and on the accept page, and
// who may accept an invitation; and how much may be done of what is limited. Kept in memory for a few seconds, since every page asks.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, type Change, change } from './change.ts'
import { type Limits, limitsFrom, SETTABLE, settingOf } from './limit-table.ts'
import { Refusal } from './refusal.ts'

export interface Settings {
  /** Shown as the product's name everywhere. */
  name: string
  /** A data: address of a PNG or JPEG picture, or nothing. */
  logo: string
  /** Where people ask for help; an e-mail address, or nothing. */
  supportEmail: string
  /** Address of the terms, or nothing. */
  termsUrl: string
  /** Who may accept an invitation: whoever holds the link, or only the invited address once verified (R18). */
  acceptBy: 'any' | 'invited'
  /** Whether owners, and users with the permission, manage users in the Client Area; else admins alone do. */
  manageUsers: 'on' | 'off'
  /** Whether programs may ask if an address and a password belong together (ValidateLogin). */
  validateLogin: 'on' | 'off'
  /** Whether every admin must have a second factor: 1, or 0. */
  adminsNeedFactor: '0' | '1'
  /** Whether an invitation is mailed once more two days before it runs out: 1, or 0. */
  remindInvited: '0' | '1'
  /** How many days the activity log is kept, KEEP_DAYS_MIN at the least; nothing: for ever. */
  activityKeepDays: string
}

export const KEEP_DAYS_MIN = 30

/** What holds until an admin chose otherwise. */
export const SETTINGS: Settings = {
  name: 'Latchkey',
  logo: '',
  supportEmail: '',
  termsUrl: '',
  acceptBy: 'any',
  manageUsers: 'on',
  validateLogin: 'off',
  adminsNeedFactor: '0',
  remindInvited: '0',
  activityKeepDays: '730',
}
const FRESH_MS = 3_000

let kept: { settings: Settings; limits: Limits; until: number; of: unknown } | undefined

const keptOf = (db: Db) => {
  if (!kept) return undefined
  return kept.of === db.client.config ? kept : undefined
}

/** As they were when last read: for a page that must say that nothing can be read. */
export const lastSettings = (db: Db): Settings => keptOf(db)?.settings ?? SETTINGS

export const lastLimits = (db: Db): Limits => keptOf(db)?.limits ?? limitsFrom({})

/** After a change; and for tests, which change the table itself. */
export const forgetSettings = () => {
  if (kept) kept.until = 0
}

export const readSettings = async (db: Db): Promise<Settings> => (await read(db)).settings

export const readLimits = async (db: Db): Promise<Limits> => (await read(db)).limits

/** As it is at this moment: for what may not hold a few seconds longer (R8). */
export async function isSwitchedOn(db: Db, key: 'manageUsers' | 'validateLogin'): Promise<boolean> {
  const row: { value: string } | undefined = await db('settings').where({ key }).first('value')
  return (row?.value ?? SETTINGS[key]) === 'on'
}

async function read(db: Db) {
  const fresh = keptOf(db)
  if (fresh && fresh.until > Date.now()) return fresh
  const rows: { key: string; value: string }[] = await db('settings').select('key', 'value')
  const stored = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  const all = { settings: { ...SETTINGS, ...stored }, limits: limitsFrom(stored) }
  kept = { ...all, until: Date.now() + FRESH_MS, of: db.client.config }
  return all
}

/** Saves what changed, limits too, and says in the log what was before and after (the logo only as changed). */
export async function saveSettings(db: Db, by: Actor, input: Settings, limits: Partial<Limits> = {}) {
  await change(db, by, async (trx) => {
    // One after the other: else two would write the same new row, and each tell of what was before the other.
    await trx('admins').update({ updated_at: trx.ref('updated_at') })
    forgetSettings()
    const before = await readSettings(trx)
    for (const key of Object.keys(SETTINGS) as (keyof Settings)[]) {
      if (input[key] === before[key]) continue
      if (key === 'adminsNeedFactor' && input[key] === '1') await mustHaveFactor(trx)
      await write(trx, key, input[key])
      const seen = (value: string) => (key === 'logo' ? Boolean(value) : value)
      await record(trx, 'setting.changed', { key, before: seen(before[key]), after: seen(input[key]) })
    }
    await saveLimits(trx, limits)
  })
  forgetSettings()
}

async function saveLimits(trx: Change, limits: Partial<Limits>) {
  const before = await readLimits(trx)
  for (const name of SETTABLE) {
    const after = limits[name]
    if (after === undefined || after === before[name]) continue
    const key = settingOf(name)
    await write(trx, key, String(after))
    await record(trx, 'setting.changed', { key, before: before[name], after })
  }
}

// Whoever demands it shows the way; else the last one who could switch it off might be out.
async function mustHaveFactor(trx: Change) {
  const { kind, id } = trx.by
  const admin = kind === 'admin' ? await trx('admins').where({ id }).first('factors') : undefined
  if (!admin?.factors) throw new Refusal('settings.adminsNeedFactor.first', 'adminsNeedFactor')
}

async function write(trx: Change, key: string, value: string) {
  const updated = await trx('settings').where({ key }).update({ value, updated_at: timestamp() })
  if (updated === 0) await trx('settings').insert({ key, value, updated_at: timestamp() })
}
