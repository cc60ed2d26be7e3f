// Somebody who asks an owner for access, planted; gives the id of the request.

import { inDays, timestamp } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'

export async function askedFor(db: Db, owner_email: string): Promise<string> {
  const { id } = await db('users').where({ email: 'carol@example.com' }).first('id')
  const dates = { created_at: timestamp(), updated_at: timestamp(), expires_at: inDays(30) }
  const held = { user_id: id, held_by_user_id: id, owner_email, status: 'open' }
  await db('access_requests').insert({ ...held, ...dates })
  return String((await db('access_requests').where(held).first('id')).id)
}
