// Logins that were merged or deleted, as questions to the database: what is merged names a login that is not, and
// nothing that opens anything is left of either.

import type { Check } from './doctor-checks.ts'

const USERS = { over: { table: 'users', key: 'id', column: 'u.id' }, from: 'users u' }
const USER = 'u.id AS user, u.status'
const OVER = "u.status IN ('merged', 'deleted')"
const has = (table: string) => `EXISTS (SELECT 1 FROM ${table} x WHERE x.user_id = u.id)`

export const mergedChecks: Check[] = [
  {
    check: 'user.merged',
    ...USERS,
    select: USER,
    where: "(u.status = 'merged') <> (u.merged_into_id IS NOT NULL)",
  },
  {
    check: 'user.mergedInto',
    ...USERS,
    select: 'u.id AS user, u.merged_into_id AS other',
    where: `u.merged_into_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM users x WHERE x.id = u.merged_into_id AND x.status <> 'merged')`,
  },
  {
    check: 'user.overAccess',
    ...USERS,
    select: USER,
    where: `${OVER} AND ${has('associations')}`,
  },
  {
    check: 'user.overSession',
    ...USERS,
    select: USER,
    where: `${OVER} AND ${has('sessions')}`,
  },
  {
    check: 'user.overToken',
    ...USERS,
    select: USER,
    where: `u.status <> 'active' AND EXISTS (SELECT 1 FROM api_credentials x
      WHERE x.user_id = u.id AND x.revoked_at IS NULL)`,
  },
  {
    check: 'client.ownerOver',
    over: { table: 'clients', key: 'id', column: 'c.id' },
    from: 'clients c JOIN users u ON u.id = c.owner_id',
    select: 'c.id AS client, u.id AS user, u.status',
    where: OVER,
  },
]
