// Users, clients, associations, invitations, and what makes nothing get lost: activity, emails, hook events.
// It can run again after a crash in the middle: MySQL commits each CREATE TABLE by itself.

import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

const EMAIL = 254
const NAME = 100

export async function up(db: Knex) {
  const mysql = db.client.driverName === 'mysql2'

  // MariaDB's default collation takes é for e and A for a; what identifies is compared byte by byte.
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
  const dates = (t: Table) => {
    time(t, 'created_at').notNullable()
    time(t, 'updated_at').notNullable()
  }

  await create('users', (t) => {
    t.increments('id')
    t.string('email', EMAIL).notNullable().unique()
    t.string('first_name', NAME).notNullable()
    t.string('last_name', NAME).notNullable()
    t.string('password_hash', 255)
    t.string('language', 20).notNullable().defaultTo('english')
    t.string('status', 10).notNullable().defaultTo('active')
    time(t, 'email_verified_at')
    time(t, 'last_login_at')
    t.string('last_login_ip', 45)
    t.string('search_text', 500).notNullable()
    dates(t)
  })

  await create('admins', (t) => {
    t.increments('id')
    t.string('email', EMAIL).notNullable().unique()
    t.string('name', NAME).notNullable()
    t.string('password_hash', 255).notNullable()
    t.string('role', 50).notNullable().defaultTo('full')
    time(t, 'last_login_at')
    dates(t)
  })

  await create('clients', (t) => {
    t.increments('id')
    ref(t, 'owner_id', 'users').notNullable()
    t.integer('access_version').unsigned().notNullable().defaultTo(0)
    t.string('company_name', NAME).notNullable().defaultTo('')
    t.string('first_name', NAME).notNullable()
    t.string('last_name', NAME).notNullable()
    t.string('email', EMAIL).notNullable()
    for (const name of ['address1', 'address2', 'city', 'state'])
      t.string(name, NAME).notNullable().defaultTo('')
    t.string('postcode', 20).notNullable().defaultTo('')
    t.string('country', 2).notNullable().defaultTo('')
    t.string('phone', 40).notNullable().defaultTo('')
    t.string('status', 10).notNullable().defaultTo('active')
    t.string('search_text', 700).notNullable()
    dates(t)
    t.index(['status', 'id'])
  })

  await create('associations', (t) => {
    ref(t, 'client_id', 'clients').notNullable()
    ref(t, 'user_id', 'users').notNullable().index()
    t.string('permissions', 1000).notNullable().defaultTo('')
    time(t, 'last_login_at')
    dates(t)
    t.primary(['client_id', 'user_id'])
  })

  await create('invitations', (t) => {
    t.increments('id')
    ref(t, 'client_id', 'clients').notNullable()
    t.string('email', EMAIL).notNullable()
    t.string('open_email', EMAIL)
    t.string('permissions', 1000).notNullable()
    t.string('message', 500).notNullable().defaultTo('')
    t.string('status', 10).notNullable()
    t.string('nonce', 64).notNullable()
    ref(t, 'invited_by_user_id', 'users')
    ref(t, 'invited_by_admin_id', 'admins')
    time(t, 'sent_at').notNullable()
    t.integer('send_count').unsigned().notNullable().defaultTo(1)
    time(t, 'expires_at').notNullable()
    time(t, 'ended_at')
    ref(t, 'accepted_by_user_id', 'users')
    dates(t)
    t.unique(['client_id', 'open_email'])
    t.index(['status', 'expires_at'])
    t.index(['client_id', 'status'])
  })

  const session = (t: Table) => {
    t.string('id_hash', 64).primary()
    time(t, 'expires_at').notNullable()
    t.string('ip', 45).notNullable()
    t.string('user_agent', 255).notNullable()
    time(t, 'last_seen_at').notNullable()
    time(t, 'created_at').notNullable()
  }
  await create('sessions', (t) => {
    session(t)
    ref(t, 'user_id', 'users').notNullable().index()
    ref(t, 'acting_client_id', 'clients')
  })
  await create('admin_sessions', (t) => {
    session(t)
    ref(t, 'admin_id', 'admins').notNullable().index()
  })

  await create('activity', (t) => {
    t.bigIncrements('id')
    t.string('request_id', 64).notNullable()
    t.integer('ordinal').unsigned().notNullable()
    time(t, 'at').notNullable()
    t.string('actor_kind', 20).notNullable()
    t.integer('actor_id').unsigned()
    t.string('actor_name', 255).notNullable()
    t.integer('client_id').unsigned()
    t.integer('user_id').unsigned()
    t.string('action', 60).notNullable()
    t.text('detail').notNullable()
    t.string('ip', 45).notNullable()
    t.unique(['request_id', 'ordinal'])
    t.index(['client_id', 'at'])
    t.index(['user_id', 'at'])
  })

  await create('emails', (t) => {
    t.increments('id')
    t.string('template', 60).notNullable()
    t.text('data').notNullable()
    t.string('to_address', EMAIL).notNullable()
    t.string('subject', 255).notNullable()
    ref(t, 'client_id', 'clients').index()
    ref(t, 'user_id', 'users').index()
    ref(t, 'invitation_id', 'invitations').index()
    t.integer('send_count').unsigned()
    t.string('status', 12).notNullable().defaultTo('waiting')
    t.string('message_id', 255).notNullable()
    t.string('claim_token', 32)
    time(t, 'claimed_until')
    t.integer('attempts').unsigned().notNullable().defaultTo(0)
    time(t, 'next_attempt_at').notNullable()
    t.string('error', 500)
    time(t, 'sent_at')
    time(t, 'created_at').notNullable()
    t.index(['status', 'next_attempt_at'])
  })

  await create('hook_events', (t) => {
    t.increments('id')
    t.string('event_id', 36).notNullable().unique()
    t.string('name', 60).notNullable()
    t.text('payload', 'mediumtext').notNullable()
    t.string('status', 12).notNullable().defaultTo('waiting')
    time(t, 'created_at').notNullable()
    t.index(['status', 'id'])
  })

  await create('hook_deliveries', (t) => {
    t.increments('id')
    ref(t, 'event_id', 'hook_events').notNullable()
    t.string('hook', 255).notNullable()
    t.integer('priority').notNullable()
    t.string('status', 12).notNullable().defaultTo('waiting')
    t.string('claim_token', 32)
    time(t, 'claimed_until')
    t.integer('attempts').unsigned().notNullable().defaultTo(0)
    time(t, 'next_attempt_at').notNullable()
    t.string('error', 500)
    t.integer('duration_ms').unsigned()
    dates(t)
    t.unique(['event_id', 'hook'])
    t.index(['status', 'next_attempt_at'])
  })

  await create('settings', (t) => {
    t.string('key', 60).primary()
    t.text('value', 'mediumtext').notNullable()
    time(t, 'updated_at').notNullable()
  })

  await create('registrations', (t) => {
    t.increments('id')
    t.string('email', EMAIL).notNullable().index()
    t.string('first_name', NAME).notNullable()
    t.string('last_name', NAME).notNullable()
    t.string('company_name', NAME).notNullable()
    t.string('password_hash', 255).notNullable()
    t.string('browser_hash', 64).notNullable()
    t.string('nonce', 64).notNullable()
    time(t, 'expires_at').notNullable()
    time(t, 'used_at')
    time(t, 'created_at').notNullable()
  })

  await create('password_resets', (t) => {
    t.increments('id')
    t.string('email', EMAIL).notNullable()
    ref(t, 'user_id', 'users').index()
    t.string('nonce', 64).notNullable()
    time(t, 'expires_at').notNullable()
    time(t, 'used_at')
    time(t, 'created_at').notNullable()
  })
}

export async function down() {
  throw new Error('There is no way back from the first migration: restore a backup instead.')
}
