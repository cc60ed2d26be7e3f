import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { hookProcesses } from './support/children.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { folder, freePort, start } from './support/processes.ts'
import { Visitor } from './support/visitor.ts'

vi.setConfig({ testTimeout: 240_000 })

/** Whoever waits for one that hangs waits at least so long. */
const HANGS_MS = 10_000

const told = (body: string) => `module.exports = (addHook) => addHook('InviteSent', 1, ${body})`

/** The worst that add-ons did so far, and one that is in order. */
const HOOKS = {
  'throws.js': told(`() => { throw new Error('not today') }`),
  'never.js': told(`() => new Promise(() => {})`),
  'rejects-late.js': told(`() => new Promise((_, no) => setTimeout(no, 10_300, new Error('too late')))`),
  'loops.js': told(`() => { for (;;); }`),
  'exits.js': told(`() => process.exit(1)`),
  'hungry.js': told(`() => { const all = []; for (;;) all.push(new Array(1000).fill(all.length)) }`),
  'chatty.js': told(`() => { for (;;) process.stdout.write('chatter '.repeat(1000) + '\\n') }`),
  'scribbles.js': told(`() => {
    for (const text of ['no message', 'null', '[]', '{"type":"done","call":"x"}', '{"type":"loaded"}'])
      require('node:fs').writeSync(3, text + '\\n')
  }`),
  'floods.js': told(
    `() => { for (;;) try { require('node:fs').writeSync(3, 'x'.repeat(10_000)) } catch {} }`,
  ),
  'uncaught.js': told(`(event) => {
    Promise.reject(new Error('caught by nobody'))
    setTimeout(() => { throw new Error('nor this') })
    return new Promise((yes) => setTimeout(yes, 300))
  }`),
  'good.js': `
    const say = (text) => require('node:fs').appendFileSync(__dirname + '/said.txt', text + '\\n')
    module.exports = (addHook) => {
      addHook('InviteSent', 1, ({ id }) => say(id))
      addHook('PreInviteSend', 1, ({ email }) => email.startsWith('no') ? 'Good says no.' : undefined)
    }`,
}

const ENDS = {
  throws: /^not today$/,
  never: /^it took longer than 10 seconds$/,
  'rejects-late': /^it took longer than 10 seconds$/,
  loops: /^it took longer than 10 seconds$/,
  exits: /^it ended its process \(exit status 1\)$/,
  hungry: /^it (ended its process|took longer)/,
  // What it prints without end waits in its own memory, which may be full before its time is over.
  chatty: /^it (ended its process \(SIGABRT\)|took longer than 10 seconds)$/,
  scribbles: /^fine$/,
  floods: /^it ended its process \(SIGKILL\)$/,
  uncaught: /^fine$/,
}

describe('what add-ons do at their worst, they do to themselves', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse({ hooks: HOOKS })
    alice = await house.user('alice', 'Acme Hosting')
  })

  const event = (id: string) => ({ id, at: '', actor: { kind: 'system' as const, id: null, name: '' } })
  const run = (file: string, id = file) =>
    house.hooks.run(`${file}.js#InviteSent`, event(id)).then(
      () => 'fine',
      (error: Error) => error.message,
    )

  test('all of them at once: pages are quick, questions are answered, the good one runs on', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {})
    const ends = Object.keys(ENDS).map(async (file) => [file, await run(file)])

    const times: number[] = []
    for (let nth = 0; nth < 100; nth++) {
      const started = performance.now()
      await alice.visit('/account/users')
      times.push(performance.now() - started)
      expect(alice.status).toBe(200)
      if (nth % 10 === 0) expect(await run('good', `good ${nth}`)).toBe('fine')
    }
    times.sort((a, b) => a - b)
    expect(times[98], 'the 99th of 100 pages, in milliseconds').toBeLessThan(HANGS_MS)

    const asked = performance.now()
    await alice.press('Send Invite', { 'Email address': 'nobody@example.com' })
    expect(alice.told).toContain('Good says no.')
    expect(performance.now() - asked, 'nor does a question wait').toBeLessThan(HANGS_MS)

    const result = Object.fromEntries(await Promise.all(ends))
    for (const [file, end] of Object.entries(ENDS)) expect(result[file], file).toMatch(end)
    const said = readFileSync(join(house.folder, 'said.txt'), 'utf8').trim().split('\n')
    expect(said).toHaveLength(10)
    const uncaught = house.logged.filter((line) => line.includes('Nobody caught an error of a hook file'))
    expect(uncaught.map((line) => JSON.parse(line)).map(({ file, error }) => [file, error])).toEqual([
      ['uncaught.js', 'caught by nobody'],
      ['uncaught.js', 'nor this'],
    ])
  })

  test('they are there again the next time, each in a process that lives', async () => {
    expect(await run('throws')).toBe('not today')
    expect(await run('uncaught')).toBe('fine')
    expect(await run('good')).toBe('fine')
    expect(await run('exits'), 'while this one rests').toMatch(/^it rests/)
    // One that was told to end may still be about it.
    await vi.waitFor(
      () => {
        const alive = [...hookProcesses().keys()]
        for (const file of ['throws.js', 'uncaught.js', 'good.js']) expect(alive).toContain(file)
        for (const file of ['loops.js', 'exits.js', 'chatty.js', 'never.js', 'hungry.js'])
          expect(alive, 'nothing is started that is not needed').not.toContain(file)
      },
      { timeout: 60_000, interval: 100 },
    )
  })
})

const SETTINGS = {
  NODE_ENV: 'production',
  APP_URL: 'https://accounts.example.com',
  APP_SECRET: 'the-secret-of-the-whole-house-is-long-enough',
  SMTP_URL: 'smtp://someone:smtp-password@127.0.0.1:9',
  MAIL_FROM: 'accounts@example.com',
  HOST: '127.0.0.1',
}
const SECRETS = ['the-secret-of-the-whole-house', 'smtp-password', 'APP_SECRET', 'SMTP_URL', 'DATABASE_URL']

function aProcess() {
  const hooksDir = (files: Record<string, string>) => {
    const dir = mkdtempSync(join(folder, 'hooks-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    return dir
  }

  test('sees none of our secrets, but what is named for it; what it prints is in the log', async () => {
    const HOOKS_DIR = hooksDir({
      'spy.js': `
        const { readFileSync, writeFileSync } = require('node:fs')
        module.exports = (addHook) => {
          writeFileSync(__dirname + '/seen.json', JSON.stringify([process.env, readFileSync('/proc/self/environ', 'utf8')]))
          console.log('I looked around')
        }`,
    })
    const DATABASE_URL = `sqlite:${join(HOOKS_DIR, 'secret-name.db')}`
    const more = { DATABASE_URL, HOOKS_DIR, HOOK_CRM_KEY: 'for the add-on', PORT: String(await freePort()) }
    const server = start('spied', { ...SETTINGS, ...more })
    await server.until('Latchkey is ready')
    const seen = readFileSync(join(HOOKS_DIR, 'seen.json'), 'utf8')
    for (const secret of [...SECRETS, 'secret-name']) expect(seen).not.toContain(secret)
    expect(JSON.parse(seen)[0]).toMatchObject({ HOOK_CRM_KEY: 'for the add-on', NODE_ENV: 'production' })
    const line = server
      .output()
      .split('\n')
      .find((one) => one.includes('I looked around'))
    expect(JSON.parse(line ?? '')).toMatchObject({ file: 'spy.js', msg: 'I looked around' })
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  const LOOPS = `
    const { writeFileSync } = require('node:fs')
    module.exports = (addHook) =>
      addHook('UserLogin', 1, () => { writeFileSync(__dirname + '/begun', ''); for (;;); })`
  const SLOW = `
    const { writeFileSync } = require('node:fs')
    module.exports = (addHook) => addHook('UserLogin', 1, async () => {
      writeFileSync(__dirname + '/begun', '')
      await new Promise((yes) => setTimeout(yes, 1_000))
      writeFileSync(__dirname + '/ended', '')
    })`
  const WAITS = `module.exports = (addHook) => addHook('PreInviteSend', 1, () => {})`

  /** A server where somebody just logged in, once the hook that is told so has begun. */
  async function startWith(name: string, text: string) {
    const HOOKS_DIR = hooksDir({ 'told.js': text, 'waits.js': WAITS })
    const port = await freePort()
    const server = start(name, { PORT: String(port), HOOKS_DIR })
    await server.until('Latchkey is ready')
    const alice = new Visitor(`http://localhost:${port}`)
    await alice.visit('/login')
    await alice.press('Log in', { 'Email address': 'alice@example.com', Password: PASSWORD })
    const did = (what: string) => existsSync(join(HOOKS_DIR, what))
    await expect.poll(() => did('begun')).toBe(true)
    const processes = () => hookProcesses(server.child.pid)
    expect([...processes().keys()].sort()).toEqual(['told.js', 'waits.js'])
    return { server, processes, did }
  }

  test('ends when its parent is killed, looping or not', async () => {
    const { server, processes } = await startWith('killed', LOOPS)
    server.child.kill('SIGKILL')
    await server.ended
    await expect.poll(() => processes().size).toBe(0)
  })

  test('ends when its parent stops, which a looping one does not hold up', async () => {
    const { server, processes } = await startWith('stopped', LOOPS)
    server.child.kill('SIGTERM')
    // Held up, it would be cut off after ten seconds, with a status of 1.
    expect(await server.ended).toBe(0)
    expect(processes().size).toBe(0)
  })

  test('may finish what it does when all are told to stop, as by Ctrl-C', async () => {
    const { server, processes, did } = await startWith('interrupted', SLOW)
    for (const pid of processes().values()) process.kill(pid, 'SIGINT')
    server.child.kill('SIGINT')
    expect(await server.ended).toBe(0)
    expect([did('ended'), processes().size]).toEqual([true, 0])
  })
}

// What the database has no part in is told once.
if (!onMariadb) describe('a hook’s process', aProcess)
