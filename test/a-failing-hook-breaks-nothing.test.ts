import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const SAYS = `
const { appendFileSync } = require('node:fs')
const say = (text) => appendFileSync(__dirname + '/said.txt', text + '\\n')
`
const ESM_SAYS = `
import { appendFileSync } from 'node:fs'
const say = (text: string) => appendFileSync(import.meta.dirname + '/said.txt', text + '\\n')
`

const NEVER = `addHook('InviteSent', 0, () => require('node:fs').appendFileSync(__dirname + '/said.txt', 'never'))`

const BROKEN = {
  'bad-failure.js': "onFailure of PreInviteSend is 'allow' or 'refuse'.",
  'bad-priority.js': 'The priority of InviteSent is no whole number.',
  'exits-at-load.js': 'It ends its process while it is loaded.',
  'exports-nothing.js': 'It exports no function.',
  'hangs-at-load.js': 'It takes longer than 5 seconds to load.',
  'loops-at-load.js': 'It takes longer than 5 seconds to load.',
  'misspelt.js': 'There is no hook point InvitSent; did you mean InviteSent?',
  'no-function.js': 'What it adds to UserAdd is no function.',
  'no-question.js': 'Only Pre… points have onFailure, and InviteSent is none.',
  'nonsense.js': 'There is no hook point Weather.',
  'syntax-error.ts': 'It has a syntax error in line 1: Unexpected end of file.',
  'throws-at-load.js': 'It throws while it is loaded: no.',
  'twice.js': 'It adds two functions to InviteSent: one file may add one.',
}

const HOOKS = {
  // Both languages, and the order of priorities across files: lower first, then by name of the file.
  'a-late.js': `${SAYS}module.exports = (addHook) => addHook('InviteSent', 20, (event) => say('late ' + event.id))`,
  'b-early.ts': `${ESM_SAYS}
    export default (addHook: (...args: unknown[]) => void) => {
      addHook('InviteSent', 5, async (event: { id: string }) => { await null; say('early ' + event.id) })
    }`,
  'z-first.ts': `${ESM_SAYS}
    export default (addHook: (...args: unknown[]) => void) =>
      addHook('InviteSent', -1, (event: { id: string }) => say('first ' + event.id))`,
  'c-throws-once.js': `${SAYS}
    let times = 0
    module.exports = (addHook) => addHook('InviteSent', 10, (event) => {
      say('throws ' + event.id)
      if (++times === 1) throw new Error('not today')
    })`,
  // Its process is not the same the second time: what it knows is on disk.
  'd-hangs-once.js': `${SAYS}
    const { existsSync } = require('node:fs')
    module.exports = (addHook) => addHook('UserLogout', 1, (event) => {
      say('hangs ' + event.id)
      if (existsSync(__dirname + '/hung')) return
      appendFileSync(__dirname + '/hung', '')
      return new Promise(() => {})
    })
  `,
  // None of these may get in the way of the others.
  'syntax-error.ts': 'export default (addHook => {{{',
  'throws-at-load.js': `module.exports = (addHook) => { ${NEVER}; throw new Error('no') }`,
  'hangs-at-load.js': `module.exports = async (addHook) => { ${NEVER}; await new Promise(() => {}) }`,
  'loops-at-load.js': `module.exports = (addHook) => { ${NEVER}; for (;;); }`,
  'exits-at-load.js': `module.exports = (addHook) => { ${NEVER}; process.exit() }`,
  'exports-nothing.js': 'module.exports = 42',
  'bad-priority.js': `module.exports = (addHook) => addHook('InviteSent', 'first', () => say('never'))`,
  'no-function.js': `module.exports = (addHook) => { ${NEVER}; addHook('UserAdd', 1) }`,
  'misspelt.js': `module.exports = (addHook) => { ${NEVER}; addHook('InvitSent', 1, () => {}) }`,
  'nonsense.js': `module.exports = (addHook) => { ${NEVER}; addHook('Weather', 1, () => {}) }`,
  'twice.js': `module.exports = (addHook) => { ${NEVER}; ${NEVER} }`,
  'bad-failure.js': `module.exports = (addHook) => addHook('PreInviteSend', 1, () => {}, { onFailure: 'panic' })`,
  'no-question.js': `module.exports = (addHook) => addHook('InviteSent', 1, () => {}, { onFailure: 'allow' })`,
  '_disabled.js': `${SAYS}module.exports = (addHook) => addHook('InviteSent', 0, () => say('never'))`,
  'notes.txt': 'not a hook',
  'types.d.ts': 'export {}',
}

describe('a hook that fails breaks nothing', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse({ hooks: HOOKS })
    alice = await house.user('alice', 'Acme Hosting')
  })

  const said = () => {
    const file = join(house.folder, 'said.txt')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }
  const who = () => said().map((line) => line.split(' ')[0])
  const deliver = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }

  test('files that cannot be loaded are left out as a whole, each with a line in the log', () => {
    const lines = house.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === 40)
    const told = lines.filter(({ msg }) => msg === 'A hook file could not be loaded')
    expect(Object.fromEntries(told.map(({ file, error }) => [file, error]))).toEqual(BROKEN)
    expect(house.hooks.broken).toEqual(Object.entries(BROKEN).map(([file, error]) => ({ file, error })))
    expect(house.hooks.loaded.filter(({ name }) => name === 'InviteSent').map(({ key }) => key)).toEqual([
      'z-first.ts#InviteSent',
      'b-early.ts#InviteSent',
      'c-throws-once.js#InviteSent',
      'a-late.js#InviteSent',
    ])
  })

  test('the page answers and the mail goes out; the others run in order of priority', async () => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    expect(alice.told).toBe('dora@example.com is invited. The link in the mail works for 7 days.')
    expect(await house.mailTo('dora@example.com')).toHaveLength(1)
    expect(who()).toEqual(['first', 'early', 'throws', 'late'])
    expect(new Set(said().map((line) => line.split(' ')[1])).size, 'one event, one id').toBe(1)
    const failed = house.logged.filter((line) => line.includes('A hook failed'))
    expect(failed).toHaveLength(1)
    expect(failed[0]).toContain('not today')
  })

  test('the one that failed is tried again alone, later, with the same id', async () => {
    await deliver()
    expect(who(), 'not before its pause is over').toHaveLength(4)
    moveClock(1.1)
    await deliver()
    expect(who()).toEqual(['first', 'early', 'throws', 'late', 'throws'])
    expect(new Set(said().map((line) => line.split(' ')[1])).size).toBe(1)
    moveClock(60)
    await deliver()
    expect(who(), 'and not again once it worked').toHaveLength(5)
    expect(await house.db('hook_deliveries').whereNot({ status: 'done' })).toEqual([])
  })

  test('one that hangs delays neither page nor mail nor other events, and is given up after 10 seconds', async () => {
    const started = Date.now()
    await alice.press('Logout')
    expect(alice.told).toBe('You are logged out.')
    await alice.visit('/password/reset')
    await alice.press('Send link', { 'Email address': 'alice@example.com' })
    expect(Date.now() - started, 'nobody waited').toBeLessThan(10_000)
    await expect
      .poll(() => house.db('emails').where({ template: 'password-reset', status: 'sent' }))
      .toHaveLength(1)
    expect(Date.now() - started, 'nor did the mail').toBeLessThan(10_000)

    await deliver()
    expect(Date.now() - started).toBeGreaterThan(9_000)
    expect(house.logged.filter((line) => line.includes('it took longer than 10 seconds'))).toHaveLength(1)
    moveClock(1.1)
    await deliver()
    const hung = said().filter((line) => line.startsWith('hangs'))
    expect([hung.length, new Set(hung).size]).toEqual([2, 1])
  })
})
