import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { freshDatabase, onMariadb } from './support/databases.ts'
import { folder, freePort, start } from './support/processes.ts'
import { Visitor } from './support/visitor.ts'

vi.setConfig({ testTimeout: 240_000 })

const PRODUCTION = {
  NODE_ENV: 'production',
  APP_SECRET: 'x'.repeat(40),
  SMTP_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'accounts@example.com',
  HOST: '127.0.0.1',
}

const HOOK = (file: string) => `addHook('UserLogin', 1, ({ user }) => require('node:fs').appendFileSync(
  ${JSON.stringify(file)}, user.email + ' ' + __filename.split('.').pop() + '\\n'))`

function onThisMachine() {
  test('a first start fills in the cast, prints address and logins, and lets them in; hooks of both languages run', async () => {
    const [port, hooks, told] = [
      await freePort(),
      mkdtempSync(join(folder, 'hooks-')),
      join(folder, 'told.txt'),
    ]
    writeFileSync(join(hooks, 'common.js'), `module.exports = (addHook) => { ${HOOK(told)} }`)
    writeFileSync(
      join(hooks, 'typed.ts'),
      `import { appendFileSync } from 'node:fs'
       import type { AddHook } from '#hooks'
       export default (addHook: AddHook): void =>
         addHook('UserLogin', 2, ({ user }) => appendFileSync(${JSON.stringify(told)}, user.email + ' ts\\n'))`,
    )
    writeFileSync(
      join(hooks, 'module.js'),
      `import { appendFileSync } from 'node:fs'
       export default (addHook) =>
         addHook('UserLogin', 3, ({ user }) => appendFileSync(${JSON.stringify(told)}, user.email + ' esm\\n'))`,
    )
    const server = start('first', { PORT: String(port), HOOKS_DIR: hooks })
    await server.until('Latchkey is ready')
    const address = `http://localhost:${port}`
    for (const words of [
      address,
      `${address}/admin`,
      'ada@latchkey.test',
      'carol@example.com',
      PASSWORD,
      '/dev/mail',
    ])
      expect(server.output()).toContain(words)
    expect(server.output()).toContain('Sample data was filled in.')

    const alice = new Visitor(address)
    await alice.visit('/login')
    await alice.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
    expect(alice.text).toContain('Hello, Alice!')
    await expect
      .poll(() => (existsSync(told) ? readFileSync(told, 'utf8') : ''))
      .toBe('alice@example.com js\nalice@example.com ts\nalice@example.com esm\n')
    for (const [path, word] of [
      ['/healthz', 'alive\n'],
      ['/readyz', 'ready\n'],
    ] as const)
      expect((await alice.visit(path)).html).toBe(word)

    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)

    const again = start('first', { PORT: String(port) })
    await again.until('Latchkey is ready')
    expect(again.output(), 'only once').not.toContain('Sample data was filled in.')
    again.child.kill('SIGINT')
    expect(await again.ended).toBe(0)

    const promoted = start('first', {
      ...PRODUCTION,
      APP_URL: 'https://accounts.example.com',
      PORT: String(port),
    })
    expect(await promoted.ended, 'H8: never with known passwords').toBe(1)
    expect(promoted.output()).toBe(
      'This database holds the sample data with its known passwords: production needs another.\n',
    )
  })

  test('SIGTERM lets a running request finish, takes no new one, and ends within ten seconds', async () => {
    const port = await freePort()
    const server = start('stopping', { PORT: String(port) })
    await server.until('Latchkey is ready')
    const idle = connect(port, '127.0.0.1').on('error', () => {})
    const busy = connect(port, '127.0.0.1')
    let answer = ''
    busy.on('data', (chunk) => {
      answer += chunk
    })
    const body = 'email=alice%40example.com'
    const host = `localhost:${port}`
    busy.write(
      `POST /password/reset HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\n` +
        // It answers that it waits for the rest.
        'Expect: 100-continue\r\n' +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    )
    await expect.poll(() => answer).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    answer = ''
    server.child.kill('SIGTERM')
    const another = () =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        () => 'answered',
        () => 'refused',
      )
    await expect.poll(another, { message: 'no new one' }).toBe('refused')

    busy.write(body.slice(10))
    // With the idle one still open: were it waited for, the status would be 1.
    expect(await server.ended).toBe(0)
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer).toContain('Check your mail')
    idle.destroy()
  })

  test('a request that never ends is cut off, within ten seconds', async () => {
    const port = await freePort()
    const server = start('cut', { PORT: String(port) })
    await server.until('Latchkey is ready')
    const busy = connect(port, '127.0.0.1').on('error', () => {})
    busy.write(`POST /login HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 100\r\n\r\nemail=`)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const asked = Date.now()
    server.child.kill('SIGTERM')
    await server.ended
    expect(Date.now() - asked, 'the rest would never come').toBeLessThan(30_000)
  })

  test('production starts empty: no cast, no mailbox, nothing printed but the log', async () => {
    const port = await freePort()
    const server = start('production', {
      ...PRODUCTION,
      PORT: String(port),
      APP_URL: `http://127.0.0.1:${port}`,
    })
    await server.until('Latchkey is ready')
    const lines = server.output().trim().split('\n')
    const ready = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'Latchkey is ready')
    expect(ready).toMatchObject({ port })
    expect(server.output()).not.toContain(PASSWORD)

    const visitor = new Visitor(`http://127.0.0.1:${port}`)
    for (const path of ['/dev/mail', '/dev/views', '/dev/mail.json'])
      expect((await visitor.visit(path)).status).toBe(404)
    for (const [path, email] of [
      ['/login', 'alice@example.com'],
      ['/admin/login', 'ada@latchkey.test'],
    ] as const) {
      await visitor.visit(path)
      await visitor.press('Log in', { 'Email address': email, Password: PASSWORD })
      expect([visitor.status, visitor.told], path).toEqual([422, 'Email address or password is not right.'])
    }
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  test.each([
    ['a setting that cannot be right', { PORT: 'eighty' }, 'PORT must be a number from 0 to 65535.\n'],
    [
      'production without its settings',
      { NODE_ENV: 'production' },
      'APP_URL must be set in production: the public address, such as https://accounts.example.com.\n',
    ],
    [
      'an address that others can reach',
      { HOST: '0.0.0.0' },
      'HOST=0.0.0.0 needs NODE_ENV=production: without it there are sample logins.\n',
    ],
  ])('%s stops the start with one sentence', async (_, settings, sentence) => {
    const server = start('bad', settings)
    expect(await server.ended).toBe(1)
    expect(server.output()).toBe(sentence)
  })

  test('so does a port that is taken, or a database that is away', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const server = start('taken', { PORT: String(port) })
    expect(await server.ended).toBe(1)
    expect(server.output()).toBe(`PORT ${port} is in use by another program: set PORT to a free one.\n`)
    taken.close()
    const away = start('away', { DATABASE_URL: `mysql://root@127.0.0.1:${await freePort()}/latchkey` })
    expect(await away.ended).toBe(1)
    expect(away.output()).toMatch(/^DATABASE_URL: the database cannot be used \(.+\)\.\n$/)
  })
}

function onAServer() {
  test('the cast is put in by hand, once; then logins are printed; production refuses it', async () => {
    const { url, drop } = await freshDatabase(folder)
    const port = await freePort()
    const settings = { DATABASE_URL: url, PORT: String(port) }
    try {
      const fill = start('server', settings, 'src/cli/sample-data.ts')
      expect(await fill.ended).toBe(0)
      expect(fill.output()).toBe(`Sample data is in; everyone's password is ${PASSWORD}.\n`)
      const again = start('server', settings, 'src/cli/sample-data.ts')
      expect(await again.ended).toBe(1)
      expect(again.output()).toBe('This database has users: sample data goes only into an empty one.\n')

      const server = start('server', settings)
      await server.until('Latchkey is ready')
      const alice = new Visitor(`http://localhost:${port}`)
      expect((await alice.visit('/readyz')).html).toBe('ready\n')
      await alice.visit('/login')
      await alice.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
      expect(alice.text).toContain('Hello, Alice!')
      server.child.kill('SIGTERM')
      expect(await server.ended).toBe(0)

      const promoted = start('server', {
        ...PRODUCTION,
        ...settings,
        APP_URL: 'https://accounts.example.com',
      })
      expect(await promoted.ended).toBe(1)
      expect(promoted.output()).toContain('This database holds the sample data')
    } finally {
      await drop()
    }
  })
}

// What the database has no part in is told once.
describe('starting and stopping', onMariadb ? onAServer : onThisMachine)
