import { beforeAll, expect, test } from 'vitest'
import { atOnce, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { allowReminding, nearTheEnd, runReminding } from '../support/reminding.ts'
import type { Visitor } from '../support/visitor.ts'

let house: TestHouse
let alice: Visitor

beforeAll(async () => {
  house = await startHouse()
  alice = await house.user('alice', 'Acme Hosting')
  await allowReminding(house)
})

const invitation = (email: string) => house.db('invitations').where({ email }).orderBy('id', 'desc').first()
const count = async (table: string, where: object) =>
  Number((await house.db(table).where(where).count({ n: '*' }))[0]?.n)

test('the same list from four tabs at once: one pending invitation for each address, and each sending has its mail', async () => {
  const names = ['ann', 'ben', 'cy', 'dee']
  const lists = names.map((_, nth) => [...names.slice(nth), ...names.slice(0, nth)])
  const answers = await atOnce(
    lists.map((list) => async () => {
      const email = list.map((name) => `${name}@example.com`).join(',')
      return (await alice.newTab().post('/account/users/invite', { email })).status
    }),
  )
  expect(tally(answers)).toEqual({ 200: 4 })
  for (const name of names) {
    const email = `${name}@example.com`
    expect(await count('invitations', { email })).toBe(1)
    expect((await invitation(email)).send_count).toBe(4)
    expect(await count('emails', { to_address: email, template: 'invitation' })).toBe(4)
  }
})

// Fails when `reminded_at: null` is left out of the update in src/domain/reminding.ts.
test('the job runs four times at once: each is reminded once', async () => {
  for (const name of ['ann', 'ben', 'cy', 'dee']) await nearTheEnd(house, `${name}@example.com`)
  const done = await atOnce(Array.from({ length: 4 }, () => () => runReminding(house)))
  expect(done.reduce((sum, one) => sum + one, 0)).toBe(4)
  for (const name of ['ann', 'ben', 'cy', 'dee'])
    expect(
      await count('emails', { to_address: `${name}@example.com`, template: 'invitation-reminder' }),
    ).toBe(1)
})

test('reminding while it is sent again, cancelled or shown: it is marked as reminded only with a mail for that link', async () => {
  for (let round = 0; round < 6; round++) {
    const email = `round${round}@example.com`
    await alice.post('/account/users/invite', { email })
    await nearTheEnd(house, email)
    const { id } = await invitation(email)
    const step = ['resend', 'cancel'][round % 2]
    const [, , shown] = await atOnce([
      async () => runReminding(house),
      async () => (await alice.newTab().post(`/account/invites/${id}/${step}`)).status,
      async () => (await alice.newTab().post(`/account/invites/${id}/link`)).status,
    ])
    const now = await invitation(email)
    const mails = await count('emails', {
      invitation_id: id,
      template: 'invitation-reminder',
      send_count: now.send_count,
    })
    expect([step, mails]).toEqual([step, now.reminded_at ? 1 : 0])
    expect([200, 422]).toContain(shown)
  }
})

test('opened by many hands at once: noted once', async () => {
  await alice.post('/account/users/invite', { email: 'eve@example.com' })
  const link = await house.linkTo('eve@example.com')
  const guests = Array.from({ length: 8 }, () => house.visitor())
  await atOnce(guests.map((guest) => () => guest.post(`${link}/register`, {})))
  expect(await count('activity', { action: 'invite.opened' })).toBe(1)
})
