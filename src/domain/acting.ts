// An admin who acts as a user (HARD-CASES H7): a session of that user which knows the admin, and the admin's own
// session with which it ends. It lasts sixty minutes from its start, whatever is done in it, and counts only beside the
// admin's own cookie, so that it is worth nothing in another browser. An admin acts as one user at a time.

import { randomBytes } from 'node:crypto'
import { inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import type { ActiveAdmin } from './admins.ts'
import { type Actor, type Change, change } from './change.ts'
import type { Client } from './clients.ts'
import { fingerprint } from './links.ts'
import { Refusal } from './refusal.ts'
import type { Where } from './sessions.ts'
import { lastSettings } from './settings.ts'
import type { User } from './users.ts'

export const ACTING_MINUTES = 60

const OURS = 'acting-'

/** Whether a cookie is of such a session, also when that is over. */
export const isActingId = (id: string) => id.startsWith(OURS)

/** The admin who acts, as they are now. */
export interface Acting extends ActiveAdmin {
  until: string
}

/** What a session tells of the admin who acts in it. */
export interface ActingSession {
  admin_session_hash: string
  expires_at: string
}

interface Starting {
  admin: ActiveAdmin
  adminSessionId: string
  user: User
  /** The account to begin with, if the user has any that is open. */
  client: Client | undefined
  where: Where
  /** The session that this browser had: one browser is one user at a time. */
  former: string | undefined
}

/** Gives the id for the cookie. */
export async function startActing(db: Db, by: Actor, starting: Starting): Promise<string> {
  const { admin, user, client, where, former } = starting
  const id = OURS + randomBytes(25).toString('base64url')
  const admin_session_hash = fingerprint(starting.adminSessionId)
  await change(db, by, async (trx) => {
    await endActingWith(trx, { admin_session_hash })
    if (former) {
      const id_hash = fingerprint(former)
      await endActingWith(trx, { id_hash })
      await trx('sessions').where({ id_hash }).delete()
    }
    const at = timestamp()
    const times = { created_at: at, last_seen_at: at, expires_at: inMinutes(ACTING_MINUTES) }
    const acting = { admin_id: admin.id, admin_session_hash, acting_client_id: client?.id ?? null }
    const device = { ip: where.ip, user_agent: where.userAgent.slice(0, 255) }
    await trx('sessions').insert({
      id_hash: fingerprint(id),
      user_id: user.id,
      ...acting,
      ...device,
      ...times,
    })
    // The insert has waited for whoever was deleting or merging the login.
    if (!(await trx('users').where({ id: user.id, status: 'active' }).first('id')))
      throw new Refusal('acting.notActive')
    await record(trx, 'acting.started', { user, client, email: user.email, minutes: ACTING_MINUTES })
  })
  return id
}

/** Whether it still is: with the admin as they are now, who holds the right and has the session it began in. */
export function findActing(
  db: Db,
  { admin_session_hash, expires_at }: ActingSession,
  admin: ActiveAdmin,
  adminSessionId: string,
): Acting | undefined {
  if (fingerprint(adminSessionId) !== admin_session_hash || !admin.rights.includes('act-as-user'))
    return undefined
  if (lastSettings(db).adminsNeedFactor === '1' && !admin.factors) return undefined
  return { ...admin, until: expires_at }
}

/** Ends and records what an admin does in the name of users, all of it or one session. */
export async function endActingWith(
  trx: Change,
  which: { admin_session_hash: string } | { id_hash: string },
) {
  const rows = await trx('sessions')
    .join('users', 'users.id', 'sessions.user_id')
    .where(which)
    .whereNotNull('sessions.admin_id')
    .select('id_hash', 'user_id', 'acting_client_id', 'email')
  for (const { id_hash, user_id, acting_client_id, email } of rows) {
    if (!(await trx('sessions').where({ id_hash }).delete())) continue
    const client = acting_client_id ? { id: acting_client_id } : undefined
    await record(trx, 'acting.ended', { user: { id: user_id }, client, email })
  }
}

/** Back to the Admin Area. */
export const endActing = (db: Db, by: Actor, { id, name }: Acting, sessionId: string) =>
  change(db, { ...by, kind: 'admin', id, name, admin: undefined }, (trx) =>
    endActingWith(trx, { id_hash: fingerprint(sessionId) }),
  )
