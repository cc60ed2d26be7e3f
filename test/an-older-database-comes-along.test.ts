import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { openHouse } from '../src/house.ts'
import { openDatabase } from '../src/platform/database.ts'
import { readMailbox } from '../src/platform/mail.ts'
import { freshDatabase } from './support/databases.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-older-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const LONG_AGO = '2026-01-01T00:00:00.000Z'

test('what waited in a database of the first version is delivered by this one; a hook that nobody has is known', async () => {
  const { url, drop } = await freshDatabase(folder)
  const old = openDatabase(url)
  const first = '001-the-main-job.ts'
  await old.migrate.latest({
    migrationSource: {
      getMigrations: async () => [first],
      getMigrationName: (name: string) => name,
      getMigration: (name: string) => import(`../migrations/${name}`),
    },
  })
  const waits = { status: 'waiting', next_attempt_at: LONG_AGO, created_at: LONG_AGO }
  const claim = { claim_token: 'dead', claimed_until: LONG_AGO }
  await old('emails').insert({
    ...waits,
    ...claim,
    template: 'access-removed',
    data: JSON.stringify({ client: 'Acme', by: 'Ada', name: 'Bob' }),
    to_address: 'bob@example.com',
    subject: 'You have no access to Acme any more',
    message_id: '<one@example.com>',
  })
  const event = { id: 'e-1', at: LONG_AGO, actor: { kind: 'system', id: null, name: 'test' }, user: {} }
  await old('hook_events').insert({
    event_id: 'e-1',
    name: 'UserLogin',
    payload: JSON.stringify(event),
    status: 'fanned',
    created_at: LONG_AGO,
  })
  for (const hook of ['tells.js#UserLogin', 'gone.js#UserLogin'])
    await old('hook_deliveries').insert({
      ...waits,
      ...claim,
      event_id: 1,
      hook,
      priority: 1,
      updated_at: LONG_AGO,
    })
  await old.destroy()

  writeFileSync(join(folder, 'tells.js'), "module.exports = (addHook) => addHook('UserLogin', 1, () => {})")
  const config = readConfig({ DATABASE_URL: url, DATA_DIR: folder, HOOKS_DIR: folder })
  const house = await openHouse(config, pino({ level: 'silent' }))
  await house.delivery.settled()
  expect(readMailbox(join(folder, 'mail')).map(({ to }) => to)).toEqual(['bob@example.com'])
  const deliveries = await house.db('hook_deliveries').orderBy('id').select('hook', 'status')
  expect(deliveries).toEqual([
    { hook: 'tells.js#UserLogin', status: 'done' },
    { hook: 'gone.js#UserLogin', status: 'waiting' },
  ])
  expect(await house.db('hook_functions').pluck('hook')).toContain('gone.js#UserLogin')
  await house.close()
  await drop()
})
