import { beforeEach, describe, expect, test } from 'vitest'
import { examine } from '../src/domain/doctor.ts'
import { moveClock } from '../src/platform/clock.ts'
import { loggedInAdmin } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'
import { setLimit } from './support/wide-limits.ts'

const URL = '/admin/invitations'

describe('an admin looks after the invitations of all clients', () => {
  let house: TestHouse
  let ada: Visitor
  let acme: { id: number }

  beforeEach(async () => {
    moveClock(0)
    house = await startHouse()
    ada = await house.admin()
    acme = await house.clientNamed('Acme Hosting')
    const alice = await house.user('alice', 'Acme Hosting')
    for (const name of ['dora', 'erik', 'fay']) await invite(alice, name)
  })

  async function invite(owner: Visitor, name: string) {
    await owner.visit('/account/users')
    await owner.press('Send Invite', { 'Email address': `${name}@example.com` })
  }

  const of = (name: string) =>
    house
      .db('invitations')
      .where({ email: `${name}@example.com` })
      .orderBy('id', 'desc')
      .first()
  const listed = () =>
    ada
      .$('#invitations .row-who strong')
      .map((_, one) => ada.$(one).text())
      .get()
  const sound = async () => {
    for await (const one of examine(house.db, { pauseMs: 1 })) expect(one).toBeUndefined()
  }

  test('finds them by client, inviter, state and age; the menu leads there', async () => {
    await ada.visit('/admin')
    await ada.follow('Invitations')
    expect(listed()).toEqual(['fay@example.com', 'erik@example.com', 'dora@example.com'])
    const { id } = await of('dora')
    await house.db('invitations').where({ id }).update({ sent_at: '2020-01-01T00:00:00.000Z' })
    for (const [query, found] of [
      ['client=acme', 3],
      [`client=%23${acme.id}`, 3],
      ['client=nobody', 0],
      ['inviter=alice', 3],
      ['inviter=ada', 0],
      ['state=pending&inviter=ames', 3],
      ['state=cancelled', 0],
      ['state=expired', 0],
      ['age=within-1', 2],
      ['age=over-30', 1],
      ['state=nonsense&age=nonsense&before=nonsense', 3],
    ] as const) {
      await ada.visit(`${URL}?${query}`)
      expect([query, ada.status, listed().length]).toEqual([query, 200, found])
    }
    moveClock(8 * 24 * 3_600_000)
    ada = await house.admin()
    await ada.visit(`${URL}?state=expired`)
    expect(listed(), 'over without the job having said so').toHaveLength(3)
    await ada.visit(`${URL}?state=pending`)
    expect(listed()).toEqual([])
  })

  test('a page at a time, each invitation once, also those sent in the same moment', async () => {
    const { id: _, ...row } = await of('dora')
    const many = Array.from({ length: 60 }, (_, nth) => ({
      ...row,
      email: `many${nth}@example.com`,
      open_email: null,
      status: 'cancelled',
      ended_at: row.sent_at,
    }))
    for (let at = 0; at < 60; at += 20) await house.db('invitations').insert(many.slice(at, at + 20))
    const seen: string[] = []
    await ada.visit(`${URL}?state=cancelled&client=acme`)
    for (let page = 0; page < 3; page++) {
      seen.push(...listed())
      if (page < 2) await ada.follow('Older')
    }
    expect(seen).toHaveLength(60)
    expect(new Set(seen).size).toBe(60)
    expect(ada.$('#invitations [name=ids]').length, 'nothing is to be done with these').toBe(0)
  })

  test('several are cancelled at once; each says whether it was, and why not', async () => {
    await ada.visit(URL)
    await ada.press('Cancel invitations', { 'dora@example.com': true, 'erik@example.com': true })
    expect(ada.title).toBe('Cancel invitations')
    expect((await of('dora')).status, 'looking changes nothing').toBe('pending')
    const page = ada.newTab()
    await page.visit(ada.path)
    const guest = house.visitor()
    await guest.visit(await house.linkTo('erik@example.com'))
    await guest.press('Decline')
    await ada.press('Cancel invitations')
    expect(ada.$('section[aria-labelledby=done]').text()).toContain('dora@example.com for Acme Hosting')
    expect(ada.$('section[aria-labelledby=not]').text()).toContain('erik@example.com')
    expect(ada.$('section[aria-labelledby=not]').text()).toContain('not pending any more')
    expect([(await of('dora')).status, (await of('erik')).status, (await of('fay')).status]).toEqual([
      'cancelled',
      'declined',
      'pending',
    ])
    await page.press('Cancel invitations')
    expect(page.$('section[aria-labelledby=done]').length, 'a second click').toBe(0)
    expect(await house.db('activity').where({ action: 'invite.cancelled' })).toHaveLength(1)
    await sound()
  })

  test('several are resent at once: new links, in the name of the admin; the limits hold for each', async () => {
    const old = await house.linkTo('dora@example.com')
    await ada.visit(URL)
    await ada.press('Resend invitations', { 'dora@example.com': true, 'fay@example.com': true })
    await ada.press('Resend invitations')
    expect(ada.$('section[aria-labelledby=done] li').length).toBe(2)
    const guest = house.visitor()
    expect((await guest.visit(old)).status).toBe(404)
    expect((await guest.visit(await house.linkTo('dora@example.com'))).status).toBe(200)
    expect(await of('fay')).toMatchObject({ send_count: 2, invited_by_user_id: null })
    await setLimit(house.db, 'invitesOfClient', 6)
    const ids = [(await of('dora')).id, (await of('fay')).id]
    await ada.post(`${URL}/resend`, { ids })
    expect(ada.$('section[aria-labelledby=done] li').length, 'one was left').toBe(1)
    expect(ada.$('section[aria-labelledby=not] .row-error').text()).not.toBe('')
    await sound()
  })

  test('nothing ticked, strange ids, too many: a sentence, and nothing is done', async () => {
    await ada.visit(`${URL}/cancel`)
    expect([ada.status, ada.text]).toEqual([200, expect.stringContaining('tick at least one')])
    for (const ids of [[], ['999999'], ['x', '-1', '1e9']]) {
      await ada.post(`${URL}/cancel`, { ids })
      expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('tick at least one')])
    }
    await ada.post(`${URL}/cancel`, { ids: Array.from({ length: 51 }, () => String(acme.id)) })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('At most 50 at once.')])
    expect(await house.db('invitations').whereNot({ status: 'pending' })).toEqual([])
  })

  test('who may look may not act without the right to invite', async () => {
    const { visitor } = await loggedInAdmin(house, 'Rita', 'read-only')
    await visitor.visit(URL)
    expect([visitor.status, visitor.$('[name=ids]').length, visitor.$('a[href$="/address"]').length]).toEqual(
      [200, 0, 0],
    )
    const { id } = await of('dora')
    for (const [path, body] of [
      ['cancel', { ids: [id] }],
      ['resend', { ids: [id] }],
      [`${id}/address`, { email: 'right@example.com' }],
    ] as const) {
      await visitor.post(`${URL}/${path}`, body)
      expect([path, visitor.status]).toEqual([path, 403])
    }
    expect(await of('dora')).toMatchObject({ status: 'pending', send_count: 1 })
    await (await house.user('alice')).visit(URL)
    expect((await of('right')) ?? null).toBeNull()
  })

  test('a mistyped address is corrected: the old link is dead, the same offer goes to the right one', async () => {
    const old = await house.linkTo('dora@example.com')
    const before = await of('dora')
    await ada.visit(`${URL}/${before.id}/address`)
    expect(ada.value('Email address')).toBe('dora@example.com')
    await ada.press('Correct and send', { 'Email address': 'Dorothea@Example.com' })
    expect([ada.path, ada.told]).toEqual([
      URL,
      expect.stringContaining('dora@example.com does not work any more'),
    ])
    expect(await of('dora')).toMatchObject({ status: 'cancelled', open_email: null })
    const after = await of('dorothea')
    expect(after).toMatchObject({
      status: 'pending',
      permissions: before.permissions,
      invited_by_admin_id: 1,
    })
    expect(after.nonce).not.toBe(before.nonce)
    const guest = house.visitor()
    expect((await guest.visit(old)).status).toBe(404)
    expect((await guest.visit(await house.linkTo('dorothea@example.com'))).status).toBe(200)
    const [entry] = await house.db('activity').where({ action: 'invite.corrected' })
    expect(JSON.parse(entry.detail)).toEqual({ before: 'dora@example.com', after: 'dorothea@example.com' })
    const told = await house.db('hook_events').orderBy('id', 'desc').limit(2).pluck('name')
    expect(told).toEqual(['InviteSent', 'InviteCancelled'])
    await sound()
  })

  test('the right address is checked as for inviting; what is over is not corrected', async () => {
    const { id } = await of('dora')
    const page = `${URL}/${id}/address`
    for (const [email, sentence] of [
      ['', 'Enter an email address.'],
      ['dora@', 'not complete'],
      ['dora@example.com', 'went to this address already'],
      ['erik@example.com', 'a pending invitation of erik@example.com already'],
      ['bob@example.com', 'a user of the account already'],
    ] as const) {
      await ada.post(page, { email })
      expect([email, ada.status, ada.told]).toEqual([email, 422, expect.stringContaining(sentence)])
    }
    expect(ada.value('Email address'), 'kept').toBe('bob@example.com')
    expect((await of('dora')).status).toBe('pending')
    await ada.post(page, { email: 'right@example.com' })
    await ada.post(page, { email: 'wrong@example.com' })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('not pending any more')])
    expect(await of('wrong')).toBeUndefined()
    for (const strange of ['999999', 'x']) {
      await ada.post(`${URL}/${strange}/address`, { email: 'right@example.com' })
      expect(ada.status).toBe(404)
    }
    await sound()
  })
})
