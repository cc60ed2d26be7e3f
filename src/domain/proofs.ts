// The first proof of an address. Until then anybody may have made the login with an address that is not theirs: what
// was set up before would be their way back in, so all of it ends (HARD-CASES H6).

import { timestamp } from '../platform/clock.ts'
import type { Change } from './change.ts'
import { countFactors, removeFactors } from './factors.ts'
import { asPerson, keyOf } from './people.ts'
import { endTokens } from './personal-tokens.ts'
import { endOtherSessions } from './sessions.ts'
import { markVerified, type User } from './users.ts'

/** Marks the address as proven; true for the first proof, which begins everything afresh but the session that gave it. */
export async function proveAddress(trx: Change, user: User, sessionId = ''): Promise<boolean> {
  if ((await markVerified(trx, user)) !== 1) return false
  await startAfresh(trx, user, sessionId)
  return true
}

/** Ends the sessions, second factors, personal tokens and pending changes of address of a login. */
export async function startAfresh(trx: Change, user: User, sessionId = '') {
  await endOtherSessions(trx, user, sessionId)
  const person = asPerson(user)
  await removeFactors(trx, person)
  await trx('known_devices').where(keyOf(person)).delete()
  await endTokens(trx, user)
  await trx('email_changes')
    .where({ user_id: user.id, ended_at: null, confirmed_at: null })
    .update({ ended_at: timestamp() })
}

/**
 * Removes the second factors that were added after that moment; an app counts from when it was turned on. Which browser
 * is whose cannot be told any more, so none is known; nor which token is, and whoever took the login may have made one
 * before anything else.
 */
export async function removeFactorsSince(trx: Change, user: User, since: string) {
  const person = asPerson(user)
  for (const table of ['recovery_codes', 'passkeys'])
    await trx(table).where(keyOf(person)).where('created_at', '>', since).delete()
  await trx('totp_factors')
    .where(keyOf(person))
    .where((app) => app.whereNull('confirmed_at').orWhere('confirmed_at', '>', since))
    .delete()
  await trx('known_devices').where(keyOf(person)).delete()
  await endTokens(trx, user)
  await countFactors(trx, person)
}
