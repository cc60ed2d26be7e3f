import { beforeEach, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { actAs, userIdOf } from './support/acting.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin acts as a user', () => {
  let house: TestHouse
  let ada: Visitor

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
  })

  const client = (name = 'Acme Hosting') => house.clientNamed(name)
  const user = (name: string) =>
    house
      .db('users')
      .where({ email: `${name}@example.com` })
      .first()
  const acting = (at: Visitor) => at.$('.acting').text().replace(/\s+/g, ' ').trim()
  const logged = (action: string) => house.db('activity').where({ action }).orderBy('id')
  const isOut = async (at: Visitor) => {
    await at.visit('/clientarea')
    return at.path.split('?')[0] === '/login' && at.$('.acting').length === 0
  }

  test('from the client’s page as its owner: a page says what will happen, a banner leads back', async () => {
    const { id } = await client()
    await ada.visit(`/admin/clients/${id}`)
    await ada.follow('Login as Owner')
    expect(ada.title).toBe('Log in as Alice Ames?')
    expect(ada.text).toContain('It ends after 60 minutes')
    expect(ada.text).toContain('“Ada Admin as Alice Ames”')
    expect(ada.text).toContain('you are logged out there')
    expect(await logged('acting.started')).toEqual([])
    await ada.press('Log in as this user')
    expect([ada.path, ada.title]).toEqual(['/clientarea', 'Acme Hosting'])
    for (const path of [
      '/clientarea',
      '/account/users',
      '/user/accounts',
      '/user/activity',
      '/nothing/there',
    ]) {
      await ada.visit(path)
      expect(acting(ada), path).toContain('Ada Admin, you act as Alice Ames (alice@example.com). It ends in')
    }
    await ada.visit('/logout')
    expect([ada.path, ada.title], 'there is no login of hers to log out of').toEqual([
      '/acting/end',
      'Go back to the Admin Area?',
    ])
    await ada.press('Back to the Admin Area')
    expect([ada.path, ada.told]).toEqual([`/admin/clients/${id}`, 'You no longer act as Alice Ames.'])
    expect(await isOut(ada)).toBe(true)
    expect(await house.db('sessions').whereNotNull('admin_id')).toEqual([])
  })

  test('what is changed is logged as both, start and end as the admin; the user reads it, but not from where', async () => {
    await actAs(house, ada, 'alice')
    await ada.visit('/account/details')
    await ada.press('Save', { City: 'Newtown' })
    expect(ada.told).toContain('saved')
    await ada.visit('/acting/end')
    await ada.press('Back to the Admin Area')
    const alice = await user('alice')
    const [edited] = await logged('client.edited')
    const by = { actor_kind: 'user', actor_id: alice.id, acting_admin_name: 'Ada Admin' }
    expect(edited).toMatchObject(by)
    for (const action of ['acting.started', 'acting.ended']) {
      const [one, ...more] = await logged(action)
      expect(more).toEqual([])
      const whole = { actor_kind: 'admin', actor_name: 'Ada Admin', acting_admin_id: null }
      expect(one).toMatchObject({ ...whole, user_id: alice.id, client_id: (await client()).id })
    }
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/user/activity')
    expect(tab.text).toContain('Ada Admin logged in as alice@example.com, for 60 minutes at the most')
    expect(tab.text).toContain('Ada Admin stopped acting as alice@example.com')
    await tab.visit('/account/activity')
    expect(tab.text).toContain('Ada Admin as Alice Ames edited the details')
    const rows = tab.$('li.row-item').map((_, row) => tab.$(row).text())
    const admins = rows.get().filter((row) => row.includes('Ada Admin'))
    expect(admins.length).toBeGreaterThan(2)
    expect(admins.filter((row) => row.includes('127.0.0.1'))).toEqual([])
  })

  test('a mail about it names the admin, since it was not the user', async () => {
    await actAs(house, ada, 'alice')
    await ada.visit(`/account/users/${await userIdOf(house, 'bob')}/remove`)
    await ada.press('Remove Access')
    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.text).toContain('Ada Admin')
    expect(mail?.text).not.toContain('Alice')
  })

  test('add-ons are told of both', async () => {
    await actAs(house, ada, 'alice')
    await ada.visit('/account/details')
    await ada.press('Save', { City: 'Newtown' })
    const event = await house.db('hook_events').where({ name: 'ClientEdit' }).first()
    const alice = await user('alice')
    const admin = { id: expect.any(Number), name: 'Ada Admin' }
    expect(JSON.parse(event.payload).actor).toEqual({ kind: 'user', id: alice.id, name: 'Alice Ames', admin })
  })

  test('it is no login of the user: no last login, no device, no mail, no event, nothing entered', async () => {
    const before = { alice: await user('alice'), entered: await house.db('associations').select() }
    await actAs(house, ada, 'alice')
    await ada.visit('/user/accounts')
    await ada.press('Switch to Ames Consulting')
    expect([ada.title, acting(ada)]).toEqual(['Ames Consulting', expect.stringContaining('you act as')])
    expect(await user('alice')).toEqual(before.alice)
    expect(await house.db('associations').select()).toEqual(before.entered)
    expect(await house.db('known_devices').where({ person_kind: 'user' })).toEqual([])
    expect(await house.db('hook_events').where({ name: 'UserLogin' })).toEqual([])
    expect(await house.mailTo('alice@example.com')).toEqual([])
    const [session] = await house.db('sessions')
    expect(session).toMatchObject({ remember: 0, user_id: before.alice.id, admin_id: expect.any(Number) })
  })

  test('a page asks twice who is there and what they may do, and once more for an admin who acts', async () => {
    const alice = await house.user('alice')
    await actAs(house, ada, 'alice')
    const questions = async (visitor: Visitor) => {
      const asked: string[] = []
      const note = ({ sql }: { sql: string }) => asked.push(sql)
      house.db.on('query', note)
      await visitor.visit('/user/profile')
      house.db.removeListener('query', note)
      expect(visitor.status).toBe(200)
      return asked.filter((sql) => /sessions|associations|roles/.test(sql)).length
    }
    expect([await questions(alice), await questions(ada)]).toEqual([2, 3])
  })

  test('two-factor of the user, or of the account, is no obstacle', async () => {
    await setUpTwoFactor(await house.user('alice'))
    await house.db('clients').update({ require_factor: 1 })
    for (const name of ['alice', 'bob']) {
      await actAs(house, ada, name)
      expect([ada.path, ada.status]).toEqual(['/clientarea', 200])
    }
  })

  test('H7 it ends sixty minutes after it began, whatever was done', async () => {
    await actAs(house, ada, 'alice')
    for (const minutes of [20, 20, 19]) {
      moveClock(minutes)
      await ada.visit('/user/accounts')
      expect(acting(ada)).toContain('you act as Alice Ames')
    }
    const stale = ada.newTab()
    await stale.visit('/account/details')
    moveClock(2)
    expect(await isOut(ada)).toBe(true)
    expect(ada.told).toContain('You no longer act as a user: the time is over')
    await ada.visit('/login')
    expect(ada.told).toBe('')
    await stale.press('Save', { City: 'Too Late' })
    expect(stale.status).toBe(401)
    expect((await client()).city).not.toBe('Too Late')
    await ada.visit('/admin')
    expect(ada.status).toBe(200)
  })

  test('H7 it ends when the admin logs out, and that is logged', async () => {
    await actAs(house, ada, 'alice')
    const tab = ada.newTab()
    await tab.visit('/admin/logout')
    await tab.press('Logout')
    expect(await isOut(ada)).toBe(true)
    expect(await logged('acting.ended')).toHaveLength(1)
    expect(await house.db('sessions')).toEqual([])
  })

  test('H7 it ends with the admin’s session, login or right', async () => {
    const endings: [string, () => Promise<unknown>][] = [
      ['the session is ended', () => house.db('admin_sessions').delete()],
      ['the session has run out', () => house.db('admin_sessions').update({ expires_at: '2020-01-01' })],
      ['the admin is disabled', () => house.db('admins').update({ status: 'disabled' })],
      ['the role is another', () => house.db('admins').update({ role: 'read-only' })],
      ['a role of one’s own lost the right', () => house.db('admins').update({ role: 'own:99' })],
    ]
    const row = await house.db('admins').first()
    for (const [why, end] of endings) {
      await house.db('admins').update(row)
      const admin = await house.admin()
      await actAs(house, admin, 'alice')
      expect(acting(admin), why).toContain('you act as')
      await end()
      await admin.post('/account/details', { company_name: 'Taken' })
      expect([why, admin.status]).toEqual([why, 401])
      expect([why, await isOut(admin)]).toEqual([why, true])
    }
    expect((await client()).company_name).toBe('Acme Hosting')
  })

  test('H7 it ends when the user is disabled, and when the user logs everything out', async () => {
    await actAs(house, ada, 'alice')
    const alice = await house.user('alice')
    await alice.visit('/user/security/sessions')
    expect(alice.text).toContain('Admin Ada Admin, acting as you')
    const looking = ada.newTab()
    await looking.visit(`/admin/users/${await userIdOf(house, 'alice')}`)
    expect(looking.text).toContain('Admin Ada Admin, acting as this user')
    await alice.press('End: Admin Ada Admin, acting as you')
    expect(await isOut(ada)).toBe(true)
    await actAs(house, ada, 'alice')
    await alice.visit('/user/security/sessions')
    await alice.press('End all others')
    expect(await isOut(ada)).toBe(true)
    await actAs(house, ada, 'alice')
    const tab = ada.newTab()
    await tab.visit(`/admin/users/${await userIdOf(house, 'alice')}/disable`)
    await tab.press('Disable')
    expect(await isOut(ada)).toBe(true)
  })

  test('one admin is one user at a time; logging out ends it like the button', async () => {
    await actAs(house, ada, 'alice')
    await actAs(house, ada, 'bob')
    expect(acting(ada)).toContain('you act as Bob Brown')
    expect(await house.db('sessions').select('user_id')).toEqual([{ user_id: await userIdOf(house, 'bob') }])
    expect(await logged('acting.ended')).toHaveLength(1)
    await ada.visit('/clientarea')
    await ada.press('Logout')
    expect([ada.told, await isOut(ada)]).toEqual(['You no longer act as Bob Brown.', true])
    expect(await logged('user.loggedOut')).toEqual([])
    await ada.post('/acting/end')
    expect([ada.path, (await logged('acting.ended')).length]).toEqual(['/admin', 2])
  })
})
