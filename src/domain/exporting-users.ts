// Everything that is kept about a person with a login, as one JSON text, read in steps: what others may ask of a house
// by law. Columns are named one by one, so nothing that opens a login (hashes, secrets, links) gets in by being added
// to a table. From where an admin acted is the admin's, as it is in the person's own log.

import type { Knex } from 'knex'
import type { Db } from '../platform/database.ts'
import { type Activity, listActivity, record } from './activity.ts'
import { asReadBy, readerOf, readersFilter } from './activity-readers.ts'
import { type Actor, change } from './change.ts'
import type { User } from './users.ts'

const ROWS_A_STEP = 500

type Row = Record<string, unknown>

const LOGIN = [
  ...['id', 'email', 'first_name', 'last_name', 'language', 'status', 'merged_into_id', 'factors'],
  ...['email_verified_at', 'last_login_at', 'last_login_ip', 'review_asked_at', 'created_at', 'updated_at'],
]
const ACCOUNT = [
  ...['client_id', 'user_id', 'permissions', 'ends_at', 'suspended_at', 'unwanted_mail', 'last_login_at'],
  ...['created_at', 'updated_at'],
]
const SESSION = ['ip', 'user_agent', 'created_at', 'last_seen_at', 'expires_at']
const TOKEN = ['name', 'ends_at', 'revoked_at', 'last_used_at', 'last_used_ip', 'created_at']
const CHANGE = ['old_email', 'new_email', 'created_at', 'confirmed_at', 'ended_at']
const MAIL = ['id', 'to_address', 'subject', 'client_id', 'status', 'created_at', 'sent_at']
const INVITATION = [
  ...['id', 'client_id', 'email', 'permissions', 'message', 'status', 'sent_at', 'expires_at', 'ended_at'],
  ...['access_ends_at', 'opened_at', 'decline_word', 'invited_by_user_id', 'accepted_by_user_id'],
]
/** What became of it is the owner's alone: whoever asked learns neither of *Ignore* nor whether there is an owner. */
const ASKED = ['id', 'user_id', 'owner_email', 'word', 'created_at']
const REQUEST = [...ASKED, 'status', 'ended_at']
const TRANSFER = ['id', 'client_id', 'from_user_id', 'to_user_id', 'status', 'created_at', 'ended_at']

/** Writes down that it is handed out, before any of it is. */
export const recordExport = (db: Db, by: Actor, user: User) =>
  change(db, by, (trx) => record(trx, 'user.exported', { user, email: user.email }))

/** The parts of the text: an object with a list under each name. */
export async function* exportUser(db: Db, user: User): AsyncGenerator<string> {
  const logins: User[] = await db('users').where({ id: user.id }).orWhere({ merged_into_id: user.id })
  let comma = '{'
  for (const [name, steps] of Object.entries(partsOf(db, user, logins))) {
    yield `${comma}\n${JSON.stringify(name)}: [`
    comma = ','
    let first = true
    for await (const rows of steps) {
      if (rows.length > 0) yield `${first ? '' : ','}\n${rows.map(inJson).join(',\n')}`
      first &&= rows.length === 0
    }
    yield ']'
  }
  yield '\n}\n'
}

/** No text in it can be taken for markup, whoever opens the file with what. */
const inJson = (row: Row) => JSON.stringify(row).replaceAll('<', '\\u003c')

function partsOf(db: Db, user: User, logins: User[]): Record<string, AsyncIterable<Row[]>> {
  const ids = logins.map(({ id }) => id)
  // An address that nobody proved may be anybody's, and so is what was sent there (HARD-CASES H6).
  const addresses = logins.filter((one) => one.email_verified_at).map(({ email }) => email)
  const theirs = (table: string, columns: string[]) => once(db(table).whereIn('user_id', ids).select(columns))
  const devices = (table: string, columns: string[]) =>
    once(db(table).where({ person_kind: 'user' }).whereIn('person_id', ids).select(columns))
  /** What names the login; by its address what names none: that may have been another's before. */
  const between = (id: string, address: string) => (query: Knex.QueryBuilder) =>
    query.where((one) =>
      one.whereIn(id, ids).orWhere((other) => other.whereNull(id).whereIn(address, addresses)),
    )
  return {
    logins: once(db('users').whereIn('id', ids).select(LOGIN)),
    accounts: theirs('associations', ACCOUNT),
    owned: once(db('clients').whereIn('owner_id', ids).select('id', 'company_name', 'status', 'created_at')),
    sessions: once(db('sessions').whereIn('user_id', ids).whereNull('admin_id').select(SESSION)),
    devices: devices('known_devices', ['user_agent', 'first_seen_at', 'last_seen_at']),
    passkeys: devices('passkeys', ['name', 'created_at', 'last_used_at']),
    totp: devices('totp_factors', ['created_at', 'confirmed_at']),
    personalTokens: theirs('api_credentials', TOKEN),
    addressChanges: theirs('email_changes', CHANGE),
    accessRequestsSent: paged(db, 'access_requests', ASKED, (query) => query.whereIn('user_id', ids)),
    accessRequestsGot: paged(db, 'access_requests', REQUEST, (query) =>
      query.whereIn('owner_email', addresses),
    ),
    transfers: paged(db, 'ownership_transfers', TRANSFER, (query) =>
      query.where((one) => one.whereIn('from_user_id', ids).orWhereIn('to_user_id', ids)),
    ),
    invitationsSent: paged(db, 'invitations', INVITATION, (query) =>
      query.whereIn('invited_by_user_id', ids),
    ),
    invitationsGot: paged(db, 'invitations', INVITATION, between('accepted_by_user_id', 'email')),
    emails: paged(db, 'emails', MAIL, between('user_id', 'to_address')),
    activity: activityOf(db, user),
  }
}

async function* once(query: PromiseLike<Row[]>): AsyncGenerator<Row[]> {
  yield await query
}

async function* paged(
  db: Db,
  table: string,
  columns: string[],
  narrow: (query: Knex.QueryBuilder) => unknown,
): AsyncGenerator<Row[]> {
  for (let after = 0; ; ) {
    const rows: (Row & { id: number })[] = await db(table)
      .modify(narrow)
      .where('id', '>', after)
      .orderBy('id')
      .limit(ROWS_A_STEP)
      .select(columns)
    yield rows
    if (rows.length < ROWS_A_STEP) return
    after = Number(rows.at(-1)?.id)
  }
}

/** As the person may read it, newest first. */
async function* activityOf(db: Db, user: User): AsyncGenerator<Row[]> {
  const reader = await readerOf(db, user)
  for (let before: number | undefined; ; ) {
    const found = await listActivity(db, { ...readersFilter(reader), before, limit: ROWS_A_STEP })
    yield found.map((entry) => told(asReadBy(reader, entry)))
    if (found.length < ROWS_A_STEP) return
    before = found.at(-1)?.id
  }
}

const told = ({ id, at, actor_kind, actor_name, client_id, user_id, action, detail, ip }: Activity): Row => ({
  ...{ id, at, actor_kind, actor_name, client_id, user_id, action },
  detail: JSON.parse(detail),
  ip,
})
