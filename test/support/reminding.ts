// The job that reminds of invitations, run by hand, with the setting that allows it.

import { remindInvited } from '../../src/domain/reminding.ts'
import { forgetSettings } from '../../src/domain/settings.ts'
import { inDays, timestamp } from '../../src/platform/clock.ts'
import type { TestHouse } from './house.ts'

let runs = 0
const asJob = () => ({
  kind: 'system' as const,
  id: null,
  name: 'remind-invited',
  ip: '',
  requestId: `remind-${++runs}`,
  entries: { next: 0 },
})

export async function allowReminding({ db }: TestHouse, value = '1') {
  const row = { key: 'remindInvited', value, updated_at: timestamp() }
  if (!(await db('settings').where({ key: row.key }).update(row))) await db('settings').insert(row)
  forgetSettings()
}

export async function remind(house: TestHouse): Promise<number> {
  await allowReminding(house)
  return runReminding(house)
}

/** Whatever the setting is. */
export const runReminding = ({ db }: TestHouse) => remindInvited(db, asJob)

/** As if it had been sent six days ago. */
export const nearTheEnd = ({ db }: TestHouse, email: string) =>
  db('invitations')
    .where({ email, status: 'pending' })
    .update({ sent_at: inDays(-6), expires_at: inDays(1) })
