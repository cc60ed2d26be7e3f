import { beforeEach, describe, expect, test } from 'vitest'
import { findChosen, removeSeveral } from '../src/domain/access-review.ts'
import { timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const ASKS = 'Carol Chen asks you for access'

describe('a request for access ends with its reason', () => {
  let house: TestHouse
  let alice: Visitor
  let carol: Visitor
  let ids: Record<string, number>

  beforeEach(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Ames Consulting')
    carol = await house.user('carol')
    const users = await house.db('users').select('id', 'first_name')
    ids = Object.fromEntries(users.map(({ id, first_name }) => [first_name.toLowerCase(), id]))
    const { id } = await house.clientNamed('Acme Hosting')
    await house.db('associations').where({ user_id: ids.carol, client_id: id }).delete()
  })

  const ask = () => carol.post('/user/accounts/request', { email: 'alice@example.com', word: 'Please' })
  const row = () => house.db('access_requests').first()
  const waiting = async () => (await alice.visit('/account/users')).text.includes('Requests for access 1')
  const mails = async () =>
    (await house.mailTo('alice@example.com')).filter(({ subject }) => subject === ASKS).length

  test('associated by an admin: it is answered, and does not come back when the access is removed', async () => {
    await ask()
    expect(await waiting()).toBe(true)
    const { id } = await house.clientNamed('Acme Hosting')
    const ada = await house.admin()
    const chosen = { user_id: String(ids.carol), send_invite: 'no', check_all: '1', confirmed: '1' }
    await ada.post(`/admin/clients/${id}/users/associate`, chosen)
    expect(await row()).toMatchObject({ status: 'invited', held_by_user_id: null })
    await house.db('associations').where({ client_id: id, user_id: ids.carol }).delete()
    expect(await waiting()).toBe(false)
    await ask()
    expect(await waiting(), 'asked anew').toBe(true)
  })

  test('H6 whoever was disabled, or whose address is not proven any more, reaches no owner', async () => {
    await ask()
    expect(await mails()).toBe(1)
    for (const [set, back] of [
      [{ status: 'disabled' }, { status: 'active' }],
      [{ email_verified_at: null }, { email_verified_at: timestamp() }],
    ] as const) {
      await house.db('users').where({ id: ids.carol }).update(set)
      expect(await waiting(), JSON.stringify(set)).toBe(false)
      const waits = { status: 'waiting', sent_at: null, next_attempt_at: timestamp() }
      const message_id = `<${Object.keys(set)}@example.com>`
      await house
        .db('emails')
        .where({ template: 'access-request' })
        .update({ ...waits, message_id })
      expect(await mails(), JSON.stringify(set)).toBe(1)
      await house.db('users').where({ id: ids.carol }).update(back)
      expect(await waiting(), JSON.stringify(back)).toBe(true)
    }
  })

  test('what an owner did with it is not in the data of who asked, but in the owner’s', async () => {
    await ask()
    await alice.post(`/account/users/requests/${(await row()).id}/ignore`)
    expect((await row()).status).toBe('ignored')
    const ada = await house.admin()
    await ada.post(`/admin/users/${ids.carol}/export`)
    expect(JSON.parse(ada.html).accessRequestsSent).toMatchObject([{ word: 'Please' }])
    expect(ada.html).not.toMatch(/ignored/)
    await ada.post(`/admin/users/${ids.alice}/export`)
    expect(JSON.parse(ada.html).accessRequestsGot).toMatchObject([{ word: 'Please', status: 'ignored' }])
  })

  test('H6 nothing that went to an address which nobody proved, or which was another’s, is handed out', async () => {
    await ask()
    await house.mailTo('alice@example.com')
    const ada = await house.admin()
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    const { id: _, ...bob } = await house.db('users').where({ id: ids.bob }).first()
    const squatter = { ...bob, email: 'dora@example.com', email_verified_at: null }
    await house.db('users').insert(squatter)
    const { id } = await house.db('users').where({ email: 'dora@example.com' }).first('id')
    const handedOut = async () => {
      await ada.post(`/admin/users/${id}/export`)
      const { emails, invitationsGot } = JSON.parse(ada.html)
      return [emails.length, invitationsGot.length]
    }
    expect(await handedOut()).toEqual([0, 0])
    await house.db('users').where({ id }).update({ email_verified_at: timestamp() })
    expect(await handedOut(), 'proven: theirs').toEqual([1, 1])
    await house.db('emails').where({ to_address: 'dora@example.com' }).update({ user_id: ids.bob })
    expect(await handedOut(), 'named another').toEqual([0, 1])
  })

  test('of a review, what was handed over meanwhile is kept, and the others are removed', async () => {
    const owner = await house.db('users').where({ id: ids.alice }).first()
    const acme = await house.clientNamed('Acme Hosting')
    const consulting = await house.clientNamed('Ames Consulting')
    const dates = { created_at: timestamp(), updated_at: timestamp() }
    for (const client of [acme, consulting])
      await house
        .db('associations')
        .insert({ client_id: client.id, user_id: ids.carol, permissions: 'emails', ...dates })
        .catch(() => {})
    const pairs = [acme, consulting].map(({ id }) => ({ client: id, user: ids.carol as number }))
    const chosen = await findChosen(house.db, { owner, acting: false }, pairs)
    await house.db('clients').where({ id: acme.id }).update({ owner_id: ids.bob })
    const former = { client_id: acme.id, user_id: owner.id }
    await house.db('associations').where(former).update({ permissions: 'emails' })
    const by = {
      kind: 'user',
      id: owner.id,
      name: 'Alice',
      ip: '',
      requestId: 'r',
      entries: { next: 0 },
    } as const
    const { removed, kept } = await removeSeveral(house.db, by, chosen)
    expect(removed.map(({ client }) => client.id)).toEqual([consulting.id])
    expect(kept.map(({ one, why }) => [one.client.id, why?.key])).toEqual([[acme.id, 'users.mayNot']])
    expect(await house.db('associations').where({ user_id: ids.carol, client_id: acme.id })).toHaveLength(1)
  })
})
