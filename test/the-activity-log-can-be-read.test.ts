import { beforeAll, describe, expect, test } from 'vitest'
import { addRole, loggedInAdmin } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('the activity log can be read', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post('/account/users/invite', { email: 'dora@example.com', permissions: 'orders' })
    ada = await house.admin()
  })

  const log = () => ada.$('#log').text()

  test('an admin reads who did what, and narrows it down', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/activity?client=${id}&action=invite.sent&text=DORA@`)
    expect(log()).toContain('invited dora@example.com')
    expect(ada.$('#log a').attr('href')).toBe(`/admin/clients/${id}`)
    const day = new Date().toISOString().slice(0, 10)
    await ada.visit(`/admin/activity?text=dora@&from=${day}&to=${day}`)
    expect(log()).toContain('invited dora@example.com')
    for (const other of [
      'text=d%25a',
      'text=dora@&to=2020-01-01',
      'text=dora@&ip=192.0.2.99',
      'user=999999',
    ]) {
      await ada.visit(`/admin/activity?${other}`)
      expect(log(), other).toContain('There is nothing like that')
    }
  })

  test('values that cannot be right filter nothing', async () => {
    for (const bad of [
      'client=x',
      'user[]=1',
      'action=__proto__',
      'from=2026-99-99',
      'before=-1',
      'text[a]=b',
    ]) {
      await ada.visit(`/admin/activity?${bad}`)
      expect([ada.status, bad]).toEqual([200, bad])
      expect(ada.$('#log li').length, bad).toBeGreaterThan(0)
    }
  })

  test('an admin whose role has no right to it is refused', async () => {
    const role = await addRole(house.db, 'few', 'list-users')
    const { visitor: fay } = await loggedInAdmin(house, 'fay', role)
    expect(fay.$('a[href="/admin/activity"]')).toHaveLength(0)
    await fay.visit('/admin/activity')
    expect(fay.status).toBe(403)
  })

  test('an owner reads what happened in the account, and nobody else does', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/activity')
    expect(alice.$('#log').text()).toContain('invited dora@example.com')
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit('/account/activity')
    expect(bob.status).toBe(200)
    expect(bob.text).not.toContain('dora@example.com')
    const { id } = await house.clientNamed('Acme Hosting')
    await bob.visit(`/account/activity?client=${id}`)
    expect(bob.text).not.toContain('dora@example.com')
    const member = await house.user('bob', 'Acme Hosting')
    await member.visit('/account/activity')
    expect(member.status).toBe(403)
  })

  test('a user reads what they did, and not what others did', async () => {
    const bob = await house.user('bob')
    await bob.visit('/user/activity')
    expect(bob.$('#log').text()).toContain('logged in')
    expect(bob.$('#log').text()).not.toContain('dora@example.com')
    const stranger = house.visitor()
    await stranger.visit('/user/activity')
    expect(stranger.path).toContain('/login')
  })
})
