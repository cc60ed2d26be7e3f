// What account owners ask for: contacts, presets of permissions, access with an end, transfers of ownership, requests
// for access, and mail that each user chooses.
// It can run again after a crash in the middle: MySQL commits each statement by itself.

import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

const EMAIL = 254
const NAME = 100
const PERMISSIONS = 1_000
const WORD = 500

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

  // Access that ends by itself, and access that rests. The end is a moment; it is told a week before, once.
  await add('associations', 'ends_at', (t) => t.string('ends_at', 24))
  await add('associations', 'end_told_at', (t) => t.string('end_told_at', 24))
  await add('associations', 'suspended_at', (t) => t.string('suspended_at', 24))
  await index('associations', ['ends_at'])
  // Which mail about this account the user does not want: keys, as permissions are kept.
  await add('associations', 'unwanted_mail', (t) =>
    t.string('unwanted_mail', 255).notNullable().defaultTo(''),
  )

  // An invitation may give access with an end; who declines may say why; what the inviter is told of it.
  await add('invitations', 'access_ends_at', (t) => t.string('access_ends_at', 24))
  await add('invitations', 'decline_word', (t) => t.string('decline_word', WORD).notNullable().defaultTo(''))
  await add('invitations', 'opened_at', (t) => t.string('opened_at', 24))
  await add('invitations', 'reminded_at', (t) => t.string('reminded_at', 24))

  // Admins read the invitations of all clients, the latest sent first, and by who sent them.
  await index('invitations', ['sent_at'])
  await index('invitations', ['status', 'sent_at'])
  await index('invitations', ['client_id', 'sent_at'])
  await index('invitations', ['invited_by_user_id', 'sent_at'])
  await index('invitations', ['invited_by_admin_id', 'sent_at'])

  await create('contacts', (t) => {
    t.increments('id')
    ref(t, 'client_id', 'clients').notNullable().index()
    t.string('first_name', NAME).notNullable()
    t.string('last_name', NAME).notNullable()
    t.string('email', EMAIL).notNullable()
    t.string('phone', 40).notNullable().defaultTo('')
    // The kinds of mail that go here: keys, sorted, with commas.
    t.string('kinds', 255).notNullable().defaultTo('')
    dates(t)
    t.unique(['client_id', 'email'])
  })

  // Permissions under a name that the owner gave; those that everybody has are in the code.
  await create('presets', (t) => {
    t.increments('id')
    ref(t, 'client_id', 'clients').notNullable()
    t.string('name', 60).notNullable()
    t.string('permissions', PERMISSIONS).notNullable()
    dates(t)
    t.unique(['client_id', 'name'])
  })

  // An owner hands the account over to one of its users, who accepts. One at a time for each client.
  await create('ownership_transfers', (t) => {
    t.increments('id')
    ref(t, 'client_id', 'clients').notNullable()
    t.integer('open_client_id').unsigned().unique()
    ref(t, 'from_user_id', 'users').notNullable().index()
    ref(t, 'to_user_id', 'users').notNullable().index()
    t.string('status', 10).notNullable()
    time(t, 'expires_at').notNullable()
    time(t, 'ended_at')
    dates(t)
    t.index(['client_id', 'id'])
    t.index(['status', 'expires_at'])
  })

  // Somebody asks whoever has this address for access. Whether a login has it is asked when that is read.
  await create('access_requests', (t) => {
    t.increments('id')
    ref(t, 'user_id', 'users').notNullable()
    t.string('owner_email', EMAIL).notNullable()
    // Whose request stands in the way of another one to the same address.
    t.integer('held_by_user_id').unsigned()
    t.string('word', WORD).notNullable().defaultTo('')
    t.string('status', 10).notNullable()
    time(t, 'expires_at').notNullable().index()
    time(t, 'ended_at')
    dates(t)
    t.unique(['held_by_user_id', 'owner_email'])
    t.index(['owner_email', 'status'])
    t.index(['user_id', 'status'])
  })

  // From when on an owner is asked to look who has access, a quarter later; nothing for one who does not want that.
  await add('users', 'review_asked_at', (t) => t.string('review_asked_at', 24))

  // A deleted login has a name that can be read: "deleted user 17", where it was "deleted-17".
  const deleted = await db('users')
    .whereRaw("first_name = email AND email LIKE 'deleted-%'")
    .select('id', 'email')
  for (const { id, email } of deleted)
    await db('users')
      .where({ id })
      .update({ first_name: `deleted user ${id}`, search_text: `deleted user ${id} ${email}` })
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
