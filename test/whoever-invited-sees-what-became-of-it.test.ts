import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { inDays } from '../src/platform/clock.ts'
import { anotherAdmin } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('whoever invited sees what became of it', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor
  let url: string

  beforeAll(async () => {
    house = await startHouse()
    const { id } = await house.clientNamed('Acme Hosting')
    url = `/admin/clients/${id}`
    ada = await house.admin()
  })
  beforeEach(async () => {
    alice = await house.user('alice', 'Acme Hosting')
  })

  async function invite(email: string) {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const row = (email: string) => house.db('invitations').where({ email }).orderBy('id', 'desc').first()
  /** The word of both lists for an address. */
  async function states(email: string) {
    await alice.visit('/account/users')
    await ada.visit(`${url}/users`)
    return [alice, ada].map(({ $ }) =>
      $(`#pending`).closest('section').find(`.row-item:contains("${email}") .tag`).text(),
    )
  }
  const entries = (action: string, email: string) =>
    house
      .db('activity')
      .where({ action })
      .whereRaw('detail LIKE ?', [`%${email}%`])

  describe('its state', () => {
    test('sent; and run out', async () => {
      await invite('dora@example.com')
      expect(await states('dora@example.com')).toEqual(['Sent', 'Sent'])
      await house
        .db('invitations')
        .where({ email: 'dora@example.com' })
        .update({ expires_at: inDays(-1) })
      expect(await states('dora@example.com')).toEqual(['Ran out', 'Ran out'])
    })

    test('H17 one that waits since its address got too many looks as any other', async () => {
      await invite('erik@example.com')
      await house
        .db('emails')
        .where({ to_address: 'erik@example.com' })
        .update({ status: 'waiting', sent_at: null, next_attempt_at: inDays(1) })
      expect(await states('erik@example.com')).toEqual(['Sent', 'Sent'])
    })

    test('H28 looking does not open it; the first thing sent from its page does, once, and the log says so', async () => {
      const link = await invite('fay@example.com')
      const guest = house.visitor()
      await guest.visit(link)
      await guest.visit(`${link}/register`)
      expect((await row('fay@example.com')).opened_at).toBeNull()
      for (let times = 0; times < 2; times++)
        await guest.press('Create account', { 'First name': 'Fay', Password: 'short' })
      expect(guest.status).toBe(422)
      expect((await row('fay@example.com')).opened_at).not.toBeNull()
      expect(await states('fay@example.com')).toEqual(['Opened', 'Opened'])
      const [entry, second] = await entries('invite.opened', 'fay@example.com')
      expect([entry?.actor_kind, second]).toEqual(['visitor', undefined])
    })

    test('a new link is not opened yet; the old one opens nothing', async () => {
      const old = await house.linkTo('fay@example.com')
      await alice.visit('/account/users')
      await alice.press('Resend Invite: fay@example.com')
      expect(await states('fay@example.com')).toEqual(['Sent', 'Sent'])
      await house.visitor().post(`${old}/register`, {})
      await house.visitor().post('/login', { returnTo: old })
      expect((await row('fay@example.com')).opened_at).toBeNull()
      await house.visitor().post('/invite/1-made-up/register', {})
      await house.visitor().post('/login', { returnTo: '/invite/' })
    })

    test('logging in on the page opens it, whether that worked or not, and so does refusing to accept', async () => {
      const link = await invite('gus@example.com')
      const guest = await house.visitor().visit(link)
      await guest.press('Log in', { 'Email address': 'carol@example.com', Password: 'wrong, sorry' })
      expect((await row('gus@example.com')).opened_at).not.toBeNull()

      const other = await invite('hal@example.com')
      const carol = house.visitor()
      await carol.visit(other)
      await carol.press('Log in', { 'Email address': 'carol@example.com', Password: PASSWORD })
      expect(carol.path).toBe(other)
      expect((await row('hal@example.com')).opened_at).not.toBeNull()

      const third = await invite('ida@example.com')
      await alice.post(`${third}/accept`)
      expect([alice.status, (await row('ida@example.com')).opened_at !== null], 'she is in already').toEqual([
        422,
        true,
      ])
      await carol.post('/login', { returnTo: '/clientarea', email: 'x', password: 'y' })
    })
  })

  describe('Copy link', () => {
    const SECRET = /\/invite\/\d+-[\w-]{43}/

    test('the owner is asked, then sees the same link as in the mail, once, and the log says so', async () => {
      const link = await invite('kim@example.com')
      await alice.visit('/account/users')
      expect(alice.html, 'not in the list').not.toMatch(SECRET)
      await alice.follow('Copy link: kim@example.com')
      expect(alice.html, 'not in the question').not.toMatch(SECRET)
      expect(await entries('invite.linkShown', 'kim@example.com')).toEqual([])
      await alice.press('Copy link')
      expect(alice.value('Link')).toBe(house.appUrl + link)
      expect(alice.headers['cache-control']).toBe('no-store')
      expect(alice.headers['referrer-policy']).toBe('strict-origin')
      const [entry] = await entries('invite.linkShown', 'kim@example.com')
      expect([entry?.actor_kind, entry?.actor_name]).toEqual(['user', 'Alice Ames'])
      for (const table of ['activity', 'invitations', 'emails', 'hook_events', 'sessions'])
        expect(JSON.stringify(await house.db(table).select()), table).not.toMatch(SECRET)
      expect(house.logged.join(''), 'nor in what is logged').not.toMatch(SECRET)

      await alice.visit('/account/users')
      expect(alice.html, 'not again').not.toMatch(SECRET)
      const guest = await house.visitor().visit(link)
      expect([guest.status, (await row('kim@example.com')).send_count]).toEqual([200, 1])
    })

    test('an admin with that right; not one with the right to invite alone', async () => {
      const link = await house.linkTo('kim@example.com')
      await ada.visit(`${url}/users`)
      await ada.follow('Copy link: kim@example.com')
      await ada.press('Copy link')
      expect(ada.value('Link')).toBe(house.appUrl + link)
      const { id } = await row('kim@example.com')
      const pat = await anotherAdmin(house, 'Pat', ['list-clients', 'invite'])
      await pat.visit(`${url}/users`)
      expect(pat.text).toContain('kim@example.com')
      expect(pat.text).not.toContain('Copy link')
      const path = `${url}/invites/${id}/link`
      await pat.visit(path)
      expect(pat.status).toBe(403)
      await pat.post(path)
      expect([pat.status, SECRET.test(pat.html)]).toEqual([403, false])
    })

    test('one that has ended, or runs out, has none to show', async () => {
      await invite('leo@example.com')
      const { id } = await row('leo@example.com')
      await house
        .db('invitations')
        .where({ id })
        .update({ expires_at: inDays(-1) })
      await alice.visit('/account/users')
      expect(alice.$(`a:contains("Copy link")[aria-describedby="invite-${id}-name"]`).length).toBe(0)
      for (const who of [alice, ada]) {
        await who.post(who === alice ? `/account/invites/${id}/link` : `${url}/invites/${id}/link`)
        expect([who.status, SECRET.test(who.html)]).toEqual([422, false])
        expect(who.text).toContain('This invitation is not pending any more')
      }
      expect(await entries('invite.linkShown', 'leo@example.com')).toEqual([])
    })

    test('another account, another user, nobody: nothing is shown', async () => {
      const { id } = await row('kim@example.com')
      const carol = await house.user('carol', 'Chen Labs')
      await carol.post(`/account/invites/${id}/link`)
      expect(carol.status).toBe(404)
      const bob = await house.user('bob', 'Acme Hosting')
      await bob.post(`/account/invites/${id}/link`)
      expect(bob.status).toBe(403)
      const nobody = house.visitor()
      await nobody.post(`/account/invites/${id}/link`)
      expect(nobody.status).toBe(401)
      for (const who of [carol, bob, nobody]) expect(who.html).not.toMatch(SECRET)
    })

    test('H7 an admin who acts as the owner is shown none', async () => {
      const { id } = await row('kim@example.com')
      const acting = await house.admin()
      await acting.post(`${url}/users/1/act-as`)
      await acting.visit('/account/users')
      expect(acting.text).toContain('kim@example.com')
      expect(acting.text).not.toContain('Copy link')
      await acting.post(`/account/invites/${id}/link`)
      expect([acting.status, SECRET.test(acting.html)]).toEqual([403, false])
    })
  })
})
