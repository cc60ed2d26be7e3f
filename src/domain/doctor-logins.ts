// What the doctor asks of logins: what hangs on a person without a foreign key, since users and admins share tables;
// factors counted where they are; roles that there are; and whether what ran out has been cleaned away.

import { type Check, isLost, lacks, type Over } from './doctor-checks.ts'
import { BUILT_IN_ROLES } from './rights.ts'

const PERSONAL: [table: string, key: string, text?: true][] = [
  ['totp_factors', 'person_id'],
  ['recovery_codes', 'id'],
  ['passkeys', 'id'],
  ['second_steps', 'id_hash', true],
  ['known_devices', 'person_id'],
]

const over = (table: string, key: string, text?: true): Over => ({
  ...{ table, key, column: `t.${key}` },
  ...(text && { text }),
})

const orphans = PERSONAL.map(
  ([table, key, text]): Check => ({
    check: 'person.orphan',
    over: over(table, key, text),
    from: `${table} t`,
    select: `'${table}' AS name, t.person_kind AS kind, t.person_id AS person`,
    where: `(t.person_kind <> 'admin' AND ${lacks('users', 't.person_id')})
      OR (t.person_kind <> 'user' AND ${lacks('admins', 't.person_id')})`,
  }),
)

const linkOrphans = ['email_verifications', 'email_changes'].map(
  (table): Check => ({
    check: 'link.orphan',
    over: over(table, 'id'),
    from: `${table} t`,
    select: `'${table}' AS name, t.id AS nth, t.user_id AS user`,
    where: lacks('users', 't.user_id'),
  }),
)

const factorsOf = (kind: string) => `((SELECT COUNT(*) FROM totp_factors f
      WHERE f.person_kind = '${kind}' AND f.person_id = t.id AND f.confirmed_at IS NOT NULL)
    + (SELECT COUNT(*) FROM passkeys p WHERE p.person_kind = '${kind}' AND p.person_id = t.id))`

const factors = (['user', 'admin'] as const).map(
  (kind): Check => ({
    check: 'person.factors',
    over: over(`${kind}s`, 'id'),
    from: `${kind}s t`,
    select: `'${kind}' AS kind, t.id AS person, t.factors, ${factorsOf(kind)} AS count`,
    where: `t.factors <> ${factorsOf(kind)}`,
  }),
)

const OURS = Object.keys(BUILT_IN_ROLES).map((role) => `'${role}'`)

const KEPT: [table: string, key: string][] = [
  ['sessions', 'id_hash'],
  ['admin_sessions', 'id_hash'],
  ['second_steps', 'id_hash'],
  ['passkey_challenges', 'challenge_hash'],
  ['sign_ons', 'token_hash'],
]

const leftovers = KEPT.map(
  ([table, key]): Check => ({
    check: 'expired.left',
    over: over(table, key, true),
    whole: true,
    from: `${table} t`,
    select: `'${table}' AS name, COUNT(*) AS count`,
    where: 't.expires_at < :ago2days',
    isWrong: ({ count }) => Number(count) > 0,
  }),
)

export const loginChecks: Check[] = [
  ...orphans,
  ...linkOrphans,
  {
    check: 'session.admin',
    over: over('sessions', 'id_hash', true),
    from: 'sessions t',
    select: 't.user_id AS user, t.admin_id AS admin',
    where: isLost('admins', 't.admin_id'),
  },
  ...factors,
  {
    // The number of a role is text in one column and a number in the other: every database compares them so.
    check: 'admin.role',
    over: over('admins', 'id'),
    from: "admins t LEFT JOIN roles r ON t.role LIKE 'own:%' AND r.id = SUBSTR(t.role, 5)",
    select: 't.id AS admin, t.role',
    where: `t.role NOT IN (${OURS.join(', ')}) AND r.id IS NULL`,
  },
  ...leftovers,
]
