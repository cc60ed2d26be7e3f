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

export async function widenLimits(db: Db) {
  for (const name of WIDE) await setLimit(db, name, LIMITS[name].max)
}

/** As if an admin had chosen it long ago. */
export async function setLimit(db: Db, name: SettableName, points: number) {
  const row = { key: settingOf(name), value: String(points), updated_at: timestamp() }
  if (!(await db('settings').where({ key: row.key }).update(row))) await db('settings').insert(row)
  forgetSettings()
}
