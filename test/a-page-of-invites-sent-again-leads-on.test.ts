import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import { guest, plantInvites, waiting } from './support/many-invites.ts'
import type { Visitor } from './support/visitor.ts'

const DAY_MS = 86_400_000

describe('invitations that ran out and were sent again fill a page of the list', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await plantInvites(house, 60)
    await ranOutTwice()
  })

  /** Twice the same 25 were invited, later than the others, and let it run out. */
  async function ranOutTwice() {
    const { id: _, ...row } = await house
      .db('invitations')
      .where({ email: guest(0) })
      .first()
    const at = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
    const run = (nth: number, sent_at: string) => ({
      ...{ ...row, email: `again${nth}@many.test`, open_email: null, nonce: `${sent_at}${nth}`.slice(-22) },
      ...{ status: 'expired', sent_at, expires_at: at(-1) },
    })
    const all = (days: number) => Array.from({ length: 25 }, (_, nth) => run(nth, at(days + nth / 100_000)))
    await house.db.batchInsert('invitations', [...all(2), ...all(1)], 50)
  }

  const next = () => alice.visit(String(alice.$('nav[aria-label^=Pages] a[rel=next]').attr('href')))

  test('behind it the others come, each once', async () => {
    await alice.visit('/account/users')
    const seen = waiting(alice)
    for (let page = 2; page <= 5; page++) {
      await next()
      seen.push(...waiting(alice))
    }
    const again = Array.from({ length: 25 }, (_, nth) => `again${24 - nth}@many.test`)
    expect(seen).toEqual([
      ...again,
      'dora@example.com',
      ...Array.from({ length: 60 }, (_, nth) => guest(nth)),
    ])
  })
})
