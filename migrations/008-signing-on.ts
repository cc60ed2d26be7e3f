// Links that a program of the host's makes to log somebody in: once, for sixty seconds.
// It can run again after a crash in the middle: MySQL commits each statement by itself.

import type { Knex } from 'knex'

export async function up(db: Knex) {
  if (await db.schema.hasTable('sign_ons')) return
  await db.schema.createTable('sign_ons', (t) => {
    // The same as in the first migration: what identifies is compared byte by byte.
    if (db.client.driverName === 'mysql2') {
      t.engine('InnoDB')
      t.charset('utf8mb4')
      t.collate('utf8mb4_bin')
    }
    const ref = (name: string, table: string) => t.integer(name).unsigned().references('id').inTable(table)
    t.increments('id')
    t.string('token_hash', 64).notNullable().unique()
    ref('user_id', 'users').notNullable().index()
    // The account to act for; nothing for the one used last.
    ref('client_id', 'clients')
    ref('credential_id', 'api_credentials').notNullable()
    t.string('path', 500).notNullable()
    t.string('expires_at', 24).notNullable().index()
    t.string('used_at', 24)
    t.string('created_at', 24).notNullable()
  })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
