import { beforeAll, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'

// Each address asks it. That the time runs out is the clock's doing here: nobody waits for it.
const HOOKS = {
  'slow.ts': `
import type { AddHook } from '#hooks'
export default (addHook: AddHook) =>
  addHook('PreInviteSend', 10, () => new Promise<void>((done) => setTimeout(done, 400)))`,
}
const NAMES = Array.from({ length: 6 }, (_, nth) => `guest${nth}@example.com`)

describe('a slow add-on holds no list up for ever', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse({ hooks: HOOKS })
  })

  const sent = (over = 0) =>
    house
      .db('activity')
      .where({ action: 'invite.sent' })
      .orWhere({ action: 'invite.resent' })
      .then((rows) => rows.length - over)
  /** The clock runs ahead as soon as one of them is done. */
  async function runOut(posted: Promise<unknown>, before: number) {
    for (;;) {
      if ((await sent(before)) > 0) break
      await new Promise((done) => setTimeout(done, 20))
    }
    moveClock(1)
    await posted
  }

  test('what was not tried comes back to be sent again; what was, is told', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await runOut(alice.press('Send Invite', { 'Email address': NAMES.join('\n') }), 0)
    const done = await house.db('invitations').pluck('email')
    expect(done.length).toBeGreaterThan(0)
    expect(done.length).toBeLessThan(NAMES.length)
    expect(alice.status).toBe(422)
    expect(alice.text).toContain('This one was not tried: checking the others took too long.')
    expect(alice.value('Email address').split('\n')).toEqual(NAMES.filter((one) => !done.includes(one)))
    await alice.press('Send Invite')
    expect(alice.status).toBe(200)
    expect(await house.db('invitations').where({ status: 'pending' })).toHaveLength(NAMES.length)
  })

  test('nor the invitations that an admin resends', async () => {
    const ada = await house.admin()
    const ids = (await house.db('invitations').pluck('id')).map(String)
    const before = await sent()
    await runOut(ada.post('/admin/invitations/resend', { ids }), before)
    const resent = await house.db('invitations').where({ send_count: 2 })
    expect(resent.length).toBeLessThan(NAMES.length)
    expect(ada.$('section[aria-labelledby=done] li').length).toBe(resent.length)
    expect(ada.$('section[aria-labelledby=not]').text()).toContain('This one was not tried')
  })
})
