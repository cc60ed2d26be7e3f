// What logins that can be trusted need: second factors, proofs of addresses, fresh and known sessions, limits that all
// processes share, roles of admins, and a log that is sealed.
// It can run again after a crash in the middle: MySQL commits each statement by itself.

import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

const EMAIL = 254
const HASH = 64

export async function up(db: Knex) {
  const mysql = db.client.driverName === 'mysql2'

  // The same as in the first migration: what identifies is compared byte by byte.
  const create = async (name: string, build: (t: Table) => void) => {
    if (await db.schema.hasTable(name)) return
    await db.schema.createTable(name, (t) => {
      if (mysql) {
        t.engine('InnoDB')
        t.charset('utf8mb4')
        t.collate('utf8mb4_bin')
      }
      build(t)
    })
  }
  const add = async (table: string, column: string, build: (t: Knex.AlterTableBuilder) => void) => {
    if (!(await db.schema.hasColumn(table, column))) await db.schema.alterTable(table, build)
  }
  // No database says "if not exists" here in the same words: one that is there already is no fault.
  const index = (table: string, columns: string[]) =>
    db.schema
      .alterTable(table, (t) => t.index(columns))
      .catch((error) => {
        if (!/already exists|duplicate key name/i.test(error.message)) throw error
      })
  const time = (t: Table, name: string) => t.string(name, 24)
  const ref = (t: Table, name: string, table: string) =>
    t.integer(name).unsigned().references('id').inTable(table)
  const dates = (t: Table) => {
    time(t, 'created_at').notNullable()
    time(t, 'updated_at').notNullable()
  }
  // Factors are the same for users and admins; no database lets one column refer to two tables.
  const person = (t: Table) => {
    t.string('person_kind', 5).notNullable()
    t.integer('person_id').unsigned().notNullable()
  }

  // How many second factors there are (0: none), so that pages need not count them.
  await add('users', 'factors', (t) => t.integer('factors').unsigned().notNullable().defaultTo(0))
  await add('users', 'merged_into_id', (t) => t.integer('merged_into_id').unsigned())
  for (const column of ['status', 'factors', 'email_verified_at', 'last_login_at', 'merged_into_id'])
    await index('users', [column, 'id'])

  await add('admins', 'status', (t) => t.string('status', 10).notNullable().defaultTo('active'))
  await add('admins', 'factors', (t) => t.integer('factors').unsigned().notNullable().defaultTo(0))

  // Roles of the host's own; Full, Support and Read-only are in the code. admins.role names one of those, or "own:ID".
  await create('roles', (t) => {
    t.increments('id')
    t.string('name', 60).notNullable().unique()
    t.string('rights', 1000).notNullable()
    dates(t)
  })

  // One row at the most, for the first admin of an empty production database (HARD-CASES H9).
  await create('first_admin_links', (t) => {
    t.integer('id').unsigned().primary()
    t.string('nonce', HASH).notNullable()
    time(t, 'expires_at').notNullable()
    time(t, 'used_at')
    time(t, 'created_at').notNullable()
  })

  await add('password_resets', 'person_kind', (t) =>
    t.string('person_kind', 5).notNullable().defaultTo('user'),
  )
  await index('password_resets', ['person_kind', 'email'])

  await create('email_verifications', (t) => {
    t.increments('id')
    t.string('email', EMAIL).notNullable()
    ref(t, 'user_id', 'users').notNullable().index()
    t.string('nonce', HASH).notNullable()
    time(t, 'expires_at').notNullable()
    time(t, 'used_at')
    time(t, 'created_at').notNullable()
  })

  // A new address: confirmed there within the hour, taken back from the old one within 72 hours after that.
  await create('email_changes', (t) => {
    t.increments('id')
    ref(t, 'user_id', 'users').notNullable().index()
    t.string('old_email', EMAIL).notNullable()
    time(t, 'old_verified_at')
    t.string('new_email', EMAIL).notNullable()
    t.string('nonce', HASH).notNullable()
    t.string('back_nonce', HASH).notNullable()
    time(t, 'expires_at').notNullable()
    time(t, 'confirmed_at')
    time(t, 'back_until')
    time(t, 'ended_at')
    time(t, 'created_at').notNullable()
  })

  // One authenticator app a person; without confirmed_at it is still being set up. The secret is encrypted.
  await create('totp_factors', (t) => {
    person(t)
    t.string('secret', 255).notNullable()
    t.bigInteger('last_step').notNullable().defaultTo(0)
    time(t, 'confirmed_at')
    time(t, 'created_at').notNullable()
    t.primary(['person_kind', 'person_id'])
  })

  await create('recovery_codes', (t) => {
    t.increments('id')
    person(t)
    t.string('code_hash', HASH).notNullable()
    time(t, 'used_at')
    time(t, 'created_at').notNullable()
    t.unique(['person_kind', 'person_id', 'code_hash'])
  })

  await create('passkeys', (t) => {
    t.increments('id')
    person(t)
    t.string('credential_hash', HASH).notNullable().unique()
    t.text('credential_id').notNullable()
    t.text('public_key').notNullable()
    t.integer('sign_count').unsigned().notNullable().defaultTo(0)
    t.string('transports', 100).notNullable().defaultTo('')
    t.string('name', 100).notNullable()
    time(t, 'created_at').notNullable()
    time(t, 'last_used_at')
    t.index(['person_kind', 'person_id'])
  })

  // A challenge of WebAuthn, used up by a guarded write.
  await create('passkey_challenges', (t) => {
    t.string('challenge_hash', HASH).primary()
    t.string('purpose', 20).notNullable()
    t.string('person_kind', 5)
    t.integer('person_id').unsigned()
    time(t, 'expires_at').notNullable().index()
    time(t, 'used_at')
  })

  // A login whose password was right, waiting for its second factor: no session yet (HARD-CASES H19).
  await create('second_steps', (t) => {
    t.string('id_hash', HASH).primary()
    person(t)
    t.integer('remember').notNullable().defaultTo(0)
    t.integer('tries').unsigned().notNullable().defaultTo(0)
    time(t, 'expires_at').notNullable().index()
    time(t, 'used_at')
    time(t, 'created_at').notNullable()
  })

  // A browser from which a person has logged in before: only the hash of its cookie.
  await create('known_devices', (t) => {
    person(t)
    t.string('device_hash', HASH).notNullable()
    t.string('user_agent', 255).notNullable()
    time(t, 'first_seen_at').notNullable()
    time(t, 'last_seen_at').notNullable()
    t.primary(['person_kind', 'person_id', 'device_hash'])
  })

  for (const table of ['sessions', 'admin_sessions']) {
    // When a password, passkey or code was last given in it.
    await add(table, 'proved_at', (t) => t.string('proved_at', 24))
    await add(table, 'remember', (t) => t.integer('remember').notNullable().defaultTo(0))
    await add(table, 'device_hash', (t) => t.string('device_hash', HASH))
  }
  // An admin who acts as this user, and the admin's own session, with which this one ends (HARD-CASES H7).
  await add('sessions', 'admin_id', (t) => t.integer('admin_id').unsigned())
  await add('sessions', 'admin_session_hash', (t) => t.string('admin_session_hash', HASH))

  await add('clients', 'require_factor', (t) => t.integer('require_factor').notNullable().defaultTo(0))

  await add('activity', 'acting_admin_id', (t) => t.integer('acting_admin_id').unsigned())
  await add('activity', 'acting_admin_name', (t) => t.string('acting_admin_name', 255))
  await add('activity', 'key_id', (t) => t.string('key_id', 16))
  await add('activity', 'mac', (t) => t.string('mac', 43))
  await add('activity', 'seal', (t) => t.integer('seal').unsigned())
  await index('activity', ['seal', 'id'])
  await index('activity', ['actor_kind', 'actor_id', 'id'])
  await index('activity', ['acting_admin_id', 'id'])
  await index('activity', ['action', 'id'])
  await index('activity', ['client_id', 'id'])
  await index('activity', ['user_id', 'id'])
  await index('activity', ['at'])

  // Entries are sealed in the order in which their commits were seen (HARD-CASES H14). Retention empties the oldest.
  await create('seals', (t) => {
    t.integer('number').unsigned().primary()
    time(t, 'at').notNullable()
    t.string('key_id', 16).notNullable()
    t.integer('entries').unsigned().notNullable()
    t.text('macs', 'mediumtext').notNullable()
    t.string('previous', 43).notNullable()
    t.string('head', 43).notNullable()
    time(t, 'last_at').notNullable()
    time(t, 'removed_at')
  })

  // What was written before there were seals has no MAC of its own; it gets one when it is sealed.
  const key = 'activity_unsigned_up_to'
  const latest = await db('activity').max({ id: 'id' }).first()
  if (latest?.id && !(await db('settings').where({ key }).first('key')))
    await db('settings').insert({ key, value: String(latest.id), updated_at: new Date().toISOString() })

  await create('limits', (t) => {
    t.string('key', 160).primary()
    t.integer('points').notNullable()
    t.bigInteger('expires_ms').index()
  })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
