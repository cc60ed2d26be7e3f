// Where a person is logged in, and ending that from afar. Users' and admins' sessions are apart; a session is named
// by the beginning of its id's hash, which opens nothing.

import { inDays, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { record } from './activity.ts'
import { type Actor, change } from './change.ts'
import { fingerprint } from './links.ts'
import type { Person } from './people.ts'
import { NotFound } from './refusal.ts'
import { AT_MOST_DAYS, endSessions } from './sessions.ts'

const NAME_LENGTH = 16

const sessionsOf = (db: Db, { kind, id }: Person) =>
  kind === 'user' ? db('sessions').where({ user_id: id }) : db('admin_sessions').where({ admin_id: id })

/** The last used first; `mine` is the one that asks. */
export async function listSessions(db: Db, person: Person, sessionId: string) {
  const rows = await sessionsOf(db, person)
    .where('expires_at', '>', timestamp())
    .where('created_at', '>', inDays(-AT_MOST_DAYS))
    .orderBy('last_seen_at', 'desc')
    .select()
  const own = fingerprint(sessionId)
  const acting = person.kind === 'user' ? await actingIn(db, rows) : new Map<string, string>()
  // Where an admin acts from is not the user's to know.
  return rows.map(({ id_hash, ip, user_agent, last_seen_at }) => ({
    id: String(id_hash).slice(0, NAME_LENGTH),
    mine: id_hash === own,
    ip: acting.has(id_hash) ? '' : String(ip),
    userAgent: String(user_agent),
    seenAt: String(last_seen_at),
    admin: acting.get(id_hash),
  }))
}

/** Which of these sessions are an admin's who acts as the user, and whose. */
async function actingIn(db: Db, rows: { id_hash: string; admin_id: number | null }[]) {
  const theirs = rows.filter(({ admin_id }) => admin_id)
  const ids = theirs.map(({ admin_id }) => admin_id)
  const admins: { id: number; name: string }[] =
    ids.length > 0 ? await db('admins').whereIn('id', ids).select('id', 'name') : []
  const names = new Map(admins.map(({ id, name }) => [id, name]))
  return new Map(theirs.map(({ id_hash, admin_id }) => [id_hash, names.get(admin_id ?? 0) ?? '']))
}

export async function endSession(db: Db, by: Actor, person: Person, id: string) {
  if (!/^[0-9a-f]{16}$/.test(id)) throw new NotFound()
  const user = person.kind === 'user' ? person : undefined
  await change(db, by, async (trx) => {
    if (!(await sessionsOf(trx, person).where('id_hash', 'like', `${id}%`).delete())) throw new NotFound()
    await record(trx, 'session.ended', { user })
  })
}

export async function endOthers(db: Db, by: Actor, person: Person, sessionId: string) {
  const user = person.kind === 'user' ? person : undefined
  await change(db, by, async (trx) => {
    await endSessions(trx, person, sessionId)
    await record(trx, 'session.othersEnded', { user })
  })
}
