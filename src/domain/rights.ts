// What an admin may do. A role is a list of rights: three are ours, others are the host's own. Full holds every
// right there ever is, as an owner holds every permission. Each route of the Admin Area names the right it needs.

import type { Db } from '../platform/database.ts'
import { Refusal } from './refusal.ts'

export const RIGHTS = [
  'list-clients',
  'edit-clients',
  'invite',
  'copy-links',
  'manage-access',
  'change-owner',
  'list-users',
  'edit-users',
  'export-users',
  'act-as-user',
  'delete-users',
  'merge-users',
  'see-emails',
  'see-activity',
  'see-system',
  'run-again',
  'settings',
  'admins',
  'api',
  'sign-on',
] as const

export type Right = (typeof RIGHTS)[number]

const known = new Set<string>(RIGHTS)

export const BUILT_IN_ROLES: Record<string, readonly Right[]> = {
  full: RIGHTS,
  support: [
    'list-clients',
    'edit-clients',
    'invite',
    'manage-access',
    'list-users',
    'edit-users',
    'act-as-user',
    'see-emails',
    'see-activity',
    'see-system',
    'run-again',
  ],
  'read-only': ['list-clients', 'list-users', 'see-emails', 'see-activity', 'see-system'],
}

/** From the column to rights; one that nobody knows any more gives nothing. */
export const parseRights = (text: string): Right[] =>
  RIGHTS.filter((right) => text.split(',').includes(right))

/** From rights to the column: known, and at least one. */
export function chooseRights(rights: readonly string[]): string {
  if (rights.length === 0) throw new Refusal('rights.none', 'rights')
  if (rights.some((right) => !known.has(right))) throw new Refusal('rights.unknown', 'rights')
  return [...new Set(rights)].sort().join(',')
}

const OWN = 'own:'
const OWN_ROLE = /^own:(\d{1,9})$/

/** What a role allows today; a role that is gone allows nothing. */
export async function rightsOf(db: Db, role: string): Promise<readonly Right[]> {
  const id = Number(OWN_ROLE.exec(role)?.[1] ?? 0)
  const own = id ? await db('roles').where({ id }).first('rights') : undefined
  return rightsIn(role, own?.rights ?? null)
}

/** The same for whoever has read the rights of the host's own role along with the admin. */
export function rightsIn(role: string, own: string | null): readonly Right[] {
  const builtIn = Object.hasOwn(BUILT_IN_ROLES, role) ? BUILT_IN_ROLES[role] : undefined
  return builtIn ?? (own === null ? [] : parseRights(own))
}

/** The number of the host's own role in a column, for a join; of ours it is 0, which no row has. */
export const ownRoleOf = (db: Db, column: string) =>
  db.raw('CAST(SUBSTR(??, ?) AS UNSIGNED)', [column, OWN.length + 1])
