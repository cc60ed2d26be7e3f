// What delivery by many processes needs: who works, who holds what, which hooks there are, and how long to go on.
// It can run again after a crash in the middle: MySQL commits each statement by itself.

import type { Knex } from 'knex'

type Table = Knex.CreateTableBuilder

const WORKER = 32
const DAY_MS = 24 * 60 * 60_000

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

  // A process that delivers and works off jobs. It is alive while its beat goes up.
  await create('workers', (t) => {
    t.string('id', WORKER).primary()
    t.string('host', 255).notNullable()
    t.integer('pid').unsigned().notNullable()
    t.string('version', 20).notNullable()
    t.integer('beat').unsigned().notNullable()
    time(t, 'started_at').notNullable()
    time(t, 'seen_at').notNullable()
  })

  await create('leases', (t) => {
    t.string('name', 60).primary()
    t.integer('generation').unsigned().notNullable()
    t.integer('beat').unsigned().notNullable()
    t.string('holder', WORKER).notNullable()
    time(t, 'taken_at').notNullable()
  })

  // The last run of each job.
  await create('job_runs', (t) => {
    t.string('name', 60).primary()
    t.string('worker', WORKER).notNullable()
    time(t, 'started_at').notNullable()
    time(t, 'ended_at')
    t.integer('duration_ms').unsigned()
    t.string('result', 255)
    t.string('error', 500)
  })

  // Every function that a worker has loaded: events are fanned out to these, whoever wrote them.
  await create('hook_functions', (t) => {
    t.string('hook', 255).primary()
    t.string('file', 200).notNullable()
    t.string('name', 60).notNullable()
    t.integer('priority').notNullable()
    t.string('on_failure', 10).notNullable()
    time(t, 'first_seen_at').notNullable()
    time(t, 'last_seen_at').notNullable()
    time(t, 'ended_at')
    // 'gone': comes back when a worker has it again. 'admin': not before a worker starts with it.
    t.string('ended_why', 10)
    // Of a question: the last time that it could not be asked.
    time(t, 'failed_at')
    t.string('error', 500)
    t.index(['name'])
  })

  // What waits since before there was this table is known from here on, so that it ends if nobody has it.
  const at = new Date().toISOString()
  const waiting: string[] = await db('hook_deliveries').where({ status: 'waiting' }).distinct().pluck('hook')
  for (const hook of waiting) {
    const [file = '', name = ''] = hook.split('#')
    const known = await db('hook_functions').where({ hook }).first('hook')
    const seen = { priority: 0, on_failure: 'allow', first_seen_at: at, last_seen_at: at }
    if (!known) await db('hook_functions').insert({ hook, file: file.slice(0, 200), name, ...seen })
  }

  // Every file of HOOKS_DIR that a worker has seen, with what was wrong with it.
  await create('hook_files', (t) => {
    t.string('file', 200).primary()
    t.string('error', 500)
    time(t, 'last_seen_at').notNullable()
  })

  for (const table of ['emails', 'hook_deliveries']) {
    await add(table, 'claimed_by', (t) => t.string('claimed_by', WORKER))
    await add(table, 'retry_until', (t) => t.string('retry_until', 24))
    await index(table, ['claimed_by'])
    // The Admin Area's lists by status, address or function, newest first; what waits longest.
    await index(table, ['status', 'id'])
    await index(table, table === 'emails' ? ['to_address'] : ['hook', 'id'])
    const until = new Date(Date.now() + DAY_MS).toISOString()
    await db(table).where({ status: 'waiting', retry_until: null }).update({ retry_until: until })
  }
  await add('emails', 'fault', (t) => t.string('fault', 12))
  await index('emails', ['status', 'fault'])

  // A claim lasts as long as its worker lives; no clock ends it any more. Those of before have no worker.
  for (const table of ['emails', 'hook_deliveries']) {
    await db(table).whereNull('claimed_by').update({ claim_token: null })
    if (await db.schema.hasColumn(table, 'claimed_until'))
      await db.raw('ALTER TABLE ?? DROP COLUMN claimed_until', [table])
  }
}

export async function down() {
  throw new Error('There is no way back from this migration: restore a backup instead.')
}
