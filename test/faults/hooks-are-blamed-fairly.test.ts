import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Hooks, Postponed } from '../../src/domain/hook-functions.ts'
import { loadHooks } from '../../src/hook-runner.ts'
import { moveClock } from '../../src/platform/clock.ts'
import { hookProcesses } from '../support/children.ts'

const FILE = `
const { appendFileSync } = require('node:fs')
const sleep = (ms) => new Promise((yes) => setTimeout(yes, ms))
let running = 0
module.exports = (addHook) => {
  addHook('UserLogin', 1, async ({ id }) => {
    appendFileSync(__dirname + '/said.txt', id + ' ' + ++running + '\\n')
    await sleep(id.startsWith('long') ? 7_500 : 400)
    running--
  })
  addHook('UserLogout', 1, async ({ id }) => { await sleep(id === 'soon' ? 100 : 0); process.exit(4) })
  addHook('ClientEdit', 1, () => { for (;;); })
  addHook('ClientAdd', 1, async () => {
    await sleep(10_500)
    throw new Error('nobody listens any more')
  })
  addHook('ClientClose', 1, () => { throw { toString() { throw 1 } } })
  ASKED
}`
const ASKED = `addHook('PreInviteSend', 1, ({ email }) => 'Not ' + email)`

const actor = { kind: 'system' as const, id: null, name: '' }
const client = { id: 1, name: 'Acme', email: 'a@example.com', status: 'active' as const, ownerId: 1 }

describe('one function of a file does not answer for another', () => {
  let folder: string
  let hooks: Hooks

  const load = async (asked = '') => {
    writeFileSync(join(folder, 'all.js'), FILE.replace('ASKED', asked))
    hooks = await loadHooks(folder, { info: vi.fn(), warn: vi.fn() })
    expect(hooks.broken).toEqual([])
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-blame-'))
  })
  afterEach(async () => {
    vi.useRealTimers()
    await hooks.close()
    expect(hookProcesses().size).toBe(0)
    rmSync(folder, { recursive: true })
    moveClock(2)
  })

  const run = (name: string, id = '') =>
    hooks.run(`all.js#${name}`, { id, at: '', actor }).then(
      () => 'fine',
      (error: Error) => (error instanceof Postponed ? `postponed ${error.seconds}` : error.message),
    )
  const ask = () =>
    hooks.askFirst('PreInviteSend', { client, email: 'x@example.com', permissions: [] }, actor)
  const said = () => readFileSync(join(folder, 'said.txt'), 'utf8').trim().split('\n')

  test('ten calls at once; the eleventh comes later', async () => {
    await load()
    const calls = Array.from({ length: 11 }, (_, nth) => run('UserLogin', `${nth}`))
    expect(await calls[10]).toBe('postponed 1')
    expect(new Set(await Promise.all(calls.slice(0, 10)))).toEqual(new Set(['fine']))
    expect(said().at(-1)).toBe('9 10')
    expect(await run('UserLogin')).toBe('fine')
  })

  test('who ends the process among others is found alone; then it rests, and all others go on', async () => {
    await load()
    const together = await Promise.all([run('UserLogin'), run('UserLogout', 'soon'), run('UserLogin')])
    expect(together, 'it could have been any of them').toEqual(['postponed 2', 'postponed 2', 'postponed 2'])

    const careful = [run('UserLogin'), run('UserLogout')]
    expect(await Promise.all(careful), 'one at a time').toEqual(['fine', 'postponed 1'])
    expect(await run('UserLogout')).toBe('it ended its process (exit status 4)')
    expect(await run('UserLogout')).toBe('postponed 60')
    expect(await run('UserLogin')).toBe('fine')

    moveClock(1.1)
    expect(await Promise.all([run('UserLogin'), run('UserLogin')])).toEqual(['fine', 'fine'])
    expect(await run('UserLogout')).toBe('it ended its process (exit status 4)')
  })

  test('one that loops is to blame for what could not even start', async () => {
    await load(ASKED)
    const loop = run('ClientEdit')
    await pause(200)
    const started = Date.now()
    const others = [ask(), run('UserLogin')]
    expect(await others[0], 'not answered: it is let happen').toBeUndefined()
    expect(Date.now() - started, 'two seconds, not ten').toBeLessThan(9_000)
    expect(await others[1]).toBe('postponed 2')
    expect(await loop).toBe('it kept its process from answering')
    const fresh = { sentence: 'Not x@example.com' }
    await expect.poll(ask, { message: 'by a fresh process' }).toEqual(fresh)
    expect(await run('UserLogin')).toBe('fine')
  })

  test('one that hangs is given up alone: those beside it end in peace, new ones start afresh', async () => {
    await load()
    const hangs = run('ClientAdd')
    await pause(5_000)
    const beside = run('UserLogin', 'long')
    const before = hookProcesses().get('all.js')
    expect(await hangs).toBe('it took longer than 10 seconds')
    expect(await run('ClientAdd')).toBe('postponed 60')
    expect(await run('UserLogin', 'new')).toBe('fine')
    expect(said(), 'in a process of its own').toEqual(['long 1', 'new 1'])
    expect(await beside).toBe('fine')
    expect(hookProcesses().get('all.js')).not.toBe(before)
    expect(await run('ClientClose'), 'what was late counts for nobody').toBe('an error that cannot be shown')
  })

  test('a file that is only told things has no process while nothing happens; one that is asked has', async () => {
    await load()
    await run('UserLogin')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await run('ClientClose')
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    await expect.poll(() => hookProcesses().size).toBe(0)
    expect(await run('UserLogin')).toBe('fine')
    expect(hookProcesses().size).toBe(1)
    await hooks.close()
    expect(await run('UserLogin'), 'once we stop').toBe('postponed 1')

    await load(ASKED)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await run('ClientClose')
    vi.advanceTimersByTime(60_000)
    vi.useRealTimers()
    await pause(300)
    expect(hookProcesses().size).toBe(1)
    expect(await ask()).toEqual({ sentence: 'Not x@example.com' })
  })

  test('no hook files, no processes; and no folder is no fault', async () => {
    hooks = await loadHooks(join(folder, 'not-there'), { info: vi.fn(), warn: vi.fn() })
    expect([hooks.loaded, hooks.broken, hookProcesses().size]).toEqual([[], [], 0])
  })
})
