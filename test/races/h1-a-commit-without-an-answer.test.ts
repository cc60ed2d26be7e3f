import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { atEnd } from '../support/at-end.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { type Cut, startProxy } from '../support/tcp-proxy.ts'
import type { Visitor } from '../support/visitor.ts'

let house: TestHouse
let proxy: Awaited<ReturnType<typeof startProxy>>
let alice: Visitor
let ada: Visitor
let acme: { id: number }

beforeAll(async () => {
  const server = new URL(String(process.env.TEST_DATABASE_URL))
  proxy = await startProxy({ host: server.hostname, port: Number(server.port) })
  atEnd(() => proxy.stop())
  house = await startHouse({ databaseThrough: proxy.port })
  alice = await house.user('alice')
  ada = await house.admin()
  acme = await house.clientNamed('Acme Hosting')
})

const count = async (table: string, where: object) => (await house.db(table).where(where)).length
let cutsBefore: number
beforeEach(async () => {
  await house.delivery.settled()
  cutsBefore = proxy.cuts()
})

/** Cuts the line at the COMMIT of what is done, which delivering must not be in the way of. */
async function cutWhile(when: Cut, act: () => Promise<Visitor>, nth = 1) {
  await house.delivery.settled()
  proxy.cutAtCommit(when, nth)
  const answer = await act()
  expect(proxy.cuts(), 'the line was cut').toBe(cutsBefore + 1)
  return answer
}

// Fails when wasDone is left out of change(): "after" is then a 503, or done twice.
describe.each<Cut>(['after', 'before', 'long before'])(
  'H1: the connection dies %s COMMIT has reached the server',
  (when) => {
    const email = `h1-${when.replace(' ', '-')}@example.com`

    test('an invitation is sent once, and its sender is told so', async () => {
      const sent = () => count('activity', { action: 'invite.sent', client_id: acme.id })
      const before = await sent()
      await alice.visit('/account/users')
      await cutWhile(when, () => alice.press('Send Invite', { 'Email address': email }))
      expect([alice.status, alice.path]).toEqual([200, '/account/users'])
      expect(alice.told).toContain(email)
      expect(await house.db('invitations').where({ email }).select('status', 'send_count')).toEqual([
        { status: 'pending', send_count: 1 },
      ])
      expect(await sent()).toBe(before + 1)
      expect(await house.mailTo(email)).toHaveLength(1)
    })

    test('an invitation is accepted once, and the newcomer is led into the account', async () => {
      const here = { client_id: acme.id, user_id: 3 }
      const accepted = () => count('activity', { action: 'invite.accepted', user_id: 3 })
      const told = () => count('emails', { template: 'invitation-accepted' })
      const before = [await accepted(), await told()] as const
      const link = await house.linkTo(email)
      const carol = await house.user('carol')
      await house.db('associations').where(here).delete()
      await carol.visit(link)
      await cutWhile(when, () => carol.press('Accept'))
      expect([carol.status, carol.path]).toEqual([200, '/clientarea'])
      expect(carol.title).toBe('Acme Hosting')
      expect(await house.db('invitations').where({ email }).pluck('status')).toEqual(['accepted'])
      expect(await count('associations', here)).toBe(1)
      expect([await accepted(), await told()]).toEqual([before[0] + 1, before[1] + 1])
    })

    test('Make Owner happens once', async () => {
      const changes = () => count('activity', { action: 'owner.changed', client_id: acme.id })
      const before = await changes()
      const make = (owner: number) =>
        ada.post(`/admin/clients/${acme.id}/users/${owner}`, { make_owner: '1' })
      await cutWhile(when, () => make(2))
      expect(ada.status).toBe(200)
      expect((await house.clientNamed('Acme Hosting')).owner_id).toBe(2)
      expect(await changes()).toBe(before + 1)
      await make(1)
    })

    test.each([
      ['a new password', '/password/reset', { email: 'nobody@example.com' }, 'password.resetRequested'],
      [
        'a login',
        '/register',
        {
          email: 'new@example.com',
          first_name: 'New',
          last_name: 'Comer',
          password: 'open-sesame-42',
          company_name: '',
        },
        'register.requested',
      ],
    ])('whoever asks for %s is answered, and one entry tells of it', async (_, path, body, action) => {
      const before = await count('activity', { action })
      const visitor = house.visitor()
      await visitor.visit(path)
      await cutWhile(when, () => visitor.post(path, body))
      expect(visitor.status, visitor.text).toBe(200)
      expect(await count('activity', { action })).toBe(before + 1)
    })

    // The login's entry, when the account was entered, the session.
    test.each([1, 2, 3])('who logs in is logged in, whichever COMMIT it is (%i)', async (nth) => {
      const before = await count('activity', { action: 'user.loggedIn', user_id: 3 })
      const carol = await cutWhile(when, () => house.user('carol'), nth)
      expect([carol.status, carol.path]).toEqual([200, '/clientarea'])
      expect(carol.text).toContain('Hello, Carol!')
      expect(await count('activity', { action: 'user.loggedIn', user_id: 3 })).toBe(before + 1)
    })
  },
)

// Fails when reads are not repeated on a new connection.
test('a page that only reads does not notice that all connections were reset', async () => {
  for (let round = 0; round < 5; round++) {
    proxy.cutAll()
    expect((await alice.visit('/account/users')).status).toBe(200)
  }
})
