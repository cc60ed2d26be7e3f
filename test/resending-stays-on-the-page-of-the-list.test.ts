import { beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import { guest, plantInvites, waiting } from './support/many-invites.ts'
import type { Visitor } from './support/visitor.ts'

const SECOND_PAGE = Array.from({ length: 2 }, (_, nth) => guest(24 + nth))

describe.each(['Client Area', 'Admin Area'])('on a later page of Pending Invites, %s', (area) => {
  let house: TestHouse
  let visitor: Visitor
  let url: string

  beforeEach(async () => {
    house = await startHouse()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await plantInvites(house, 26)
    const { id } = await house.clientNamed('Acme Hosting')
    visitor = area === 'Client Area' ? alice : await house.admin()
    url = area === 'Client Area' ? '/account/users' : `/admin/clients/${id}/users`
    await visitor.visit(url)
    await next()
    expect(waiting(visitor)).toEqual(SECOND_PAGE)
  })

  const next = () => visitor.visit(String(visitor.$('nav[aria-label^=Pages] a[rel=next]').attr('href')))

  test('Resend Invite comes back to that page, which the one that was resent has left', async () => {
    await visitor.press(`Resend Invite: ${guest(25)}`)
    expect(visitor.told).toContain('A new link went to')
    expect(visitor.path, 'and to the list, however far down it stands').toMatch(/\?pending=.*#pending$/)
    expect(waiting(visitor)).toEqual([guest(24)])
  })

  test('so does Cancel Invite, and the way back from its question', async () => {
    await visitor.follow(`Cancel Invite: ${guest(24)}`)
    await visitor.follow('Keep it')
    expect(waiting(visitor)).toEqual(SECOND_PAGE)
    await visitor.follow(`Cancel Invite: ${guest(24)}`)
    await visitor.press('Cancel Invite')
    expect(visitor.told).toBe(`The invitation of ${guest(24)} is cancelled.`)
    expect(waiting(visitor)).toEqual([guest(25)])
  })

  test('once nothing is left of the page, the last one is there', async () => {
    for (const email of SECOND_PAGE) {
      await visitor.follow(`Cancel Invite: ${email}`)
      await visitor.press('Cancel Invite')
    }
    expect(waiting(visitor)).toEqual([
      'dora@example.com',
      ...Array.from({ length: 24 }, (_, nth) => guest(nth)),
    ])
    expect(visitor.$('nav[aria-label^=Pages]').length, 'all of it is one page').toBe(0)
    await plantMore()
    await visitor.visit(`${url}?pending=1_2020-01-01T00:00:00.000Z`)
    expect(waiting(visitor)).toHaveLength(25)
    expect(waiting(visitor).at(-1)).toBe('last@many.test')
  })

  async function plantMore() {
    const { id: _, ...row } = await house
      .db('invitations')
      .where({ email: guest(3) })
      .first()
    const last = {
      email: 'last@many.test',
      open_email: 'last@many.test',
      sent_at: '2026-02-01T00:00:00.000Z',
    }
    await house.db('invitations').insert({ ...row, ...last, nonce: 'last' })
  }

  test('a search is kept as well, and what else stands in the address is not', async () => {
    await visitor.visit(`${url}?invited=guest2&x=%22%3E&pending=`)
    await visitor.press(`Resend Invite: ${guest(24)}`)
    expect(visitor.path).toBe(`${url}?invited=guest2#pending`)
    expect(waiting(visitor)[0]).toBe(guest(24))
    expect(waiting(visitor)).toHaveLength(6)
  })

  test('where a link is shown, the way back leads there, too', async () => {
    await visitor.follow(`Copy link: ${guest(24)}`)
    await visitor.press('Copy link')
    await visitor.follow('Back')
    expect(waiting(visitor)).toEqual(SECOND_PAGE)
  })
})
