import { beforeAll, describe, expect, test } from 'vitest'
import { loggedInAdmin } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin downloads everything that is kept about a user', () => {
  let house: TestHouse
  let ada: Visitor
  let id: number

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await house.mailTo('dora@example.com')
    const carol = await house.db('users').where({ email: 'carol@example.com' }).first('id')
    const at = new Date().toISOString()
    const asked = { user_id: carol.id, owner_email: 'alice@example.com', word: 'Please', status: 'open' }
    const dates = { expires_at: at, created_at: at, updated_at: at }
    await house.db('access_requests').insert({ ...asked, ...dates })
    id = (await house.db('users').where({ email: 'alice@example.com' }).first('id')).id
  })

  const url = () => `/admin/users/${id}/export`

  test('from their page: one file of JSON, kept by no cache, and it is in the log', async () => {
    await ada.visit(`/admin/users/${id}`)
    await ada.follow('Download data')
    expect(await house.db('activity').where({ action: 'user.exported' }), 'looking writes nothing').toEqual(
      [],
    )
    await ada.press('Download')
    expect(ada.status).toBe(200)
    expect(ada.headers['content-disposition']).toMatch(
      new RegExp(`attachment; filename=user-${id}-\\d{4}-\\d\\d-\\d\\d\\.json`),
    )
    expect([ada.headers['cache-control'], ada.headers['content-type']]).toEqual([
      'no-store',
      'application/json; charset=utf-8',
    ])
    const data = JSON.parse(ada.html)
    expect(data.logins).toMatchObject([{ id, email: 'alice@example.com', first_name: 'Alice' }])
    expect(data.accounts.length).toBeGreaterThan(0)
    expect(data.owned.length).toBeGreaterThan(0)
    expect(data.sessions.length).toBe(1)
    expect(data.devices.length).toBe(1)
    expect(data.invitationsSent).toMatchObject([{ email: 'dora@example.com', status: 'pending' }])
    expect(data.accessRequestsGot).toMatchObject([{ owner_email: 'alice@example.com', word: 'Please' }])
    expect(data.activity.map(({ action }: { action: string }) => action)).toContain('invite.sent')
    expect(await house.db('activity').where({ action: 'user.exported', user_id: id })).toHaveLength(1)
    await ada.visit('/admin/activity')
    expect(ada.text).toContain('downloaded the data of alice@example.com')
  })

  test('no secret is in it, and nobody else’s browser', async () => {
    await ada.post(url())
    const text = ada.html
    expect(text).not.toMatch(/hash|nonce|secret|token|\$argon/)
    const { nonce } = await house.db('invitations').first()
    expect(text).not.toContain(nonce)
    const bob = (await house.db('users').where({ email: 'bob@example.com' }).first('id')).id
    await ada.post(`/admin/users/${bob}/export`)
    expect(JSON.parse(ada.html).invitationsSent).toEqual([])
    expect(ada.html).not.toContain('dora@example.com')
  })

  test('more than one step is all of it, each once', async () => {
    const { id: _, ...mail } = await house.db('emails').where({ to_address: 'dora@example.com' }).first()
    const many = Array.from({ length: 1_100 }, (_, nth) => ({
      ...mail,
      template: 'new-device',
      invitation_id: null,
      send_count: null,
      user_id: id,
      status: 'sent',
      message_id: `<many-${nth}@example.com>`,
    }))
    for (let at = 0; at < many.length; at += 50) await house.db('emails').insert(many.slice(at, at + 50))
    await ada.post(url())
    const ids = JSON.parse(ada.html).emails.map((one: { id: number }) => one.id)
    const kept = await house.db('emails').where({ user_id: id }).orWhere({ to_address: 'alice@example.com' })
    expect([ids.length, new Set(ids).size]).toEqual([kept.length, kept.length])
  })

  test('without the right there is no link and no file; nobody’s id is not found', async () => {
    const { visitor } = await loggedInAdmin(house, 'Sam', 'support')
    await visitor.visit(`/admin/users/${id}`)
    expect(visitor.$('a[href$="/export"]').length).toBe(0)
    const before = await house.db('activity').where({ action: 'user.exported' })
    for (const path of [url(), '/admin/users/99999/export']) {
      await visitor.post(path)
      expect(visitor.status).toBe(403)
    }
    const alice = await house.user('alice')
    await alice.post(url())
    expect(alice.status).toBe(401)
    await ada.post('/admin/users/99999/export')
    expect(ada.status).toBe(404)
    expect(await house.db('activity').where({ action: 'user.exported' })).toEqual(before)
  })
})
