import { beforeEach, describe, expect, test } from 'vitest'
import { proof, typedProof } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin looks after logins', () => {
  let house: TestHouse
  let ada: Visitor
  let id: number

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
    id = (await house.db('users').where({ email: 'bob@example.com' }).first('id')).id
  })

  const row = () => house.db('users').where({ id }).first()
  const told = async (action: string) => (await house.db('activity').where({ action, user_id: id })).length

  test('finds them by the beginning of a name, and by what is the matter', async () => {
    await ada.visit('/admin/users?search=bob')
    expect(ada.text).toContain('bob@example.com')
    expect(ada.text).not.toContain('alice@example.com')
    await ada.visit('/admin/users?filter=disabled')
    expect(ada.text).toContain('No user found')
    await house.db('users').where({ id }).update({ status: 'deleted' })
    await ada.visit('/admin/users?search=bob')
    expect(ada.text).not.toContain('bob@example.com')
  })

  test('disabling ends it at the next click, once; enabling opens the login again', async () => {
    const bob = await house.user('bob')
    await ada.visit(`/admin/users/${id}/disable`)
    await ada.press('Disable')
    expect(ada.path).toBe(`/admin/users/${id}`)
    await bob.visit('/user/accounts')
    expect(bob.path.split('?')[0]).toBe('/login')
    await ada.post(`/admin/users/${id}/disable`)
    expect(ada.status).toBe(422)
    expect(await told('user.disabled')).toBe(1)
    await ada.visit(`/admin/users/${id}/enable`)
    await ada.press('Enable')
    expect((await row()).status).toBe('active')
    await (await house.user('bob')).visit('/user/accounts')
  })

  test('logs somebody out everywhere', async () => {
    const bob = await house.user('bob')
    await ada.visit(`/admin/users/${id}/end-sessions`)
    await ada.press('Log out everywhere')
    await bob.visit('/user/accounts')
    expect(bob.path.split('?')[0]).toBe('/login')
    expect(await told('user.sessionsEnded')).toBe(1)
  })

  test('sends a link for a new password, but not to a disabled login', async () => {
    await ada.visit(`/admin/users/${id}/send-reset`)
    await ada.press('Send a new password link')
    expect(await house.linkTo('bob@example.com')).toContain('/password/reset/')
    await house.db('users').where({ id }).update({ status: 'disabled' })
    await ada.post(`/admin/users/${id}/send-reset`)
    expect(ada.status).toBe(422)
  })

  test('removes two-factor and tells the user; without any it is refused', async () => {
    await ada.post(`/admin/users/${id}/remove-factor`, proof)
    expect(ada.status).toBe(422)
    const key = { person_kind: 'user', person_id: id }
    const at = new Date().toISOString()
    await house.db('totp_factors').insert({ ...key, secret: 'x', confirmed_at: at, created_at: at })
    await house.db('users').where({ id }).update({ factors: 1 })
    await ada.visit(`/admin/users/${id}/remove-factor`)
    await ada.press('Remove two-factor', typedProof)
    expect((await row()).factors).toBe(0)
    expect(await house.db('totp_factors').where(key)).toEqual([])
    const sent = await house.db('emails').where({ template: 'factor-removed', to_address: 'bob@example.com' })
    expect(sent).toHaveLength(1)
  })

  test('an admin without the right only looks; ids that are not there are not found', async () => {
    await house.db('admins').update({ role: 'read-only' })
    await ada.visit(`/admin/users/${id}`)
    expect([ada.status, ada.$('a[href$="/disable"]').length]).toEqual([200, 0])
    await ada.post(`/admin/users/${id}/disable`)
    expect([ada.status, (await row()).status]).toEqual([403, 'active'])
    for (const wrong of ['999999', '0', 'x']) {
      await ada.visit(`/admin/users/${wrong}`)
      expect(ada.status).toBe(404)
    }
  })
})
