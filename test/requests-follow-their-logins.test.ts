import { beforeEach, describe, expect, test } from 'vitest'
import { typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { idsOf, lookAtMerge } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

describe('what was asked follows the logins that are merged or deleted', () => {
  let house: TestHouse
  let ada: Visitor
  let ids: Awaited<ReturnType<typeof idsOf>>

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
    ids = await idsOf(house)
  })

  const ask = async (name: string, email: string) =>
    (await house.user(name)).post('/user/accounts/request', { email, word: `From ${name}` })
  const rows = () => house.db('access_requests').orderBy('id')

  test('merged: the login that stays asks in its stead, once, and not itself', async () => {
    await ask('carol', 'nobody@example.com')
    await ask('carol', 'alice@example.com')
    await ask('bob', 'alice@example.com')
    await ask('carol', 'bob@example.com')
    await ask('bob', 'carol@example.com')
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    expect((await house.db('users').where({ id: ids.carol }).first()).status).toBe('merged')
    const held = (await rows()).filter(({ held_by_user_id }) => held_by_user_id)
    expect(held.map(({ user_id, owner_email, status }) => [user_id, owner_email, status])).toEqual([
      [ids.bob, 'nobody@example.com', 'open'],
      [ids.bob, 'alice@example.com', 'open'],
    ])
    expect((await rows()).filter(({ status }) => status === 'withdrawn')).toHaveLength(3)
    const alice = await house.user('alice', 'Ames Consulting')
    await alice.visit('/account/users')
    expect(alice.text).toContain('Requests for access 1')
    expect(alice.text).toContain('From bob')
  })

  test('the owner merged away: who stays is asked', async () => {
    await ask('alice', 'carol@example.com')
    await lookAtMerge(ada, ids)
    await ada.press('Merge the logins', typedProof)
    const bob = await house.user('bob', 'Chen Labs')
    await bob.visit('/account/users')
    expect(bob.text).toContain('From alice')
  })

  test('deleted: nothing that names the login is left', async () => {
    await house.db('associations').where({ user_id: ids.carol }).delete()
    await house.db('clients').where({ owner_id: ids.carol }).update({ owner_id: ids.bob })
    await ask('carol', 'alice@example.com')
    await ask('bob', 'carol@example.com')
    await house.db('users').where({ id: ids.carol }).update({ review_asked_at: '2026-01-01T00:00:00.000Z' })
    await ada.post(`/admin/users/${ids.carol}/delete`, { current_password: typedProof['Your password'] })
    expect(await house.db('users').where({ id: ids.carol }).first()).toMatchObject({
      status: 'deleted',
      review_asked_at: null,
    })
    expect(await rows()).toEqual([])
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    expect(alice.text).not.toContain('Requests for access')
  })
})
