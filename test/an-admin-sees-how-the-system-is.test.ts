import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { inMinutes, moveClock, timestamp } from '../src/platform/clock.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { freePort } from './support/processes.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin sees how the system is', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor

  beforeAll(async () => {
    // Nobody listens there: what is sent waits.
    const SMTP_URL = `smtp://127.0.0.1:${await freePort()}`
    house = await startHouse({ environment: { SMTP_URL, MAIL_FROM: 'accounts@example.com' } })
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    await house.delivery.settled()
  })

  /** A row by its key, whether or not a worker of this house wrote one already. */
  const put = async (table: string, key: object, row: object) => {
    if ((await house.db(table).where(key).update(row)) === 0) await house.db(table).insert({ ...key, ...row })
  }
  const panel = (title: string) => {
    const panels = ada.$('.panel').filter((_, one) => ada.$(one).find('h2').text().startsWith(title))
    return panels.text().replace(/\s+/g, ' ').trim()
  }
  const row = (title: string, name: string) => {
    const $ = ada.$
    const panels = $('.panel').filter((_, one) => $(one).find('h2').text().startsWith(title))
    const rows = panels.find('tr, .row-item').filter((_, one) => $(one).text().includes(name))
    return rows.text().replace(/\s+/g, ' ').trim()
  }

  test('versions of everything, and the migrations, none missing', async () => {
    await ada.visit('/admin')
    await ada.follow('System')
    expect(ada.title).toBe('System')
    const what = panel('What runs here')
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(what).toContain(`Latchkey ${version}`)
    expect(what).toContain(`Node ${process.versions.node}`)
    expect(what).toMatch(onMariadb ? /Database MariaDB 1\d\.\d+/ : /Database SQLite 3\.\d+/)
    expect(what).toMatch(/\d+ done, the last one 0\d\d-[\w-]+, none missing/)
  })

  test('a migration of a newer version is told', async () => {
    await house.db('knex_migrations').insert({ name: '999-later.ts', batch: 9, migration_time: new Date() })
    await ada.visit('/admin/system')
    expect(panel('What runs here')).toContain('Of a newer version: 999-later.ts')
    expect(panel('What runs here')).not.toContain('none missing')
    await house.db('knex_migrations').where({ name: '999-later.ts' }).delete()
  })

  test('who works, who has the jobs, and who was not heard of', async () => {
    const id = 'a1b2c3d4'.repeat(4)
    const worker = {
      host: 'web-1.example.com',
      pid: 4711,
      version: '0.0.9',
      beat: 1,
      started_at: inMinutes(-300),
    }
    await put('workers', { id }, { ...worker, seen_at: timestamp() })
    await put('workers', { id: 'b'.repeat(32) }, { ...worker, host: 'web-2', seen_at: inMinutes(-5) })
    const lease = await house.db('leases').where({ name: 'jobs' }).first()
    await put('leases', { name: 'jobs' }, { generation: 1, beat: 1, holder: id, taken_at: timestamp() })
    await ada.visit('/admin/system')
    expect(row('Workers', 'web-1')).toBe(
      'Process 4711 on web-1.example.com a1b2c3d4, version 0.0.9 Works since 5 hours ago Seen just now Has the jobs Alive',
    )
    expect(row('Workers', 'web-2')).toMatch(/Seen 5 minutes ago Not heard of$/)
    await house.db('workers').where({ pid: 4711 }).delete()
    if (lease) await put('leases', { name: 'jobs' }, lease)
    else await house.db('leases').delete()
  })

  test('jobs: when they ran, for how long, how that went, and when they run next', async () => {
    const run = {
      worker: 'a',
      started_at: inMinutes(-7),
      ended_at: inMinutes(-7),
      duration_ms: 38,
      result: null,
    }
    await put('job_runs', { name: 'expire-invitations' }, { ...run, error: 'Deadlock found <1213>' })
    await ada.visit('/admin/system')
    expect(row('Jobs', 'expire-invitations')).toMatch(
      /^expire-invitations \*\/15 \* \* \* \* 7 minutes ago, 38 ms Deadlock found <1213> in (a moment|\d+ minutes?)$/,
    )
    expect(row('Jobs', 'forget-ended-sessions')).toContain('17 3 * * *')
    await house.db('job_runs').where({ name: 'expire-invitations' }).update({ error: null })
  })

  const stuck = async () => {
    moveClock(0.2)
    await ada.visit('/admin/clients')
    return ada
      .$('#stuck p')
      .map((_, one) => ada.$(one).text().trim())
      .get()
  }

  test('that no worker runs, or a hook file is left out, is said at once', async () => {
    const seen = { error: 'It has a syntax error in line 1.', last_seen_at: timestamp() }
    await house.db('hook_files').insert({ file: 'broken.ts', ...seen })
    const workers = await house.db('workers')
    await house.db('workers').delete()
    expect(await stuck()).toEqual([
      'No worker runs, so no mail goes out and no hook is told: start one with npm run worker, or npm start. See who works',
      'A hook file is left out: what it is for does not happen. See which, and why',
    ])
    await house.db('hook_files').delete()
    await house.db('workers').insert(workers)
    expect(await stuck()).toEqual([])
  })

  test('what waits is counted, with the oldest; after 15 minutes every page of an admin says so', async () => {
    expect(await stuck()).toEqual([])
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await house.delivery.settled()
    await ada.visit('/admin/system')
    expect(row('What waits', 'Emails to send')).toBe('Emails to send 1 just now')
    expect(row('What waits', 'Emails that failed')).toBe('Emails that failed 0 –')
    expect(await stuck(), 'not at once').toEqual([])
    moveClock(16)
    expect(await stuck()).toEqual([
      'Mail is stuck: some has been waiting for more than 15 minutes. See which mail waits',
    ])
    for (const path of ['/admin', '/admin/settings', '/admin/hooks', '/admin/nowhere']) {
      await ada.visit(path)
      expect(ada.$('#stuck').length, path).toBe(1)
    }
    await ada.follow('See which mail waits')
    expect(ada.$('#emails .person-name').text()).toContain('dora@example.com')
    for (const visitor of [alice, house.visitor()]) {
      await visitor.visit('/account/users')
      expect(visitor.$('#stuck').length, 'for admins alone').toBe(0)
    }
    const stranger = house.visitor()
    await stranger.visit('/admin/login')
    expect(stranger.$('#stuck').length).toBe(0)
  })

  test('what was sent off again just now is not stuck; mail that our settings hold up is told at once', async () => {
    await ada.visit('/admin/emails')
    await ada.follow('dora@example.com')
    await ada.press('Retry')
    await house.delivery.settled()
    expect(await stuck()).toEqual([])
    await house.db('emails').where({ to_address: 'dora@example.com' }).update({ fault: 'settings' })
    expect((await stuck()).map((sentence) => sentence.slice(0, 39))).toEqual([
      'Mail cannot go out with these settings:',
    ])
    await house.db('emails').where({ to_address: 'dora@example.com' }).update({ status: 'sent' })
    expect(await stuck()).toEqual([])
  })

  test('hooks: an event that nobody took up, a delivery that waits', async () => {
    const created_at = inMinutes(-20)
    const event = { event_id: 'e'.repeat(36), name: 'UserAdd', payload: '{}', status: 'waiting', created_at }
    await house.db('hook_events').insert(event)
    expect(await stuck()).toEqual([
      'Hooks are stuck: nobody has taken up an event for more than 15 minutes. See who works',
    ])
    await house.db('hook_events').where({ event_id: event.event_id }).update({ status: 'fanned' })
    const { id: event_id } = await house.db('hook_events').where({ event_id: event.event_id }).first('id')
    const dates = { created_at, updated_at: created_at, next_attempt_at: inMinutes(60) }
    await house.db('hook_deliveries').insert({ event_id, hook: 'gone.js#UserAdd', priority: 1, ...dates })
    expect(await stuck()).toEqual([
      'Hooks are stuck: some have been waiting for more than 15 minutes. See which hooks wait',
    ])
    await ada.follow('See which hooks wait')
    expect(ada.$('#deliveries').text()).toContain('gone.js#UserAdd')
    await house.db('hook_deliveries').update({ status: 'done' })
    expect(await stuck()).toEqual([])
  })

  test('a banner that cannot be had breaks no page', async () => {
    await house.db.schema.renameTable('hook_deliveries', 'away')
    expect(await stuck()).toEqual([])
    expect([ada.status, ada.title]).toEqual([200, 'Clients'])
    await house.db.schema.renameTable('away', 'hook_deliveries')
    expect(house.logged.some((line) => line.includes('Whether something is stuck cannot be told'))).toBe(true)
  })
})
