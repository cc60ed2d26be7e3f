// Tables with many rows, made by MariaDB itself within seconds, so that it plans as it would for a large house.

import type { Db } from '../../src/platform/database.ts'

export const MANY = 20_000
const AT = "'2026-01-01T00:00:00.000Z'"
const DATES = { created_at: AT, updated_at: AT }
/** Spread over the rows that there are: each number is someone's. */
const some = (most: number) => `1 + MOD(seq * 7919, ${most})`

/** Ids of what is filled in begin here, above all that the cast has. */
const FIRST = 100_000
const id = `${FIRST} + seq`
const CLIENTS = 4_000

const ROWS: [table: string, columns: Record<string, string>, count?: number][] = [
  [
    'users',
    {
      id,
      email: "CONCAT('u', seq, '@many.test')",
      first_name: "CONCAT('F', seq)",
      last_name: "'L'",
      ...DATES,
      search_text: "'x'",
    },
  ],
  [
    'clients',
    {
      id,
      owner_id: id,
      first_name: "'F'",
      last_name: "'L'",
      email: "'c@many.test'",
      search_text: "'x'",
      ...DATES,
    },
    CLIENTS,
  ],
  [
    'associations',
    { client_id: `${FIRST} + ${some(CLIENTS)}`, user_id: id, permissions: "'tickets'", ...DATES },
  ],
  [
    'invitations',
    {
      ...{
        client_id: `${FIRST} + ${some(CLIENTS)}`,
        email: "CONCAT('i', seq, '@many.test')",
        permissions: "'tickets'",
      },
      ...{
        status: "ELT(1 + MOD(seq, 4), 'accepted', 'declined', 'cancelled', 'expired')",
        nonce: "CONCAT('n', seq)",
      },
      ...{
        invited_by_user_id: id,
        sent_at: "CONCAT('2026-01-01T00:00:', 10 + MOD(seq, 50), '.000Z')",
        expires_at: AT,
        ended_at: AT,
        ...DATES,
      },
    },
  ],
  [
    'emails',
    {
      ...{
        template: "'invitation'",
        data: "'{}'",
        to_address: "CONCAT('i', seq, '@many.test')",
        subject: "'S'",
      },
      ...{
        client_id: `${FIRST} + ${some(CLIENTS)}`,
        user_id: id,
        status: "'sent'",
        message_id: "CONCAT('m', seq)",
      },
      ...{ next_attempt_at: AT, created_at: AT },
    },
  ],
  [
    'activity',
    {
      ...{
        request_id: "CONCAT('r', seq)",
        ordinal: '0',
        at: AT,
        actor_kind: "'user'",
        actor_id: id,
        actor_name: "'N'",
      },
      ...{
        client_id: `${FIRST} + ${some(CLIENTS)}`,
        user_id: id,
        action: "CONCAT('some.thing', MOD(seq, 20))",
      },
      ...{ detail: "'{}'", ip: "'::1'" },
    },
  ],
  [
    'hook_events',
    {
      id,
      event_id: "CONCAT('e', seq)",
      name: "'UserAdd'",
      payload: "'{}'",
      status: "'fanned'",
      created_at: AT,
    },
  ],
  [
    'hook_deliveries',
    {
      event_id: id,
      hook: "CONCAT('h', MOD(seq, 20))",
      priority: '1',
      status: "'done'",
      next_attempt_at: AT,
      ...DATES,
    },
  ],
  [
    'sessions',
    {
      ...{ id_hash: "CONCAT('s', seq)", user_id: id, expires_at: "'2099-01-01T00:00:00.000Z'", ip: "'::1'" },
      ...{ user_agent: "'x'", last_seen_at: AT, created_at: AT },
    },
  ],
  ['user_words', { word: "CONCAT('w', seq)", user_id: id }],
  ['client_words', { word: "CONCAT('w', seq)", client_id: id }, CLIENTS],
  [
    'contacts',
    {
      client_id: `${FIRST} + ${some(CLIENTS)}`,
      first_name: "'F'",
      last_name: "'L'",
      email: "CONCAT('k', seq, '@many.test')",
      ...DATES,
    },
  ],
  [
    'presets',
    {
      client_id: `${FIRST} + ${some(CLIENTS)}`,
      name: "CONCAT('P', seq)",
      permissions: "'tickets'",
      ...DATES,
    },
  ],
  [
    'access_requests',
    {
      user_id: id,
      owner_email: "CONCAT('u', seq, '@many.test')",
      status: "'ended'",
      expires_at: AT,
      ...DATES,
    },
  ],
  [
    'ownership_transfers',
    {
      client_id: `${FIRST} + ${some(CLIENTS)}`,
      from_user_id: id,
      to_user_id: id,
      status: "'accepted'",
      expires_at: AT,
      ...DATES,
    },
  ],
]

export const GROWING = ROWS.map(([table]) => table)

export async function fillMany(db: Db) {
  for (const [table, columns, count = MANY] of ROWS) {
    const [names, values] = [Object.keys(columns).join(', '), Object.values(columns).join(', ')]
    await db.raw(`INSERT INTO ${table} (${names}) SELECT ${values} FROM seq_1_to_${count}`)
    await db.raw(`ANALYZE TABLE ${table}`)
  }
}
