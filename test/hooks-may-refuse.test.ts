import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

// One function a file for each point: three files have an opinion on invitations.
const HOOKS = {
  'refuses.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) => {
  addHook('PreInviteSend', 10, ({ email, permissions, client, actor }) => {
    if (email.endsWith('@blocked.example')) return client.name + ' invites nobody at <blocked.example>, ' + actor.name + '.'
    if (permissions.includes('orders')) return '   '
  })
  addHook('PreUserAssociate', 1, async ({ user }) => 'id' in user ? undefined : 'Ask ' + user.firstName + ' first.')
  addHook('PreOwnerChange', 1, ({ user }) => user.email === 'bob@example.com' ? 'Bob is too busy.' : undefined)
}`,
  'second.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) =>
  addHook('PreInviteSend', 20, ({ email }) => email.endsWith('.example') ? 'The second opinion is not asked for.' : undefined)`,
  'third.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) =>
  addHook('PreInviteSend', 30, async ({ email }) => {
    if (email.startsWith('throws')) throw new Error('a fault of the add-on')
    if (email.startsWith('hangs')) await new Promise(() => {})
    if (email.startsWith('nonsense')) return { refuse: true } as unknown as string
    if (email.startsWith('long')) return 'x'.repeat(1000)
  })`,
  'needed.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) =>
  addHook('PreInviteSend', 40, async ({ email }) => {
    if (email.startsWith('needed-throws')) throw new Error('the list of sanctions is away')
    if (email.startsWith('needed-hangs')) await new Promise(() => {})
    if (email.startsWith('needed-exits')) process.exit(3)
    if (email.startsWith('needed-loops')) for (;;);
  }, { onFailure: 'refuse' })`,
}

const UNAVAILABLE =
  'This has to be checked first, and the check does not answer just now. Nothing was changed. Please try again in a minute.'

describe('Pre… hooks may refuse, with a sentence for the person who is waiting', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let url: string

  beforeAll(async () => {
    house = await startHouse({ hooks: HOOKS })
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    url = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`
  })
  beforeEach(async () => {
    await alice.visit('/account/users')
  })

  const traces = async () => {
    const tables = ['invitations', 'emails', 'hook_events', 'associations', 'users']
    return Promise.all(tables.map((table) => house.db(table).count({ n: '*' }).first()))
  }

  test('an owner’s invitation: the sentence is shown as text, what was typed stays, nothing happened', async () => {
    const before = await traces()
    await alice.press('Send Invite', {
      'Email address': 'd@blocked.example',
      'Choose Permissions': true,
      'View Domains': true,
    })
    expect(alice.status).toBe(422)
    expect(alice.told).toContain('Acme Hosting invites nobody at <blocked.example>, Alice Ames.')
    expect(alice.told, 'the first that refuses').not.toContain('second opinion')
    expect(alice.value('Email address')).toBe('d@blocked.example')
    expect(alice.$('#permission-domains').attr('checked')).toBeDefined()
    expect(await traces()).toEqual(before)
  })

  test('an admin’s invitation and Resend Invite are asked about, too', async () => {
    await ada.visit(`${url}/associate`)
    await ada.press('Invite User', {
      'Name or email address': 'd@blocked.example',
      'Create new user': true,
      'Check All': true,
    })
    expect(ada.told).toContain('invites nobody at <blocked.example>, Ada Admin.')

    await alice.press('Send Invite', { 'Email address': 'erik@example.com' })
    const { id } = await house.db('invitations').where({ email: 'erik@example.com' }).first()
    await house
      .db('invitations')
      .where({ id })
      .update({ email: 'e@blocked.example', open_email: 'e@blocked.example' })
    await alice.visit('/account/users')
    await alice.press('Resend Invite: e@blocked.example')
    expect(alice.status).toBe(422)
    expect(alice.told).toContain('invites nobody at <blocked.example>')
    expect((await house.db('invitations').where({ id }).first()).send_count).toBe(1)
  })

  test('associating at once, and Make Owner', async () => {
    const before = await traces()
    await ada.visit(`${url}/associate`)
    await ada.press('Associate User', {
      'Name or email address': 'fay@example.com',
      'Create new user': true,
      'First name': 'Fay',
      'Last name': 'Fir',
      No: true,
      'Check All': true,
    })
    expect([ada.status, ada.told]).toEqual([422, 'This needs another look Ask Fay first.'])

    await ada.visit(url)
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Make Owner': true })
    expect([ada.status, ada.told]).toEqual([422, 'This needs another look Bob is too busy.'])
    expect(await traces()).toEqual(before)
  })

  test('what they do not refuse, happens', async () => {
    await ada.visit(`${url}/associate`)
    await ada.press('Search', { 'Name or email address': 'carol' })
    await ada.press('Associate User', { 'Carol Chen': true, No: true, 'Check All': true })
    expect(ada.told).toBe('carol@example.com is associated.')
    await ada.follow('Manage User: Carol Chen')
    await ada.press('Save', { 'Make Owner': true })
    expect(ada.told).toBe('Carol Chen is now the owner of Acme Hosting.')
    await ada.follow('Manage User: Alice Ames')
    await ada.press('Save', { 'Make Owner': true })
    await alice.press('Send Invite', { 'Email address': 'gus@example.com' })
    expect(alice.told, 'blanks are no refusal').toContain('gus@example.com is invited.')
  })

  test('one that throws, or answers nonsense, lets it happen; a fault is in the log', async () => {
    await alice.press('Send Invite', { 'Email address': 'throws@example.com' })
    expect(alice.told).toContain('throws@example.com is invited.')
    expect(house.logged.filter((line) => line.includes('a fault of the add-on'))).toHaveLength(1)
    await alice.press('Send Invite', { 'Email address': 'nonsense@example.com' })
    expect(alice.told).toContain('nonsense@example.com is invited.')
  })

  test('one that hangs has two seconds, then it happens', async () => {
    const started = Date.now()
    await alice.press('Send Invite', { 'Email address': 'hangs@example.com' })
    expect(alice.told).toContain('hangs@example.com is invited.')
    expect(Date.now() - started).toBeGreaterThan(1_900)
    expect(house.logged.filter((line) => line.includes('it took longer than 2 seconds'))).toHaveLength(1)
  })

  test('one that hung rests for a minute: it is not asked, and nobody waits for it', async () => {
    await alice.press('Send Invite', { 'Email address': 'long-before@example.com' })
    expect(alice.told).toContain('long-before@example.com is invited.')
    expect(house.logged.filter((line) => line.includes('it took longer than 2 seconds'))).toHaveLength(1)
    moveClock(1.1)
  })

  test('a sentence is cut at 300 characters', async () => {
    // After one that hung its process is a new one, which may be late for the first time on a busy machine.
    const invite = async () => {
      await alice.press('Send Invite', { 'Email address': 'long@example.com' })
      moveClock(1.1)
      return alice.told
    }
    await expect.poll(invite).toContain('x'.repeat(300))
    expect(alice.told).not.toContain('x'.repeat(301))
  })

  test('one that must be asked: when it cannot answer, nothing happens, and the person is told so', async () => {
    for (const kind of ['throws', 'hangs', 'exits', 'loops']) {
      const before = await traces()
      const started = Date.now()
      await alice.visit('/account/users')
      await alice.press('Send Invite', { 'Email address': `needed-${kind}@example.com` })
      expect([alice.status, alice.told], kind).toEqual([422, `This needs another look ${UNAVAILABLE}`])
      expect(Date.now() - started, kind).toBeLessThan(10_000)
      expect(await traces(), kind).toEqual(before)
      if (kind !== 'throws') moveClock(1.1)
    }
    // As the sentence says: in a minute. On a busy machine its new process may be late for the first time.
    const invite = async () => {
      await alice.press('Send Invite', { 'Email address': 'needed@example.com' })
      moveClock(1.1)
      return alice.told
    }
    await expect.poll(invite).toContain('needed@example.com is invited.')
  })
})
