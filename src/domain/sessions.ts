// Who is logged in. lucia keeps the rules of a session, our adapter keeps its row: only the SHA-256 of the
// id is stored. Thirty days idle, ninety at most (HARD-CASES H29). Users' and admins' sessions are apart.
// This is the one file that knows lucia.

import type { Knex } from 'knex'
import { type Adapter, type DatabaseSession, type DatabaseUser, Lucia, TimeSpan } from 'lucia'
import { inDays, inMinutes, timestamp } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { HARMLESS, transaction } from '../platform/transaction.ts'
import { type ActingSession, findActing } from './acting.ts'
import type { ActiveAdmin, Admin } from './admins.ts'
import { keepLease, type Lease } from './leases.ts'
import { fingerprint } from './links.ts'
import { keyOf, type Person } from './people.ts'
import { Refusal } from './refusal.ts'
import { rightsOf } from './rights.ts'
import type { User } from './users.ts'

const IDLE_DAYS = 30
export const AT_MOST_DAYS = 90
/** Written no oftener: each click would be a write. */
const SEEN_EVERY_MINUTES = 5

export interface Where {
  ip: string
  userAgent: string
}

interface Kind {
  table: 'sessions' | 'admin_sessions'
  key: 'user_id' | 'admin_id'
  people: 'users' | 'admins'
  /** The hash of the password that a new session was begun with. */
  provenBy?: string | null
}

const USERS: Kind = { table: 'sessions', key: 'user_id', people: 'users' }
const ADMINS: Kind = { table: 'admin_sessions', key: 'admin_id', people: 'admins' }

interface Attributes {
  acting_client_id?: number | null
  acting?: ActingSession | undefined
  ip: string
  user_agent: string
  remember?: number
}

declare module 'lucia' {
  interface Register {
    Lucia: Lucia<Attributes, { row: User & Admin }>
    UserId: number
    DatabaseSessionAttributes: Attributes
    DatabaseUserAttributes: { row: User & Admin }
  }
}

/** By our own clock, not by lucia's. */
const seenNow = () => ({ last_seen_at: timestamp(), expires_at: inDays(IDLE_DAYS) })

type Row = (User & Admin) & ActingSession & { acting_client_id?: number | null; admin_id?: number | null }

function readRow(id: string, row: Row): [DatabaseSession, DatabaseUser] {
  const { expires_at, acting_client_id, admin_id, admin_session_hash, ...person } = row
  const acting = admin_id ? { admin_session_hash, expires_at } : undefined
  const attributes = { acting_client_id, acting, ip: '', user_agent: '' }
  // What an admin acts in is never renewed: to lucia it always has its whole time before it.
  const expiresAt = new Date(acting ? inDays(IDLE_DAYS) : expires_at)
  return [
    { id, userId: person.id, expiresAt, attributes },
    { id: person.id, attributes: { row: person } },
  ]
}

function adapter(db: Db, kind: Kind): Adapter {
  const { table, key, people } = kind
  const byId = (id: string, on: Db = db) => on(table).where({ id_hash: fingerprint(id) })
  return {
    async getSessionAndUser(id) {
      const row = await byId(id)
        .join(people, `${people}.id`, `${table}.${key}`)
        .where(`${table}.created_at`, '>', inDays(-AT_MOST_DAYS))
        .where(`${table}.expires_at`, '>', timestamp())
        .first(
          `${people}.*`,
          `${table}.expires_at`,
          `${table}.last_seen_at`,
          ...(table === 'sessions' ? ['acting_client_id', 'admin_id', 'admin_session_hash'] : []),
        )
      if (!row) return [null, null]
      const { last_seen_at, ...rest } = row
      const found = readRow(id, rest)
      if (!found[0].attributes.acting && last_seen_at <= inMinutes(-SEEN_EVERY_MINUTES))
        await transaction(db, (trx) => byId(id, trx).update(seenNow()), HARMLESS)
      return found
    },
    setSession: (session) => insertSession(db, kind, session),
    ...endings(db, kind),
    async updateSessionExpiration(id) {
      await transaction(db, (trx) => byId(id, trx).update(seenNow()), HARMLESS)
    },
    // Ids cannot be told from their hashes, so there is nothing to list for lucia.
    getUserSessions: async () => [],
  }
}

async function insertSession(
  db: Db,
  { table, key, people, provenBy }: Kind,
  { id, userId, attributes }: DatabaseSession,
) {
  const id_hash = fingerprint(id)
  const insert = async (trx: Db) => {
    const row = { ...attributes, id_hash, [key]: userId }
    await trx(table).insert({ ...row, created_at: timestamp(), ...seenNow() })
    // The insert has waited for whoever was deleting or merging this login, or changing its password.
    const person = await trx(people).where({ id: userId, status: 'active' }).first('password_hash')
    if (!person) throw new Refusal('login.notSo')
    if (provenBy !== undefined && person.password_hash !== provenBy) throw new Refusal('login.wrong')
  }
  const wasDone = async (fresh: Db) => Boolean(await fresh(table).where({ id_hash }).first('id_hash'))
  await transaction(db, insert, { wasDone })
}

// Deleting may be done twice, so it is done again when the connection was lost.
const endings = (db: Db, { table, key }: Kind) => {
  const remove = async (choose: (sessions: Knex.QueryBuilder) => Knex.QueryBuilder) => {
    await transaction(db, (trx) => choose(trx(table)).delete(), HARMLESS)
  }
  return {
    deleteSession: (id: string) => remove((sessions) => sessions.where({ id_hash: fingerprint(id) })),
    deleteUserSessions: (userId: number) => remove((sessions) => sessions.where({ [key]: userId })),
    deleteExpiredSessions: () => remove((sessions) => sessions.where('expires_at', '<=', timestamp())),
  }
}

const lucia = (db: Db, kind: Kind) =>
  new Lucia(adapter(db, kind), {
    sessionExpiresIn: new TimeSpan(IDLE_DAYS, 'd'),
    getSessionAttributes: (attributes) => attributes,
    getUserAttributes: (attributes) => attributes,
  })

const about = ({ ip, userAgent }: Where) => ({ ip, user_agent: userAgent.slice(0, 255) })

/** Starts a session; gives the id for the cookie, the only place where it is kept. */
export const startUserSession = async (
  db: Db,
  user: User,
  where: Where,
  actingClientId: number | null,
  remember = false,
) =>
  (
    await lucia(db, { ...USERS, provenBy: user.password_hash }).createSession(user.id, {
      ...about(where),
      acting_client_id: actingClientId,
      remember: remember ? 1 : 0,
    })
  ).id

export const startAdminSession = async (db: Db, admin: Admin, where: Where) =>
  (await lucia(db, { ...ADMINS, provenBy: admin.password_hash }).createSession(admin.id, about(where))).id

/**
 * The user of a session, as they are now, the client they act for, and the admin who acts as them (whose own session
 * this browser has to have, too); undefined when it is over.
 */
export async function findUserSession(db: Db, id: string, adminSessionId = '') {
  const { session, user } = await lucia(db, USERS).validateSession(id)
  if (!session || user.row.status !== 'active') return undefined
  const found = { user: user.row as User, actingClientId: session.acting_client_id ?? null }
  if (!session.acting) return found
  const admin = await findAdminSession(db, adminSessionId)
  const acting = admin && findActing(db, session.acting, admin, adminSessionId)
  return acting && { ...found, acting }
}

/** The admin of a session, as they are now, with the rights of their role; undefined when it is over. */
export async function findAdminSession(db: Db, id: string): Promise<ActiveAdmin | undefined> {
  const { user } = await lucia(db, ADMINS).validateSession(id)
  if (user?.row.status !== 'active') return undefined
  return { ...user.row, rights: await rightsOf(db, user.row.role) }
}

/** Switch Account: from the next request on the session acts for this client. */
export const actFor = (db: Db, id: string, client: { id: number }) =>
  transaction(
    db,
    (trx) =>
      trx('sessions')
        .where({ id_hash: fingerprint(id) })
        .update({ acting_client_id: client.id }),
    HARMLESS,
  )

export const endUserSession = (db: Db, id: string) => lucia(db, USERS).invalidateSession(id)
export const endAdminSession = (db: Db, id: string) => lucia(db, ADMINS).invalidateSession(id)
export const endAllSessionsOf = (trx: Db, user: { id: number }) => endOtherSessions(trx, user, '')

/** All but this one: whoever changes the password stays logged in here. */
export const endOtherSessions = (trx: Db, { id }: { id: number }, sessionId: string) =>
  endSessions(trx, { kind: 'user', id }, sessionId)

/**
 * All but this one, the logins that still wait for a second factor, links of the host's programs that log this user in,
 * and passkeys just being added: a request that waits for the person's row adds none afterwards. Gives how many sessions
 * there were.
 */
export async function endSessions(trx: Db, person: Pick<Person, 'kind' | 'id'>, butId = ''): Promise<number> {
  const { table, key } = person.kind === 'user' ? USERS : ADMINS
  for (const table of ['second_steps', 'passkey_challenges']) await trx(table).where(keyOf(person)).delete()
  if (person.kind === 'user') await trx('sign_ons').where({ user_id: person.id }).delete()
  return trx(table)
    .where({ [key]: person.id })
    .whereNot({ id_hash: fingerprint(butId) })
    .delete()
}

/** The job: forgets sessions that are over. */
export function forgetEndedSessions(db: Db, lease: Lease | undefined): Promise<void> {
  const forget = async (trx: Knex.Transaction) => {
    if (lease) await keepLease(trx, lease)
    await lucia(trx, USERS).deleteExpiredSessions()
    await lucia(trx, ADMINS).deleteExpiredSessions()
  }
  return transaction(db, forget, HARMLESS)
}
