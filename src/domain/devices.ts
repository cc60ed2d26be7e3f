// Browsers that a person has logged in from before, told by a cookie of which only the SHA-256 is stored. A login from
// another one is told by e-mail; the very first is not, since there is nobody to warn yet.

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { isDuplicate } from '../platform/faults.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { queueEmail } from './emails.ts'
import { keyOf, type Person, tableOf } from './people.ts'

export interface Device {
  hash: string
  /** Another mail tells it already. */
  isTold?: boolean
  userAgent: string
  ip: string
}

const BROWSERS: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

const nameIn = (names: [RegExp, string][], text: string) => names.find(([told]) => told.test(text))?.[1] ?? ''

/** What a browser says of itself, in names: "Firefox", "Windows"; empty where it is none that we know. */
export const deviceNames = (userAgent: string) => ({
  browser: nameIn(BROWSERS, userAgent),
  system: nameIn(SYSTEMS, userAgent),
})

/** Whether someone with this address has logged in from it; one question for known and unknown addresses. */
export const isKnownDevice = async (db: Db, kind: Person['kind'], email: string, device_hash: string) => {
  const people = tableOf({ kind })
  const row = await db('known_devices')
    .join(people, `${people}.id`, 'known_devices.person_id')
    .where({ person_kind: kind, device_hash, [`${people}.email`]: email })
    .first('device_hash')
  return Boolean(row)
}

/** Written down at each login; a new one is told to the person. */
export async function noteDevice(db: Db, by: Actor, person: Person, { hash, isTold, userAgent, ip }: Device) {
  const mine = { ...keyOf(person), device_hash: hash }
  const seen = (trx: Db) => trx('known_devices').where(mine).update({ last_seen_at: timestamp() })
  if (await transaction(db, seen, HARMLESS)) return
  const at = timestamp()
  const row = { ...mine, user_agent: userAgent.slice(0, 255), first_seen_at: at, last_seen_at: at }
  const insert = (trx: Db) =>
    trx('known_devices')
      .insert(row)
      .catch((error) => {
        // Two logins of one browser at once.
        if (!isDuplicate(error)) throw error
      })
  if (isTold || !(await db('known_devices').where(keyOf(person)).first('device_hash')))
    return transaction(db, insert, HARMLESS)
  const names = deviceNames(userAgent)
  await change(db, by, async (trx) => {
    await insert(trx)
    const user = person.kind === 'user' ? person : undefined
    if (user) await record(trx, 'user.newDevice', { user, ...names })
    else await record(trx, 'admin.newDevice', names)
    const data = { name: person.name, kind: person.kind, ...names, ip, at }
    await queueEmail(trx, 'new-device', { to: person.email, user, data })
  })
}
