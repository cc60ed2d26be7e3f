import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { BadSetting, readConfig } from '../src/config.ts'
import { parseAddresses } from '../src/platform/address.ts'
import { ROOT } from './support/sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const sample = (settings: Record<string, string> = {}) => readConfig({ DATA_DIR: folder, ...settings })

const GOOD = {
  NODE_ENV: 'production',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: 'x'.repeat(32),
  SMTP_URL: 'smtp://mail.example.com:587',
  MAIL_FROM: 'Accounts <accounts@example.com>',
}
const production = (settings: Record<string, string> = {}) => sample({ ...GOOD, ...settings })

/** The sentence with which the start stops. */
function sentence(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(BadSetting)
    return (error as Error).message
  }
  throw new Error('It was taken.')
}

describe('settings', () => {
  test('nothing set is right, for this machine alone', () => {
    const config = sample()
    expect(config).toMatchObject({
      production: false,
      port: 3000,
      host: '127.0.0.1',
      appUrl: 'http://localhost:3000',
      databaseUrl: `sqlite:${folder}/latchkey.db`,
      timeZone: 'UTC',
      trustProxy: false,
      smtpUrl: undefined,
      hooksDir: join(process.cwd(), 'hooks'),
    })
    expect(sample({ PORT: '80' }).appUrl, 'as browsers write it').toBe('http://localhost')
    expect(sample({ PORT: '', APP_URL: '   ' }), 'empty is absent').toEqual(config)
  })

  test('the secret is made once, for nobody else to read', () => {
    const [secret] = sample().secrets
    expect(Buffer.byteLength(secret ?? '')).toBeGreaterThanOrEqual(32)
    expect(sample().secrets).toEqual([secret])
    expect(statSync(join(folder, 'secret')).mode & 0o777).toBe(0o600)
  })

  test('H14 the activity log has a key of its own', () => {
    const [key = ''] = sample().activityKeys
    expect(Buffer.byteLength(key)).toBeGreaterThanOrEqual(32)
    expect(sample().activityKeys, 'made once').toEqual([key])
    expect(statSync(join(folder, 'activity-key')).mode & 0o777).toBe(0o600)
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
    expect(sample({ ACTIVITY_KEY: `${a}, ${b}` }).activityKeys).toEqual([a, b])
    expect(sentence(() => production({ ACTIVITY_KEY: GOOD.APP_SECRET }))).toMatch(
      /^ACTIVITY_KEY must differ from APP_SECRET/,
    )
    expect(sentence(() => production({ DATA_DIR: '/dev/null/data' }))).toMatch(/^ACTIVITY_KEY must be set/)
  })

  test.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'postgres://localhost/x'],
    ['DATABASE_URL', 'sqlite:'],
    ['DATABASE_URL', 'mysql://'],
    ['DATABASE_URL', 'mysql:///latchkey'],
    ['DATABASE_URL', 'mysql://u:p@db1,,db3/latchkey'],
    ['DATABASE_URL', 'mysql://u:p@db1:3306,db2:99999/latchkey'],
    ['DATABASE_URL', 'mysql://u:p@db1,db2:port/latchkey'],
    ['DATABASE_URL', 'mysql://u:p@db1,[::1/latchkey'],
    ['DATABASE_URL', 'mysql://u:p@db1,u:p@db2/latchkey'],
    ['DATABASE_URL', 'mysql://u:p@db1:3306,db1/latchkey'],
    ['DATABASE_URL', 'mysql://u:100%@db1,db2/latchkey'],
    ['APP_URL', 'localhost:3000'],
    ['APP_URL', 'ftp://localhost'],
    ['APP_URL', 'http://localhost:3000/accounts'],
    ['APP_URL', 'http://localhost:3000?x=1'],
    ['APP_URL', 'http://user:password@localhost:3000'],
    ['ACTIVITY_KEY', 'short'],
    ['APP_SECRET', 'short'],
    ['APP_SECRET', `${'x'.repeat(32)},short`],
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'smtp://'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'a@example.com\r\nBcc: b@example.com'],
    ['TIME_ZONE', 'Mars/Olympus'],
    ['TRUST_PROXY', 'yes please'],
    ['LOG_LEVEL', 'loud'],
    ['WORKERS', '0'],
    ['WORKERS', 'many'],
    ['WORKERS', '65'],
  ])('%s=%j stops the start with a sentence that names it', (name, value) => {
    const said = sentence(() => sample({ [name]: value }))
    expect(said).toMatch(new RegExp(`^${name} must .+\\.$`))
    expect(said.split('\n')).toHaveLength(1)
    if (name === 'APP_SECRET') expect(said, 'a secret is not repeated').not.toContain(value)
  })

  test('of several hosts the wrong one is named by its place, not by what may be half a password', () => {
    const said = sentence(() => sample({ DATABASE_URL: 'mysql://u:open/sesame@db1,db2/latchkey' }))
    expect(said).not.toContain('open')
    expect(said).not.toContain('sesame')
    expect(sentence(() => sample({ DATABASE_URL: 'mysql://u:p@db1,db2:0,db3/x' }))).toBe(
      'DATABASE_URL must be mysql://user:password@host:3306,host:3306/database, and host 2 of 3 is not one.',
    )
  })

  test('several hosts are taken apart, each with login, database and options', () => {
    const url = 'mysql://me:p%40ss%2Fword@db1.example.com:3307,10.0.0.2,[::1]:3309/latchkey?ssl={}'
    expect(sample({ DATABASE_URL: url }).databaseUrl).toBe(url)
    expect(parseAddresses(url).map(({ name, host, port }) => [name, host, port])).toEqual([
      ['db1.example.com:3307', 'db1.example.com', 3307],
      ['10.0.0.2:3306', '10.0.0.2', 3306],
      ['[::1]:3309', '::1', 3309],
    ])
    expect(parseAddresses(url)[2]?.uri).toBe('mysql://me:p%40ss%2Fword@[::1]:3309/latchkey?ssl={}')
    expect(parseAddresses('mysql://root@db1/')[0]?.uri).toBe('mysql://root@db1:3306/')
  })

  test.each([
    ['HOST', '0.0.0.0'],
    ['HOST', '::'],
    ['HOST', '192.168.1.5'],
    ['APP_URL', 'http://accounts.example.com'],
    ['APP_URL', 'http://127.0.0.1.example.com'],
    ['APP_URL', 'http://localhost.example.com'],
  ])('H8: %s=%s is refused without production', (name, value) => {
    expect(sentence(() => sample({ [name]: value }))).toBe(
      `${name}=${value} needs NODE_ENV=production: without it there are sample logins.`,
    )
  })

  test('a folder of add-ons that is named must be there; without a name there may be none', () => {
    const wrong = 'HOOKS_DIR must be a folder that exists: make it, or leave it out.'
    writeFileSync(join(folder, 'file.js'), '')
    for (const name of ['missing', 'file.js'])
      expect(sentence(() => sample({ HOOKS_DIR: join(folder, name) }))).toBe(wrong)
    expect(sample({ HOOKS_DIR: folder }).hooksDir).toBe(folder)
    const here = process.cwd()
    process.chdir(folder)
    expect(sample().hooksDir).toMatch(/hooks$/)
    process.chdir(here)
  })

  test('this machine by all its names is taken', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.8.8.8'])
      expect(sample({ HOST: host }).host).toBe(host)
    for (const url of ['http://127.0.0.1:4000', 'http://[::1]:4000', 'http://LocalHost:4000/'])
      expect(sample({ APP_URL: url }).appUrl).toBe(url.toLowerCase().replace(/\/$/, ''))
  })

  test.each(['APP_URL', 'APP_SECRET', 'SMTP_URL', 'MAIL_FROM'])('production demands %s', (name) => {
    expect(sentence(() => production({ [name]: '' }))).toMatch(
      new RegExp(`^${name} must be set in production`),
    )
  })

  test('production listens everywhere, at its public address', () => {
    expect(production()).toMatchObject({
      production: true,
      host: '::',
      appUrl: 'https://accounts.example.com',
      secrets: ['x'.repeat(32)],
      logLevel: 'info',
    })
    expect(production({ HOST: '10.0.0.5', APP_URL: 'https://Accounts.Example.com:443/' })).toMatchObject({
      host: '10.0.0.5',
      appUrl: 'https://accounts.example.com',
    })
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
    expect(production({ APP_SECRET: `${a}, ${b}` }).secrets, 'the first signs, all verify').toEqual([a, b])
  })

  test('proxies are a number of hops or addresses', () => {
    const proxy = (text: string) => sample({ TRUST_PROXY: text }).trustProxy
    expect([proxy('off'), proxy('1'), proxy('10.0.0.1, ::1/128')]).toEqual([
      false,
      1,
      ['10.0.0.1', '::1/128'],
    ])
  })

  test('docs/operating.md tells of every setting, and of none too many', () => {
    const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
    const known = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): (?:z|url|secret)\b/gm)].map(
      ([, name]) => name,
    )
    const rows =
      read('docs/operating.md')
        .match(/^\| `.+$/gm)
        ?.map((row) => row.split('|')[1] ?? '') ?? []
    const told = rows.flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name))
    expect(known.length).toBeGreaterThan(10)
    expect(told.sort()).toEqual(known.sort())
  })
})
