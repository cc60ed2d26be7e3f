// Stories invite more than anybody does in a day; limits have stories of their own.

import { LIMITS, type SettableName, settingOf } from '../../src/domain/limit-table.ts'
import { forgetSettings } from '../../src/domain/settings.ts'
import { timestamp } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'

const WIDE: SettableName[] = [
  'pendingOfClient',
  'invitesOfClient',
  'invitesOfUser',
  'invitesOfUnverified',
  'invitesOfAdmin',
  'mailsToInvited',
  'mailsToAddress',
  'accountsOfUser',
  'mailsToOwner',
  'resumesOfAccess',
  'editsOfAccess',
  'offersOfOwnership',
]

export const widenLimits = (db: Db) => setLimits(db, WIDE, (name) => LIMITS[name].max)

/** As if an admin had chosen it long ago. */
export const setLimit = (db: Db, name: SettableName, points: number) => setLimits(db, [name], () => points)

async function setLimits(db: Db, names: SettableName[], pointsOf: (name: SettableName) => number) {
  const updated_at = timestamp()
  const rows = names.map((name) => ({ key: settingOf(name), value: String(pointsOf(name)), updated_at }))
  await db('settings').insert(rows).onConflict('key').merge()
  forgetSettings()
}
