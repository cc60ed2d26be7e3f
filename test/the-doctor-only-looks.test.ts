import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseAddresses } from '../src/platform/address.ts'
import { openDatabase } from '../src/platform/database.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { folder, freePort, start } from './support/processes.ts'

const COMMAND = 'src/cli/doctor.ts'

describe('npm run doctor', () => {
  let house: TestHouse
  let settings: Record<string, string>

  beforeAll(async () => {
    house = await startHouse()
    settings = { DATABASE_URL: house.config.databaseUrl, ACTIVITY_KEY: house.config.activityKeys.join() }
    const alice = await house.user('alice')
    await alice.post('/account/users/invite', { email: 'dora@example.com' })
    await house.mailTo('dora@example.com')
    // From here on nobody else writes.
    await house.work?.stop()
    await house.work?.leave()
  })

  async function run(options = '', more: Record<string, string> = {}, name = 'doctor') {
    const doctor = start(name, { ...settings, ...more }, `${COMMAND} ${options}`.trim())
    const status = await doctor.ended
    return { status, output: doctor.output().trim() }
  }
  const lower = () =>
    house.db('users').where({ email: 'Bob@example.com' }).update({ email: 'bob@example.com' })
  const raise = () =>
    house.db('users').where({ email: 'bob@example.com' }).update({ email: 'Bob@example.com' })

  test('says that all is well, and ends with 0', async () => {
    const { status, output } = await run()
    expect(output).toMatch(/^All is well: nothing was found, in [\d.]+ s\.$/)
    expect(status).toBe(0)
  })

  test('says in one line what is wrong and what to do, and ends with 1', async () => {
    await raise()
    const { id } = await house.db('users').where({ email: 'Bob@example.com' }).first()
    const { status, output } = await run()
    const [line, summary, ...rest] = output.split('\n')
    expect(line).toBe(
      `user.email: The address of user ${id} is not in lower case: Bob@example.com. Write users.email in lower case; if another user has that address already, one of the two must get another.`,
    )
    expect(summary).toMatch(/^Found: 1, in [\d.]+ s\.$/)
    expect([rest, status]).toEqual([[], 1])
  })

  test('--json gives an object a line, then a summary; what was given up is counted', async () => {
    await house
      .db('emails')
      .where({ to_address: 'dora@example.com' })
      .update({ status: 'failed', sent_at: null })
    const { status, output } = await run('--json')
    const [finding, summary] = output.split('\n').map((line) => JSON.parse(line))
    expect(Object.keys(finding)).toEqual(['check', 'sentence', 'remedy'])
    expect(finding.check).toBe('user.email')
    expect(summary).toMatchObject({ findings: 1, givenUp: { emails: 1, deliveries: 0 } })
    expect(status).toBe(1)
    await lower()
    expect((await run()).output).toContain('Given up, and shown to admins: 1 e-mails, 0 hook deliveries.')
  })

  test('--help tells what it does; an option that there is not is one sentence and 2', async () => {
    const help = await run('--help', { DATABASE_URL: 'nonsense' })
    expect([help.output.split('\n')[0], help.status]).toEqual([
      'npm run doctor -- [--json] [--expect-head NUMBER:HEAD] [--help]',
      0,
    ])
    const wrong = await run('--fast')
    expect(wrong).toEqual({
      status: 2,
      output: 'There is no option --fast: npm run doctor -- --help tells what there is.',
    })
  })

  test('a database that is away, missing, or badly named: one sentence and 2, and nothing was made', async () => {
    const missing = join(folder, 'nowhere', 'none.db')
    const urls = [`mysql://root@127.0.0.1:${await freePort()}/latchkey`, `sqlite:${missing}`, 'nonsense']
    for (const DATABASE_URL of urls) {
      const { status, output } = await run('', { DATABASE_URL }, 'untouched')
      expect(output, DATABASE_URL).toMatch(/^DATABASE_URL.*\.$/)
      expect([output.split('\n').length, status]).toEqual([1, 2])
    }
    expect([existsSync(join(folder, 'nowhere')), existsSync(join(folder, 'untouched'))]).toEqual([
      false,
      false,
    ])
  })

  test('in production it needs no other setting, and names the sample data', async () => {
    const { status, output } = await run('', { NODE_ENV: 'production' })
    expect(output).toContain('sampleData: This production database holds the sample data')
    expect(status).toBe(1)
  })

  test('a schema that is not the one of this version: that alone, and nothing was migrated', async () => {
    const newest = await house.db('knex_migrations').orderBy('id', 'desc').first()
    await house.db('knex_migrations').where({ id: newest.id }).update({ name: '999-later.ts' })
    const { status, output } = await run('--json')
    await house.db('knex_migrations').where({ id: newest.id }).update({ name: newest.name })
    const checks = output.split('\n').map((line) => JSON.parse(line).check)
    expect([checks, status]).toEqual([['migration.missing', 'migration.newer', undefined], 1])
  })

  test('no table changes, whatever it looks at', async () => {
    const before = await fingerprint()
    expect((await run()).status).toBe(0)
    expect(await fingerprint()).toEqual(before)
  })

  /** Every row of every table. */
  async function fingerprint() {
    const { db } = house
    const names: string[] = onMariadb
      ? (await db.raw('SHOW TABLES'))[0].map((row: object) => Object.values(row)[0])
      : await db('sqlite_master').where({ type: 'table' }).pluck('name')
    const all: Record<string, string> = {}
    for (const name of names)
      all[name] = createHash('sha256')
        .update(JSON.stringify(await db(name)))
        .digest('hex')
    expect(Object.keys(all).length).toBeGreaterThan(15)
    return all
  }

  test('its connection could not write if it wanted to', async () => {
    const db = openDatabase(house.config.databaseUrl, { readOnly: true })
    const write = () => db('users').where({ email: 'bob@example.com' }).update({ first_name: 'Robert' })
    await expect(write()).rejects.toThrow(/read.?only/i)
    await db.destroy()
    expect(await house.db('users').where({ first_name: 'Robert' })).toEqual([])
  })

  async function asReader() {
    const { databaseUrl } = house.config
    const name = databaseUrl.split('/').at(-1) ?? ''
    const reader = name.slice(0, 30)
    // Of a cluster any node: all get the user.
    const root = await mysql.createConnection(
      parseAddresses(process.env.TEST_DATABASE_URL ?? '')[0]?.uri ?? '',
    )
    await root.query(`CREATE USER '${reader}'@'%' IDENTIFIED BY 'looks'`)
    await root.query(`GRANT SELECT ON ${name}.* TO '${reader}'@'%'`)
    const DATABASE_URL = databaseUrl.replace(/^mysql:\/\/[^@]*@/, `mysql://${reader}:looks@`)
    const { status, output } = await run('', { ...settings, DATABASE_URL })
    await root.query(`DROP USER '${reader}'@'%'`)
    await root.end()
    expect([output.split(':')[0], status]).toEqual(['All is well', 0])
  }

  async function byteForByte() {
    const file = house.config.databaseUrl.slice('sqlite:'.length)
    const bytes = () =>
      [file, `${file}-wal`].map((name) => createHash('sha256').update(readFileSync(name)).digest('hex'))
    const before = bytes()
    expect((await run()).status).toBe(0)
    expect(bytes()).toEqual(before)
  }

  if (onMariadb) test('a user of the database that may only read is enough', asReader)
  else test('the file of SQLite stays as it is, byte for byte', byteForByte)
})
