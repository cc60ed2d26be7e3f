// What DESIGN §3 says of people, clients and invitations, as questions to the database: each finds the rows
// that break a rule. One statement sees one moment, so a change that is under way never shows by halves.
// An invitation past its time, or nearly, is left alone: it is over without anybody writing that down.

import type { Key } from '../lang/english.ts'
import { ALL_BUT_USERS, ALL_PERMISSIONS, formatPermissions, parsePermissions } from './permissions.ts'

export type CheckName = Key extends infer K ? (K extends `doctor.${infer N}.remedy` ? N : never) : never

export type Row = Record<string, string | number | null>

/** Rows that are gone through in the order of a key, some thousand at a time. */
export interface Over {
  table: string
  key: string
  /** The key in the query of the check. */
  column: string
  /** A key that is text. */
  text?: true
}

export interface Check {
  check: CheckName
  over: Over
  /** An index leads to what is wrong, or it is a matter of groups: one query for the whole table. */
  whole?: true
  select: string
  /** May name the limits of a step, :after and :upTo, and the moments of `moments` in doctor.ts. */
  from: string
  where?: string
  group?: string
  having?: string
  /** Where SQL cannot say it. */
  isWrong?(row: Row): boolean
  /** What may mend itself at any moment: looked at again before it is told. */
  again?: true
}

const over = (table: string, alias: string, key = 'id'): Over => ({ table, key, column: `${alias}.${key}` })

const CLIENTS = { over: over('clients', 'c'), from: 'clients c' }
const USERS = { over: over('users', 'u'), from: 'users u' }
const ADMINS = { over: over('admins', 'd'), from: 'admins d' }
const ASSOCIATIONS = { over: over('associations', 's', 'client_id'), from: 'associations s' }
export const INVITATIONS = { over: over('invitations', 'i'), from: 'invitations i' }

export const lacks = (table: string, column: string) =>
  `NOT EXISTS (SELECT 1 FROM ${table} WHERE ${table}.id = ${column})`
export const isLost = (table: string, column: string) => `(${column} IS NOT NULL AND ${lacks(table, column)})`

const CLIENT_OWNER = 'c.id AS client, c.owner_id AS user'
const OWNED = 'SELECT 1 FROM associations s WHERE s.client_id = c.id AND s.user_id = c.owner_id'

const people: Check[] = [
  { check: 'user.email', ...USERS, select: 'u.id AS user, u.email', where: 'u.email <> LOWER(u.email)' },
  {
    check: 'user.emailTwice',
    ...USERS,
    whole: true,
    select: 'u.email, COUNT(*) AS count',
    group: 'u.email',
    having: 'COUNT(*) > 1',
  },
  { check: 'admin.email', ...ADMINS, select: 'd.id AS admin, d.email', where: 'd.email <> LOWER(d.email)' },
  {
    check: 'session.orphan',
    over: { table: 'sessions', key: 'id_hash', column: 's.id_hash', text: true },
    from: 'sessions s',
    select: 's.user_id AS user, COALESCE(s.acting_client_id, 0) AS client',
    where: `${lacks('users', 's.user_id')} OR ${isLost('clients', 's.acting_client_id')}`,
  },
  {
    check: 'adminSession.orphan',
    over: { table: 'admin_sessions', key: 'id_hash', column: 's.id_hash', text: true },
    from: 'admin_sessions s',
    select: 's.admin_id AS admin',
    where: lacks('admins', 's.admin_id'),
  },
  {
    check: 'reset.orphan',
    over: over('password_resets', 'r'),
    from: 'password_resets r',
    select: 'r.id AS reset, r.user_id AS user',
    where: isLost('users', 'r.user_id'),
  },
]

const clients: Check[] = [
  { check: 'client.owner', ...CLIENTS, select: CLIENT_OWNER, where: lacks('users', 'c.owner_id') },
  { check: 'client.ownerAssociated', ...CLIENTS, select: CLIENT_OWNER, where: `NOT EXISTS (${OWNED})` },
  {
    check: 'client.ownerPermissions',
    ...CLIENTS,
    select: CLIENT_OWNER,
    where: `EXISTS (${OWNED} AND s.permissions NOT IN ('${ALL_PERMISSIONS}', '${ALL_BUT_USERS}'))`,
  },
  {
    check: 'client.email',
    ...CLIENTS,
    select: 'c.id AS client, c.email',
    where: 'c.email <> LOWER(c.email)',
  },
  {
    check: 'association.orphan',
    ...ASSOCIATIONS,
    select: 's.client_id AS client, s.user_id AS user',
    where: `${lacks('clients', 's.client_id')} OR ${lacks('users', 's.user_id')}`,
  },
  {
    check: 'association.permissions',
    ...ASSOCIATIONS,
    select: 'MIN(s.client_id) AS client, s.permissions, COUNT(*) AS count',
    group: 's.permissions',
    isWrong: ({ permissions }) => !isStored(permissions),
  },
]

/** Known keys only, sorted, each once (R7). */
export const isStored = (text: unknown) => formatPermissions(parsePermissions(String(text))) === text

const PENDING = "i.status = 'pending'"
const OPEN = `${PENDING} AND i.expires_at > :soon`
const INVITATION = 'i.id AS invitation, i.client_id AS client'
const INVITER = 'i.invited_by_user_id AS user'
// Whose login the inviter's is today: a merged one counts as the one that stayed.
const INVITER_NOW = 'JOIN users u ON u.id = i.invited_by_user_id'
const INVITER_ID = 'COALESCE(u.merged_into_id, u.id)'

const WEEK_MS = 7 * 24 * 60 * 60_000
const ABOUT_MS = 60_000
const span = (row: Row) => Date.parse(String(row.expires_at)) - Date.parse(String(row.sent_at))

const invitations: Check[] = [
  {
    check: 'invitation.orphan',
    ...INVITATIONS,
    select: INVITATION,
    where: `${lacks('clients', 'i.client_id')} OR ${isLost('users', 'i.invited_by_user_id')}
      OR ${isLost('admins', 'i.invited_by_admin_id')} OR ${isLost('users', 'i.accepted_by_user_id')}`,
  },
  {
    check: 'invitation.email',
    ...INVITATIONS,
    select: `${INVITATION}, i.email`,
    where: 'i.email <> LOWER(i.email)',
  },
  {
    check: 'invitation.permissions',
    ...INVITATIONS,
    select: 'MIN(i.id) AS invitation, i.permissions, COUNT(*) AS count',
    group: 'i.permissions',
    isWrong: ({ permissions }) => permissions === '' || !isStored(permissions),
  },
  {
    check: 'invitation.status',
    ...INVITATIONS,
    select: `${INVITATION}, i.status`,
    where: "i.status NOT IN ('pending', 'accepted', 'declined', 'cancelled', 'expired')",
  },
  {
    check: 'invitation.twoPending',
    over: over('invitations', 'i', 'client_id'),
    from: 'invitations i',
    whole: true,
    select: 'i.client_id AS client, i.email, COUNT(*) AS count',
    where: PENDING,
    group: 'i.client_id, i.email',
    having: 'COUNT(*) > 1',
  },
  {
    check: 'invitation.openEmail',
    ...INVITATIONS,
    select: `${INVITATION}, i.status`,
    where: `COALESCE(i.open_email, '') <> CASE WHEN ${PENDING} THEN i.email ELSE '' END`,
  },
  {
    check: 'invitation.endedAt',
    ...INVITATIONS,
    select: `${INVITATION}, i.status`,
    where: `(${PENDING}) <> (i.ended_at IS NULL)`,
  },
  {
    check: 'invitation.acceptedBy',
    ...INVITATIONS,
    select: `${INVITATION}, i.status`,
    where: "(i.status = 'accepted') <> (i.accepted_by_user_id IS NOT NULL)",
  },
  { check: 'invitation.sendCount', ...INVITATIONS, select: INVITATION, where: 'i.send_count < 1' },
  {
    check: 'invitation.week',
    ...INVITATIONS,
    select: `${INVITATION}, i.sent_at, i.expires_at`,
    where: OPEN,
    // Each moment asks the clock for itself.
    isWrong: (row) => !(Math.abs(span(row) - WEEK_MS) < ABOUT_MS),
  },
  {
    check: 'invitation.overdue',
    ...INVITATIONS,
    whole: true,
    select: `${INVITATION}, i.expires_at`,
    where: `${PENDING} AND i.expires_at < :ago20`,
    again: true,
  },
  {
    check: 'invitation.closedClient',
    ...INVITATIONS,
    from: 'invitations i JOIN clients c ON c.id = i.client_id',
    select: INVITATION,
    where: `${OPEN} AND c.status = 'closed'`,
  },
  {
    check: 'invitation.inviterGone',
    ...INVITATIONS,
    from: `invitations i ${INVITER_NOW} JOIN users n ON n.id = ${INVITER_ID}`,
    select: `${INVITATION}, ${INVITER}`,
    where: `${OPEN} AND (n.status <> 'active' OR NOT EXISTS (SELECT 1 FROM associations s
      WHERE s.client_id = i.client_id AND s.user_id = n.id))`,
  },
  {
    check: 'invitation.inviterNothing',
    ...INVITATIONS,
    from: `invitations i ${INVITER_NOW} JOIN clients c ON c.id = i.client_id AND c.owner_id <> ${INVITER_ID}
      JOIN associations s ON s.client_id = i.client_id AND s.user_id = ${INVITER_ID}`,
    select: `${INVITATION}, ${INVITER}, i.permissions AS offered, s.permissions AS held`,
    where: OPEN,
    isWrong: ({ offered, held }) =>
      !parsePermissions(String(offered)).some((key) => parsePermissions(String(held)).includes(key)),
  },
]

export const checks: Check[] = [...people, ...clients, ...invitations]
