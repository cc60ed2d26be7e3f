import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { inMinutes, timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const CRM = `
const { appendFileSync, existsSync } = require('node:fs')
module.exports = (addHook) => addHook('InviteSent', 1, ({ id }) => {
  appendFileSync(__dirname + '/said.txt', id + '\\n')
  if (existsSync(__dirname + '/down')) throw new Error('crm.example.com answered <503>')
})`

describe('an admin looks after hooks', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor

  /** What workers write down of the functions that they have; here also of some that no worker has. */
  const know = async (hook: string, more: object = {}) => {
    const [file, name] = hook.split('#')
    const row = { priority: 1, on_failure: 'allow', last_seen_at: timestamp(), ended_at: null, ...more }
    if ((await house.db('hook_functions').where({ hook }).update(row)) === 0)
      await house.db('hook_functions').insert({ hook, file, name, first_seen_at: timestamp(), ...row })
    const seen = { error: null, last_seen_at: row.last_seen_at }
    if ((await house.db('hook_files').where({ file }).update(seen)) === 0)
      await house.db('hook_files').insert({ file, ...seen })
  }
  const said = () => readFileSync(join(house.folder, 'said.txt'), 'utf8').trim().split('\n')
  const deliver = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }
  const invite = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    await deliver()
  }
  const panel = (file: string) => {
    const panels = ada.$('.panel').filter((_, one) => ada.$(one).find('h2').text() === file)
    return panels.text().replace(/\s+/g, ' ').trim()
  }
  const rows = () =>
    ada
      .$('#deliveries .row-item')
      .map((_, one) => ada.$(one).text().replace(/\s+/g, ' ').trim())
      .get()
  const latest = () =>
    house.db('hook_deliveries').where({ hook: 'crm.js#InviteSent' }).orderBy('id', 'desc').first()

  beforeAll(async () => {
    house = await startHouse({ hooks: { 'crm.js': CRM, down: '' } })
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    await invite('dora@example.com')
    await know('crm.js#InviteSent')
    await know('old.js#UserLogin', { last_seen_at: inMinutes(-300) })
    await know('crm.js#PreInviteSend', { on_failure: 'refuse' })
    await house
      .db('hook_files')
      .insert({ file: 'typo.ts', error: 'There is no hook point <InvitSent>.', last_seen_at: timestamp() })
  })

  test('Hooks: files loaded and left out, functions with their runs and failures, what no worker has', async () => {
    await ada.visit('/admin')
    await ada.follow('Hooks')
    expect(ada.title).toBe('Hooks')
    expect(ada.$('.panel h2').first().text(), 'what is broken stands first').toBe('typo.ts')
    expect(panel('typo.ts')).toContain('Left out')
    expect(panel('typo.ts')).toContain('There is no hook point <InvitSent>.')
    expect(panel('crm.js')).toContain('Loaded')
    expect(panel('crm.js')).toMatch(
      /InviteSent Priority 1, named by a worker just now Runs: 1, slowest \d+ ms, last just now/,
    )
    expect(panel('crm.js')).toContain('Waiting after an error: 1')
    expect(panel('crm.js')).toContain('refuses when it fails')
    expect(panel('old.js')).toContain('No worker has it')
    expect(panel('old.js')).not.toContain('Loaded')
    await ada.follow('Waiting after an error: 1')
    expect(rows()).toHaveLength(1)
  })

  test('one delivery: what the add-on was given, what it met, when it is tried again', async () => {
    await ada.visit('/admin/hooks/deliveries')
    expect(rows()[0]).toMatch(
      /InviteSent crm\.js#InviteSent crm\.example\.com answered <503>.*Attempts: 1.*Next try.*Waiting$/,
    )
    await ada.follow('InviteSent: crm.js#InviteSent')
    const { event_id } = await latest()
    const event = await house.db('hook_events').where({ id: event_id }).first()
    expect(ada.text).toContain(event.event_id)
    expect(JSON.parse(ada.$('pre').text())).toEqual(JSON.parse(event.payload))
    expect(ada.$('pre').text(), 'pretty').toContain('\n    "name": "Acme Hosting"')
    expect(ada.text).toContain('crm.example.com answered <503>')
    for (const nonce of await house.db('invitations').pluck('nonce')) expect(ada.html).not.toContain(nonce)
  })

  test('Retry runs it now; what has run in the meantime is left alone', async () => {
    const tab = ada.newTab()
    await tab.visit(ada.path)
    await ada.press('Retry')
    expect(ada.told).toBe('The function runs again.')
    await deliver()
    expect(await latest(), 'the add-on is still down').toMatchObject({ status: 'waiting', attempts: 2 })
    rmSync(join(house.folder, 'down'))
    await ada.press('Retry')
    await deliver()
    expect(await latest()).toMatchObject({ status: 'done', error: null, attempts: 3 })
    expect([said().length, new Set(said()).size], 'the same event each time').toEqual([3, 1])
    await tab.press('Retry')
    expect([tab.status, tab.told]).toEqual([
      422,
      expect.stringContaining('This delivery was done in the meantime, or runs right now: nothing was done.'),
    ])
    await deliver()
    expect(said()).toHaveLength(3)
    const entries = await house.db('activity').where({ action: 'hook.retried' })
    expect(entries).toHaveLength(2)
    await ada.visit('/admin')
    expect(ada.text).toMatch(/Ada Admin had crm\.js#InviteSent told again of the event [\w-]{36}/)
  })

  test('Replay tells one function of an event again, with the same id, or one that never had it', async () => {
    await know('late.js#InviteSent', { priority: 9 })
    const { event_id } = await latest()
    await ada.visit(`/admin/hooks/deliveries/${(await latest()).id}`)
    await ada.follow('See the event, and replay it')
    expect(ada.path).toBe(`/admin/hooks/events/${event_id}`)
    expect(ada.text).toContain('It sees the same event id')
    expect(
      ada
        .$('option')
        .map((_, one) => ada.$(one).text())
        .get(),
    ).toEqual(['crm.js#InviteSent', 'late.js#InviteSent'])
    await ada.press('Replay', { Function: 'crm.js#InviteSent' })
    expect(ada.told).toBe('The function is told of the event again.')
    await deliver()
    expect([said().length, new Set(said()).size]).toEqual([4, 1])
    await ada.press('Replay', { Function: 'late.js#InviteSent' })
    const mine = { event_id, hook: 'late.js#InviteSent' }
    expect(await house.db('hook_deliveries').where(mine)).toMatchObject([{ status: 'waiting', priority: 9 }])

    for (const hook of ['old.js#UserLogin', 'nobody.js#InviteSent', '']) {
      await ada.post(`/admin/hooks/events/${event_id}/replay`, { hook })
      expect(ada.status, hook).toBe(422)
    }
    expect(await house.db('hook_deliveries').where({ event_id })).toHaveLength(2)
    expect(await house.db('activity').where({ action: 'hook.replayed' })).toHaveLength(2)

    // One that no worker has handed out yet: a delivery of its own would be in the way of that.
    const early = {
      event_id: 'early',
      name: 'InviteSent',
      payload: '{}',
      status: 'late',
      created_at: timestamp(),
    }
    await house.db('hook_events').insert(early)
    const { id } = await house.db('hook_events').where({ event_id: 'early' }).first('id')
    await ada.post(`/admin/hooks/events/${id}/replay`, { hook: 'crm.js#InviteSent' })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('has not been handed out')])
    await house.db('hook_events').where({ id }).delete()
  })

  test('H5 End asks, gives the function nothing more, and ends what waits for it with a word', async () => {
    await ada.visit('/admin/hooks')
    await ada.follow('End: InviteSent')
    await ada.visit('/admin/hooks/functions/late.js%23InviteSent/end')
    expect(ada.text).toContain('End InviteSent of late.js?')
    const waits = () => house.db('hook_deliveries').where({ hook: 'late.js#InviteSent' }).first()
    expect((await waits()).status, 'asking does nothing').toBe('waiting')
    await ada.press('End')
    expect(ada.told).toBe('InviteSent of late.js is ended. Deliveries that waited for it: 1.')
    expect(panel('late.js')).toContain('Ended')
    expect(await waits()).toMatchObject({ status: 'ended', error: 'ended by Ada Admin' })
    expect(
      (await house.db('hook_functions').where({ hook: 'late.js#InviteSent' }).first()).ended_at,
    ).toBeTruthy()

    await ada.visit(`/admin/hooks/deliveries/${(await waits()).id}`)
    await ada.press('Retry')
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('This function is ended or gone')])
    await know('late.js#InviteSent')
    await ada.press('Retry')
    expect((await waits()).status, 'it came back').toBe('waiting')
    for (const action of ['hook.ended', 'hook.waitingEnded'])
      expect(await house.db('activity').where({ action }), action).toHaveLength(1)
  })

  test('deliveries by status, function and hook point, a page at a time', async () => {
    await know('other.js#UserAdd')
    for (let nth = 0; nth < 30; nth++) {
      const event_id = `${String(nth).padStart(4, '0')}${'y'.repeat(32)}`
      await house
        .db('hook_events')
        .insert({ event_id, name: 'UserAdd', payload: '{}', status: 'fanned', created_at: timestamp() })
      const { id } = await house.db('hook_events').where({ event_id }).first('id')
      const dates = { next_attempt_at: timestamp(), created_at: timestamp(), updated_at: timestamp() }
      await house.db('hook_deliveries').insert({
        event_id: id,
        hook: 'other.js#UserAdd',
        priority: 1,
        status: nth % 2 ? 'done' : 'failed',
        ...dates,
      })
    }
    const search = async (which: string, Status = '') => {
      await ada.visit('/admin/hooks/deliveries')
      await ada.press('Search', { Function: which, Status })
      return rows().length
    }
    expect(await search('other.js#UserAdd', 'failed')).toBe(15)
    expect(await search('InviteSent')).toBe(2)
    expect(await search('crm.js#InviteSent', 'failed')).toBe(0)
    expect(ada.text).toContain('No delivery found.')
    expect(await search('UserAdd')).toBe(25)
    await ada.follow('Older')
    expect([rows().length, ada.value('Function')]).toEqual([5, 'UserAdd'])
    await ada.follow('Newest')
    expect(rows()).toHaveLength(25)
    await ada.visit('/admin/hooks/deliveries?hook=nonsense&status=nonsense&before=-1')
    expect([ada.status, rows().length]).toEqual([200, 0])
  })

  test('what is not there is not found', async () => {
    for (const path of [
      'deliveries/99999',
      'events/99999',
      'deliveries/x',
      'functions/no.js%23UserAdd/end',
    ]) {
      await ada.visit(`/admin/hooks/${path}`)
      expect([ada.status, ada.title], path).toEqual([404, 'Not found'])
    }
  })
})
