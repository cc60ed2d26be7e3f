import { beforeAll, describe, expect, test } from 'vitest'
import { atOnce, crowd, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import type { Visitor } from '../support/visitor.ts'

let house: TestHouse
let alice: Visitor
let guests: Visitor[]
let acme: { id: number }

beforeAll(async () => {
  house = await startHouse()
  alice = await house.user('alice')
  guests = await crowd(house, 20)
  acme = await house.clientNamed('Acme Hosting')
})

const invite = async (email: string) => {
  await alice.post('/account/users/invite', { email })
  return house.linkTo(email)
}
const row = (email: string) => house.db('invitations').where({ email }).orderBy('id', 'desc').first()
const associated = async () =>
  (await house.db('associations').where({ client_id: acme.id }).pluck('user_id')).length - 2
const events = async (name: string) => (await house.db('hook_events').where({ name })).length
const clear = () =>
  house.db('associations').where({ client_id: acme.id }).whereNotIn('user_id', [1, 2]).delete()

describe('one link', () => {
  // Fails when takeClient is left out of takeOffer (src/domain/accepting.ts) together with the conditions
  // status, nonce and time of endInvitation's update: then several are associated.
  test('20 users accept at once: one wins, 19 read that it is dead', async () => {
    const link = await invite('race@example.com')
    const before = await events('UserAssociated')
    const answers = await atOnce(
      guests.map((guest) => async () => (await guest.post(`${link}/accept`)).status),
    )
    expect(tally(answers)).toEqual({ 200: 1, 404: 19 })
    expect(await associated()).toBe(1)
    expect(await row('race@example.com')).toMatchObject({ status: 'accepted', open_email: null })
    expect((await events('UserAssociated')) - before).toBe(1)
    await clear()
  })

  test('20 newcomers create an account on it at once: one user comes of it, and nobody is left half made', async () => {
    const link = await invite('newcomers@example.com')
    const users = async () => (await house.db('users').count({ n: '*' }))[0]?.n as number
    const before = Number(await users())
    const strangers = Array.from({ length: 20 }, () => house.visitor())
    const password = 'a long sentence of mine'
    const answers = await atOnce(
      strangers.map((stranger, nth) => async () => {
        const person = { first_name: 'New', last_name: 'Comer', email: `new${nth}@example.org`, password }
        return (await stranger.post(`${link}/register`, person)).status
      }),
    )
    expect(tally(answers)[200]).toBe(1)
    expect(Object.keys(tally(answers)).every((status) => ['200', '404', '429', '503'].includes(status))).toBe(
      true,
    )
    expect(Number(await users()) - before).toBe(1)
    expect(await associated()).toBe(1)
    await clear()
  })

  test.each([
    ['cancel', 'cancelled'],
    ['resend', 'pending'],
  ] as const)('accept against %s: one of the two holds, never both', async (step, otherwise) => {
    for (let round = 0; round < 12; round++) {
      const email = `${step}${round}@example.com`
      const link = await invite(email)
      const { id } = await row(email)
      const guest = guests[round] as Visitor
      const answers = await atOnce([
        async () => (await guest.post(`${link}/accept`)).status,
        async () => (await alice.post(`/account/invites/${id}/${step}`)).status,
      ])
      const { status } = await row(email)
      const access = await associated()
      expect([status, access], `round ${round}: ${answers}`).toEqual(
        status === 'accepted' ? ['accepted', 1] : [otherwise, 0],
      )
      expect(answers.every((answer) => answer < 500)).toBe(true)
      await clear()
    }
  })

  test('accept against decline and against closing the client: access only by an accepted one', async () => {
    const ada = await house.admin()
    for (let round = 0; round < 12; round++) {
      const email = `end${round}@example.com`
      const link = await invite(email)
      const guest = guests[round] as Visitor
      const against = [
        () => house.visitor().post(`${link}/decline`),
        () => ada.post(`/admin/clients/${acme.id}/close`),
      ][round % 2] as () => Promise<Visitor>
      const [one, other] = await atOnce([() => guest.post(`${link}/accept`), against])
      const { status } = await row(email)
      expect(await associated(), `round ${round}, ${status}`).toBe(status === 'accepted' ? 1 : 0)
      expect(Math.max(one?.status ?? 0, other?.status ?? 0)).toBeLessThan(500)
      await ada.post(`/admin/clients/${acme.id}/reopen`)
      await clear()
      await alice.post('/user/accounts', { client_id: acme.id })
    }
  })

  // The next two fail when takeClient (src/domain/change.ts) takes nothing: the guarded update of the
  // invitation alone does not see what another transaction is just doing to the association.
  test('H2 accept against being associated directly: one row, and nobody gets a 500', async () => {
    const ada = await house.admin()
    for (let round = 0; round < 12; round++) {
      const email = `direct${round}@example.com`
      const link = await invite(email)
      const guest = guests[round] as Visitor
      const { id } = await house
        .db('users')
        .where({ email: `guest${round}@example.com` })
        .first('id')
      const direct = { user_id: String(id), send_invite: 'no', permissions: 'tickets' }
      const [one, other] = await atOnce([
        () => guest.post(`${link}/accept`),
        () => ada.post(`/admin/clients/${acme.id}/users/associate`, direct),
      ])
      expect([one?.status, other?.status].filter((status) => status === 200)).toHaveLength(1)
      expect(Math.max(one?.status ?? 0, other?.status ?? 0)).toBe(422)
      expect(await associated()).toBe(1)
      await clear()
    }
  })

  test('H2 accept against removing its inviter: access and removal never both, and no dead invitation stays', async () => {
    const ada = await house.admin()
    const owned = (user: number) => ada.post(`/admin/clients/${acme.id}/users/${user}`, { make_owner: '1' })
    for (let round = 0; round < 10; round++) {
      const email = `inviter${round}@example.com`
      const link = await invite(email)
      await owned(2)
      const guest = guests[round] as Visitor
      const [one, other] = await atOnce([
        () => guest.post(`${link}/accept`),
        () => ada.post(`/admin/clients/${acme.id}/users/1/remove`),
      ])
      const { status } = await row(email)
      expect(['accepted', 'cancelled']).toContain(status)
      const access = await house
        .db('associations')
        .where({ client_id: acme.id })
        .whereNotIn('user_id', [1, 2])
      expect(access).toHaveLength(status === 'accepted' ? 1 : 0)
      expect(Math.max(one?.status ?? 0, other?.status ?? 0)).toBeLessThan(500)
      await clear()
      await ada.post(`/admin/clients/${acme.id}/users/associate`, {
        user_id: '1',
        send_invite: 'no',
        permissions: 'tickets',
      })
      await owned(1)
      await alice.post('/user/accounts', { client_id: acme.id })
    }
  })
})
