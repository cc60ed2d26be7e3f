// What programs come with: credentials of the host, personal tokens of users, and what was answered to a call that may
// come twice.
// It can run again after a crash in the middle: MySQL commits each statement by itself.

import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

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
  const time = (t: Table, name: string) => t.string(name, 24)
  const ref = (t: Table, name: string, table: string) =>
    t.integer(name).unsigned().references('id').inTable(table)

  // A credential of the host's has rights and was made by an admin; a personal token has a user, and no rights of its own.
  await create('api_credentials', (t) => {
    t.increments('id')
    t.string('name', 100).notNullable()
    ref(t, 'user_id', 'users').index()
    ref(t, 'admin_id', 'admins')
    t.string('rights', 1_000).notNullable().defaultTo('')
    t.integer('all_clients').unsigned().notNullable().defaultTo(1)
    // Networks with commas; nothing for anywhere.
    t.string('addresses', 1_000).notNullable().defaultTo('')
    t.string('secret_hash', 64).notNullable().unique()
    time(t, 'ends_at')
    time(t, 'revoked_at')
    time(t, 'last_used_at')
    t.string('last_used_ip', 45).notNullable().defaultTo('')
    time(t, 'created_at').notNullable()
    time(t, 'updated_at').notNullable()
  })

  // The clients of a credential that may not see all.
  await create('api_credential_clients', (t) => {
    ref(t, 'credential_id', 'api_credentials').notNullable()
    ref(t, 'client_id', 'clients').notNullable().index()
    t.primary(['credential_id', 'client_id'])
  })

  // One row a key: who runs the call now, and what was answered once it has run.
  await create('idempotency_keys', (t) => {
    t.increments('id')
    ref(t, 'credential_id', 'api_credentials').notNullable()
    t.string('key', 255).notNullable()
    t.string('fingerprint', 64).notNullable()
    t.string('claim_token', 64).notNullable()
    time(t, 'claimed_at').notNullable()
    t.integer('status').unsigned()
    t.text('headers')
    t.text('body', 'mediumtext')
    time(t, 'expires_at').notNullable().index()
    time(t, 'created_at').notNullable()
    t.unique(['credential_id', 'key'])
  })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
