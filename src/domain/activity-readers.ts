// What others than admins read of the activity log: an owner what happened in the account, everyone what they did or
// what was done with their login. Admins stand there by name, as in invitations: they answer for what they do. But
// from where somebody acted is told to that person alone, and what admins do with the mail that waits is theirs.

import type { Db } from '../platform/database.ts'
import type { Activity, ActivityFilter } from './activity.ts'
import { loginsOf } from './merged-logins.ts'

/** Who reads: the owner of this account, or the user of this login. */
export interface Reader {
  user: { id: number }
  client?: { id: number }
  /** The ids of the login, and of those that were merged into it. */
  logins: number[]
}

export const readerOf = async (db: Db, user: { id: number }, client?: { id: number }): Promise<Reader> => ({
  user,
  ...(client && { client }),
  logins: await loginsOf(db, user),
})

const ADMINS_ALONE = ['email.retried']

export const readersFilter = ({ user, client }: Reader): ActivityFilter => ({
  ...(client ? { client } : { user }),
  except: ADMINS_ALONE,
})

const didIt = ({ actor_kind, actor_id, acting_admin_id }: Activity, logins: number[]) =>
  actor_kind === 'user' && logins.includes(actor_id ?? 0) && !acting_admin_id

/** Somebody with a link that was mailed: where they were tells the user of a login that is misused. */
const cameByLink = ({ actor_kind, user_id }: Activity, logins: number[]) =>
  actor_kind === 'visitor' && logins.includes(user_id ?? 0)

export function asReadBy({ client, logins }: Reader, entry: Activity): Activity {
  const mayLocate = didIt(entry, logins) || (!client && cameByLink(entry, logins))
  return mayLocate ? entry : { ...entry, ip: '' }
}
