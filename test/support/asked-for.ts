// Somebody who asks an owner for access, planted; and who runs jobs.

import { randomUUID } from 'node:crypto'
import { inDays, timestamp } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'

export const bySystem = () => ({
  kind: 'system' as const,
  id: null,
  name: 'test',
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

/** Gives the id of the request. */
export async function askedFor(db: Db, owner_email = 'alice@example.com'): Promise<string> {
  const { id } = await db('users').where({ email: 'carol@example.com' }).first('id')
  const dates = { created_at: timestamp(), updated_at: timestamp(), expires_at: inDays(30) }
  const held = { user_id: id, held_by_user_id: id, owner_email, status: 'open' }
  await db('access_requests').insert({ ...held, ...dates })
  return String((await db('access_requests').where(held).first('id')).id)
}
