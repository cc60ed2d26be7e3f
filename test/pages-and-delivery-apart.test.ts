import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../src/platform/database.ts'
import { proof } from './support/admins.ts'
import { freshDatabase } from './support/databases.ts'
import { folder, freePort, start } from './support/processes.ts'
import { startSmtp } from './support/smtp.ts'
import { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const CALLS = 20
let settings: Record<string, string>
let smtp: Awaited<ReturnType<typeof startSmtp>>
let port: number
const told = join(folder, 'told.txt')

beforeAll(async () => {
  const database = await freshDatabase(folder)
  port = await freePort()
  smtp = await startSmtp()
  const hook = `module.exports = (addHook) => addHook('InviteSent', 1, ({ invitation }) =>
    require('node:fs').appendFileSync(${JSON.stringify(told)}, invitation.email + ' ' + process.ppid + '\\n'))`
  writeFileSync(join(folder, 'tells.js'), hook)
  writeFileSync(told, '')
  settings = {
    PORT: String(port),
    DATABASE_URL: database.url,
    SMTP_URL: smtp.url,
    MAIL_FROM: 'accounts@example.com',
    HOOKS_DIR: folder,
    LOG_LEVEL: 'info',
  }
  expect(await start('apart', settings, 'src/cli/sample-data.ts').ended).toBe(0)
  const db = openDatabase(database.url)
  await setLimit(db, 'apiCalls', CALLS)
  await db.destroy()
  return database.drop
})

async function alice() {
  const visitor = new Visitor(`http://localhost:${port}`)
  await visitor.visit('/login')
  return visitor.press('Log in', { 'Email address': 'alice@example.com', Password: 'open-sesame-42' })
}
async function newKey() {
  const ada = new Visitor(`http://localhost:${port}`)
  await ada.visit('/admin/login')
  await ada.press('Log in', { 'Email address': 'ada@latchkey.test', Password: 'open-sesame-42' })
  await ada.visit('/admin/api/new')
  const once = String(ada.$('input[name=once]').val())
  await ada.post('/admin/api/new', { name: 'Robot', rights: 'list-clients', once, ...proof })
  return ada.$('#secret').text()
}

/** Each on a connection of its own, which go to the processes in turn; gives the status, and how many are left. */
const callOnce = (key: string) =>
  new Promise<[status: number | undefined, left: number]>((resolve, reject) => {
    const headers = { Authorization: `Bearer ${key}` }
    const asked = get({ ...{ port, host: 'localhost', path: '/api/v1/permissions' }, headers, agent: false })
    asked.setTimeout(3_000, () => asked.destroy())
    asked.once('error', reject)
    asked.once('response', (answer) => {
      answer.resume()
      const [, left] = /r=(\d+)/.exec(String(answer.headers.ratelimit)) ?? []
      answer.once('close', () => resolve([answer.statusCode, Number(left)]))
    })
  })

async function callAsOftenAsAllowed(key: string) {
  for (let left = CALLS - 1; left >= 0; left--) expect(await callOnce(key)).toEqual([200, left])
  for (let nth = 0; nth < 4; nth++) expect(await callOnce(key)).toEqual([429, 0])
}

const mailTo = (address: string) => smtp.received.filter(({ to }) => to[0] === address)

test('npm run web answers pages and delivers nothing; npm run worker delivers, whatever becomes of the other', async () => {
  const web = start('apart', settings, 'src/server.ts web')
  await web.until('Latchkey is ready')
  const visitor = await alice()
  await visitor.post('/account/users/invite', { email: 'dora@example.com' })
  expect(visitor.told).toContain('dora@example.com is invited.')
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(mailTo('dora@example.com')).toEqual([])

  const worker = start('apart', settings, 'src/server.ts worker')
  await worker.until('Latchkey is ready')
  await expect.poll(() => mailTo('dora@example.com').length).toBe(1)
  await expect.poll(() => readFileSync(told, 'utf8')).toContain('dora@example.com')

  await visitor.post('/account/users/invite', { email: 'erik@example.com' })
  web.child.kill('SIGKILL')
  await expect.poll(() => mailTo('erik@example.com').length).toBe(1)
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(0)
})

test('WORKERS=2: two processes on one port, which count calls together, and one that delivers; who dies is replaced; all stop together', async () => {
  const server = start('apart', { ...settings, WORKERS: '2' })
  await server.until('Latchkey is ready: http')
  const log = () => server.output().split('\n')
  const pidsOf = (role: string) =>
    log()
      .filter((line) => line.includes(`"role":"${role}"`) && line.includes('Latchkey is ready'))
      .map((line) => JSON.parse(line).pid as number)
  // What a process prints arrives by another way than its word to the supervisor.
  await expect.poll(() => [pidsOf('web').length, pidsOf('worker').length]).toEqual([2, 1])
  const visitor = await alice()
  await visitor.post('/account/users/invite', { email: 'fay@example.com' })
  await expect.poll(() => mailTo('fay@example.com').length).toBe(1)

  const key = await newKey()
  await callAsOftenAsAllowed(key)

  const [first] = pidsOf('web')
  // What Node had just handed to the one that dies is answered by nobody.
  const asked = Array.from({ length: 12 }, () => callOnce(key).catch(() => [0, 0]))
  process.kill(Number(first), 'SIGKILL')
  await expect.poll(() => pidsOf('web').length).toBe(3)
  expect((await Promise.all(asked)).filter(([status]) => status === 200)).toEqual([])
  for (let nth = 0; nth < 4; nth++)
    expect(await callOnce(key), 'it is known what they knew').toEqual([429, 0])
  for (let nth = 0; nth < 6; nth++) expect((await visitor.visit('/account/users')).status).toBe(200)

  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  for (const pid of [...pidsOf('web'), ...pidsOf('worker')]) expect(() => process.kill(pid, 0)).toThrow()
})

test('a wrong setting is said once, not by every process', async () => {
  const taken = await freePort()
  const holder = start('holder', { PORT: String(taken) })
  await holder.until('Latchkey is ready')
  const server = start('many', { PORT: String(taken), WORKERS: '3' })
  expect(await server.ended).toBe(1)
  expect(server.output()).toBe(`PORT ${taken} is in use by another program: set PORT to a free one.\n`)
  holder.child.kill('SIGTERM')
  await holder.ended
})

test('under another program that starts processes and counts nothing, calls are answered at once', async () => {
  const file = join(folder, 'another.mts')
  const text = `import cluster from 'node:cluster'
cluster.setupPrimary({ exec: 'src/server.ts', args: ['web'] })
const child = cluster.fork()
process.on('SIGTERM', () => child.process.kill('SIGTERM'))
child.once('exit', (code) => process.exit(code))`
  writeFileSync(file, text)
  const another = start('apart', settings, file)
  await another.until('Latchkey is ready')
  const key = await newKey()
  await callOnce(key)
  const began = performance.now()
  for (let nth = 1; nth <= 8; nth++) expect((await callOnce(key))[0]).toBe(200)
  expect(performance.now() - began).toBeLessThan(8 * 200)
  another.child.kill('SIGTERM')
  expect(await another.ended).toBe(0)
})
