// What somebody owns is looked for by an index. MariaDB makes one for the reference; SQLite makes none, and read all
// clients for each Access Review.

import type { Knex } from 'knex'

export async function up(db: Knex) {
  await db.schema
    .alterTable('clients', (t) => t.index(['owner_id']))
    // No database says "if not exists" here in the same words: one that is there already is no fault.
    .catch((error) => {
      if (!/already exists|duplicate key name/i.test(error.message)) throw error
    })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
