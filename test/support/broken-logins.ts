// For each check of logins, factors and roles a row that makes it fail.

import type { CheckName } from '../../src/domain/doctor-checks.ts'
import type { Break } from './break.ts'
import type { Case, Ids } from './broken-rows.ts'

const NOBODY = 999_999
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const LATER = '2099-01-01T00:00:00.000Z'
const one = (check: CheckName, row: Break, ...also: CheckName[]): Case => ({ check, rows: [row], also })

export const endedLogins = ({ bob, frank }: Ids): Case[] => {
  const set = (id: number, row: object) => ({ table: 'users', where: { id }, set: { ...row } })
  return [
    one('user.merged', set(frank, { status: 'merged' }), 'user.overSession'),
    one('user.merged', set(frank, { merged_into_id: bob })),
    one('user.mergedInto', set(frank, { status: 'merged', merged_into_id: NOBODY }), 'user.overSession'),
    one('user.mergedInto', set(frank, { status: 'merged', merged_into_id: frank }), 'user.overSession'),
    one('user.overSession', set(frank, { status: 'deleted' })),
    {
      check: 'user.overToken',
      rows: [
        set(frank, { status: 'disabled' }),
        {
          table: 'api_credentials',
          add: {
            ...{ user_id: frank, name: 'x', secret_hash: 'x', rights: '' },
            ...{ created_at: LONG_AGO, updated_at: LONG_AGO },
          },
        },
      ],
      also: [],
    },
    one('user.overAccess', set(bob, { status: 'deleted' }), 'client.ownerOver'),
    one('client.ownerOver', set(bob, { status: 'deleted' }), 'user.overAccess'),
  ]
}

const OF_NOBODY = { person_kind: 'user', person_id: NOBODY, created_at: LONG_AGO }
const ran = (table: string, row: object) =>
  one('expired.left', { table, add: { ...row, expires_at: LONG_AGO } })

export const logins = ({ alice, bob }: Ids): Case[] => [
  one('person.orphan', { table: 'totp_factors', add: { ...OF_NOBODY, secret: 'x' } }),
  one('person.orphan', { table: 'totp_factors', add: { ...OF_NOBODY, person_kind: 'admin', secret: 'x' } }),
  one('person.orphan', { table: 'recovery_codes', add: { ...OF_NOBODY, code_hash: 'x' } }),
  one('person.orphan', {
    table: 'passkeys',
    add: { ...OF_NOBODY, credential_hash: 'x', credential_id: 'x', public_key: 'x', name: 'x' },
  }),
  one('person.orphan', { table: 'second_steps', add: { ...OF_NOBODY, id_hash: 'x', expires_at: LATER } }),
  one('person.orphan', {
    table: 'known_devices',
    add: {
      ...{ person_kind: 'user', person_id: NOBODY, device_hash: 'x', user_agent: 'x' },
      ...{ first_seen_at: LONG_AGO, last_seen_at: LONG_AGO },
    },
  }),
  one('link.orphan', {
    table: 'email_verifications',
    add: { email: 'x@example.com', user_id: NOBODY, nonce: 'x', expires_at: LATER, created_at: LONG_AGO },
  }),
  one('link.orphan', {
    table: 'email_changes',
    add: {
      ...{ user_id: NOBODY, old_email: 'x@example.com', new_email: 'y@example.com', nonce: 'x' },
      ...{ back_nonce: 'x', expires_at: LATER, created_at: LONG_AGO },
    },
  }),
  one('session.admin', { table: 'sessions', where: {}, set: { admin_id: NOBODY } }),
  one('person.factors', { table: 'users', where: { id: bob }, set: { factors: 1 } }),
  one('person.factors', { table: 'admins', where: {}, set: { factors: 2 } }),
  one('person.factors', {
    table: 'totp_factors',
    add: { ...OF_NOBODY, person_id: alice, secret: 'x', confirmed_at: LONG_AGO },
  }),
  one('admin.role', { table: 'admins', where: {}, set: { role: `own:${NOBODY}` } }),
  one('admin.role', { table: 'admins', where: {}, set: { role: 'owner' } }),
  ran('second_steps', { ...OF_NOBODY, person_id: alice, id_hash: 'x' }),
  ran('passkey_challenges', { challenge_hash: 'x', purpose: 'login' }),
  ran('sign_ons', {
    ...{ token_hash: 'x', user_id: alice, credential_id: NOBODY, path: '/', created_at: LONG_AGO },
  }),
  one('expired.left', { table: 'sessions', where: {}, set: { expires_at: LONG_AGO } }),
  one('expired.left', { table: 'admin_sessions', where: {}, set: { expires_at: LONG_AGO } }),
]
