// Hook events are looked for by their hook point, the latest first.

import type { Knex } from 'knex'

export async function up(db: Knex) {
  // No database says "if not exists" here in the same words: one that is there already is no fault.
  await db.schema
    .alterTable('hook_events', (t) => t.index(['name', 'id']))
    .catch((error) => {
      if (!/already exists|duplicate key name/i.test(error.message)) throw error
    })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
