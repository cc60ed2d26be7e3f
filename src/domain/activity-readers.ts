// What others than admins read of the activity log: an owner what happened in the account, everyone what they did or
// what was done with their login. Admins stand there by name, as in invitations: they answer for what they do. But
// from where somebody acted is told to that person alone, and what admins do with the mail that waits is theirs.

import type { Activity, ActivityFilter } from './activity.ts'

/** Who reads: the owner of this account, or the user of this login. */
export type Reader = { user: { id: number }; client?: { id: number } }

const ADMINS_ALONE = ['email.retried']

export const readersFilter = ({ user, client }: Reader): ActivityFilter => ({
  ...(client ? { client } : { user }),
  except: ADMINS_ALONE,
})

const didIt = (entry: Activity, user: { id: number }) =>
  entry.actor_kind === 'user' && entry.actor_id === user.id && !entry.acting_admin_id

/** Somebody with a link that was mailed: where they were tells the user of a login that is misused. */
const cameByLink = (entry: Activity, user: { id: number }) =>
  entry.actor_kind === 'visitor' && entry.user_id === user.id

export function asReadBy({ user, client }: Reader, entry: Activity): Activity {
  const mayLocate = didIt(entry, user) || (!client && cameByLink(entry, user))
  return mayLocate ? entry : { ...entry, ip: '' }
}
