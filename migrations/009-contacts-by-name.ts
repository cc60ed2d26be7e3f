// Programs look for contacts by name, address or number without saying of which client.

import type { Knex } from 'knex'

const ASKED = ['first_name', 'last_name', 'email', 'phone']

export async function up(db: Knex) {
  // No database says "if not exists" here in the same words: one that is there already is no fault.
  for (const column of ASKED)
    await db.schema
      .alterTable('contacts', (t) => t.index([column]))
      .catch((error) => {
        if (!/already exists|duplicate key name/i.test(error.message)) throw error
      })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
