// A user sets another password: it needs the one that holds, ends every other session, and kills the links by which it
// could be set again (HARD-CASES H19).

import { timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { provePassword } from './factors.ts'
import { killResets, tellPasswordChanged } from './password-resets.ts'
import { checkPassword, hashPassword } from './passwords.ts'
import { asPerson } from './people.ts'
import { Refusal } from './refusal.ts'
import { endOtherSessions } from './sessions.ts'
import { lastSettings } from './settings.ts'
import type { User } from './users.ts'

export async function changePassword(
  db: Db,
  by: Actor,
  user: User,
  { current, password }: { current: string; password: string },
  sessionId: string,
): Promise<void> {
  const chosenFor = { email: user.email, product: lastSettings(db).name }
  checkPassword(password, chosenFor)
  await provePassword(db, asPerson(user), current, 'current_password')
  const password_hash = await hashPassword(password, chosenFor)
  await change(db, by, async (trx) => {
    const changed = await trx('users')
      .where({ id: user.id, password_hash: user.password_hash, status: 'active' })
      .update({ password_hash, updated_at: timestamp() })
    if (changed !== 1) throw new Refusal('password.wrong', 'current_password')
    await endOtherSessions(trx, user, sessionId)
    await killResets(trx, user.email)
    await record(trx, 'password.changed', { user })
    await tellPasswordChanged(trx, user)
  })
}
