import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const CHOSEN = 'a long sentence of mine'
const WRITES = `
const { appendFileSync } = require('node:fs')
const points = ['InviteSent', 'InviteResent', 'InviteAccepted', 'UserAdd', 'UserLogin', 'UserChangePassword', 'PreInviteSend']
module.exports = (addHook) => {
  for (const name of points)
    addHook(name, 1, (event) => appendFileSync(__dirname + '/events.jsonl', JSON.stringify(event) + '\\n'))
}`

const TABLES = [
  ...['users', 'admins', 'clients', 'associations', 'invitations', 'sessions', 'admin_sessions', 'activity'],
  ...['emails', 'hook_events', 'hook_deliveries', 'settings', 'registrations', 'password_resets'],
]

describe('secrets stay secret', () => {
  let house: TestHouse
  let invite: string
  let reset: string
  let register: string
  const sessions: string[] = []

  const sessionOf = (visitor: Visitor, name: string) => {
    const where = { domain: '127.0.0.1', path: '/', secure: false, script: false }
    const value = visitor.agent.jar.getCookie(name, where as never)?.value
    if (!value) throw new Error(`There is no cookie ${name}`)
    sessions.push(value)
  }

  // Something of everything that makes or uses a secret, by the whole way.
  beforeAll(async () => {
    house = await startHouse({ hooks: { 'writes.js': WRITES } })
    const alice = await house.user('alice', 'Acme Hosting')
    const ada = await house.admin()
    sessionOf(alice, 'session')
    sessionOf(ada, 'admin_session')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await alice.press('Resend Invite: dora@example.com')
    invite = await house.linkTo('dora@example.com')
    const dora = house.visitor()
    await dora.visit(invite)
    const names = { 'First name': 'Dora', 'Last name': 'Diaz', Password: CHOSEN }
    await dora.press('Create account', {
      ...names,
      'Email address': 'dora@example.com',
      Password: 'too short',
    })
    await dora.press('Create account', { ...names, Password: CHOSEN })
    sessionOf(dora, 'session')

    const visitor = house.visitor()
    await visitor.visit('/password/reset')
    await visitor.press('Send link', { 'Email address': 'bob@example.com' })
    reset = await house.linkTo('bob@example.com')
    await visitor.visit(reset)
    await visitor.press('Set password', { 'New password': CHOSEN })
    await visitor.visit('/register')
    await visitor.press('Create account', { ...names, 'Email address': 'gus@example.com' })
    register = await house.linkTo('gus@example.com')
    await visitor.visit(register)
    await visitor.visit('/login')
    await visitor.press('Log in', { 'Email address': 'carol@example.com', Password: 'wrong-guess-99' })
    await house.mailTo('nobody')
  })

  const macOf = (link: string) => link.split('/').at(-1)?.replace(/^\d+-/, '') ?? ''
  const dump = async (tables: string[]) =>
    Object.fromEntries(
      await Promise.all(tables.map(async (t) => [t, JSON.stringify(await house.db(t).select())])),
    )
  const links = () => [macOf(invite), macOf(reset), macOf(register)]
  const nonces = async () =>
    (
      await Promise.all(
        ['invitations', 'password_resets', 'registrations'].map((t) => house.db(t).pluck('nonce')),
      )
    ).flat()

  test('no table holds a token, a password, or the id of a session', async () => {
    for (const mac of links()) expect(mac).toHaveLength(43)
    expect(sessions).toHaveLength(3)
    for (const [table, rows] of Object.entries(await dump(TABLES)))
      for (const secret of [...links(), ...sessions, PASSWORD, CHOSEN, 'wrong-guess-99'])
        expect(rows, table).not.toContain(secret)
  })

  test('the table list of this test is whole', async () => {
    const made = readFileSync(join(import.meta.dirname, '../migrations/001-the-main-job.ts'), 'utf8')
    expect([...made.matchAll(/await create\('(\w+)'/g)].map(([, name]) => name).sort()).toEqual(
      [...TABLES].sort(),
    )
  })

  test('a nonce is in its own row and nowhere else', async () => {
    const others = TABLES.filter((t) => !['invitations', 'password_resets', 'registrations'].includes(t))
    expect(await nonces()).toHaveLength(3)
    for (const [table, rows] of Object.entries(await dump(others)))
      for (const nonce of await nonces()) expect(rows, table).not.toContain(nonce)
  })

  test('neither logs nor hooks are told any of it', async () => {
    const told = readFileSync(join(house.folder, 'events.jsonl'), 'utf8')
    const log = house.logged.join('')
    expect([told.length > 500, log.length > 500]).toEqual([true, true])
    const hashes = [...(await house.db('users').whereNotNull('password_hash').pluck('password_hash'))]
    for (const secret of [
      ...links(),
      ...(await nonces()),
      ...sessions,
      ...hashes,
      PASSWORD,
      CHOSEN,
      'wrong-guess-99',
    ]) {
      expect(told, 'hooks').not.toContain(secret)
      expect(log, 'log').not.toContain(secret)
    }
  })

  test('a log line of a request holds the pattern of its route, no address, cookie or referrer', async () => {
    const visitor = house.visitor()
    await visitor.visit(invite, { Referer: `${house.appUrl}${reset}`, Cookie: 'flash=something' })
    const line = JSON.parse(house.logged.findLast((one) => one.includes('/invite/')) ?? '{}')
    expect(line).toMatchObject({ method: 'GET', route: '/invite/:token{/:step}', status: 404 })
    expect(line.requestId).toBe(visitor.headers['x-request-id'])
    expect(Object.keys(line).sort()).toEqual(
      [
        'hostname',
        'level',
        'method',
        'ms',
        'msg',
        'pid',
        'reqId',
        'requestId',
        'route',
        'status',
        'time',
      ].filter((key) => key in line),
    )
  })

  test('pages with a token send their origin only, and are kept by no cache', async () => {
    for (const link of [invite, register, reset]) {
      const visitor = house.visitor()
      await visitor.visit(link)
      expect(visitor.headers['referrer-policy'], link).toBe('strict-origin')
      expect(visitor.headers['cache-control'], link).toBe('no-store')
    }
  })

  test('no page allows inline or evaluated code; every answer carries the policy', async () => {
    const ada = await house.admin()
    for (const path of [
      '/login',
      '/nowhere',
      invite,
      '/admin',
      '/admin/clients',
      '/assets/app.js',
      '/dev/mail',
    ]) {
      await ada.visit(path)
      const policy = ada.headers['content-security-policy'] ?? ''
      expect(policy, path).toContain("default-src 'none'")
      expect(policy, path).toContain("script-src 'self'")
      expect(policy, path).toContain("frame-ancestors 'none'")
      expect(policy, path).not.toMatch(/unsafe|\*|https?:/)
      expect(ada.headers['x-content-type-options'], path).toBe('nosniff')
      expect(ada.headers['x-powered-by'], path).toBeUndefined()
    }
  })

  test('cookies are HttpOnly, SameSite=Lax, and for the whole site', async () => {
    const visitor = house.visitor()
    const answer = await visitor.agent
      .post('/login')
      .set({ Origin: house.appUrl })
      .type('form')
      .send({ email: 'alice@example.com', password: PASSWORD })
    const [cookie] = (answer.headers['set-cookie'] as unknown as string[]).filter((one) =>
      one.startsWith('session='),
    )
    expect(cookie).toMatch(/; Path=\/; .*HttpOnly; SameSite=Lax/)
  })

  test('when the database fails, the person sees a number, the log the fault, and nobody a secret', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await house.db.schema.renameTable('emails', 'emails_away')
    await alice.press('Send Invite', { 'Email address': 'kim@example.com' })
    const register = house.visitor()
    await register.visit('/register')
    const names = { 'First name': 'K', 'Last name': 'K', Password: CHOSEN }
    await register.press('Create account', { ...names, 'Email address': 'kim@example.com' })
    await house.db.schema.renameTable('emails_away', 'emails')

    expect([alice.status, alice.title]).toEqual([500, 'Something broke'])
    expect(alice.text).toContain(String(alice.headers['x-request-id']))
    expect(alice.text).not.toMatch(/emails|insert|SQL|\.ts/i)
    expect(await house.db('invitations').where({ email: 'kim@example.com' }), 'not by halves').toEqual([])

    const fault = house.logged.find(
      (line) => line.includes(String(alice.headers['x-request-id'])) && line.includes('"err"'),
    )
    expect(fault).toContain('emails')
    expect(fault, 'what was to be written is not in the log').not.toContain('kim@example.com')
    expect(house.logged.join('')).not.toMatch(/\$argon2|"bindings"/)
  })
})
