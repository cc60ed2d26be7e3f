// An offer of ownership that a program made in the owner's name says which API key it was.

import type { Knex } from 'knex'

export async function up(db: Knex) {
  if (await db.schema.hasColumn('ownership_transfers', 'credential_id')) return
  await db.schema.alterTable('ownership_transfers', (t) => t.integer('credential_id').unsigned())
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
