// The log is read by its numbers: indexes by time beside them found nothing, and cost each entry two writes.

import type { Knex } from 'knex'

const UNUSED = ['client_id', 'user_id']

export async function up(db: Knex) {
  // No database says "if exists" here in the same words: one that is gone already is no fault.
  for (const column of UNUSED)
    await db.schema
      .alterTable('activity', (t) => t.dropIndex([column, 'at']))
      .catch((error) => {
        if (!/no such index|can't drop/i.test(error.message)) throw error
      })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
