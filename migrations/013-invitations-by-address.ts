// Admins ask what became of the invitation to an address: it is found by an index, the latest sent first.

import type { Knex } from 'knex'

export async function up(db: Knex) {
  await db.schema
    .alterTable('invitations', (t) => t.index(['email', 'sent_at']))
    // No database says "if not exists" here in the same words: one that is there already is no fault.
    .catch((error) => {
      if (!/already exists|duplicate key name/i.test(error.message)) throw error
    })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
