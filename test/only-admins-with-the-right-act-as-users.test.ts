import { beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { actAs, anotherAdmin, userIdOf } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('who may act as whom', () => {
  let house: TestHouse
  let ada: Visitor

  beforeEach(async () => {
    house = await startHouse()
    ada = await house.admin()
  })

  const acting = (at: Visitor) => at.$('.acting').text().replace(/\s+/g, ' ').trim()
  const logged = (action: string) => house.db('activity').where({ action }).orderBy('id')

  test('it takes the place of a login that the browser had; a planted cookie becomes no session', async () => {
    const browser = (await house.admin()).cookie('admin_session')
    const planted = await fetch(`${house.appUrl}/admin/users/${await userIdOf(house, 'bob')}/act-as`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: `session=planted; admin_session=${browser}`, Origin: house.appUrl },
    })
    expect(planted.status).toBe(303)
    expect(planted.headers.getSetCookie().join()).not.toContain('session=planted')
    const both = await house.user('carol')
    const own = both.cookie('session')
    await both.visit('/admin/login')
    await both.press('Log in', { 'Email address': 'ada@latchkey.test', Password: PASSWORD })
    const { status } = await both.visit('/admin')
    expect(status).toBe(200)
    await actAs(house, both, 'alice')
    const mine = both.cookie('session')
    expect(mine).toMatch(/^[\w-]{30,}$/)
    expect(mine).not.toBe(own)
    const user_id = await userIdOf(house, 'carol')
    expect(await house.db('sessions').where({ user_id })).toEqual([])
  })

  test('H7 in another browser its cookie opens nothing, beside another admin’s neither', async () => {
    await actAs(house, ada, 'alice')
    const sam = await anotherAdmin(house, 'Sam', 'full')
    const ask = async (...cookies: string[]) => {
      const headers = { Cookie: cookies.join('; ') }
      const answer = await fetch(`${house.appUrl}/clientarea`, { headers, redirect: 'manual' })
      return answer.status
    }
    const [session, admin] = [
      `session=${ada.cookie('session')}`,
      `admin_session=${ada.cookie('admin_session')}`,
    ]
    expect(await ask(session, admin)).toBe(200)
    expect(await ask(session)).toBe(303)
    expect(await ask(session, `admin_session=${sam.cookie('admin_session')}`)).toBe(303)
    expect(await ask(session, 'admin_session=')).toBe(303)
    await sam.post('/acting/end')
    expect([sam.path, await logged('acting.ended')]).toEqual(['/admin', []])
    await ada.visit('/clientarea')
    expect(acting(ada)).toContain('you act as Alice Ames')
  })

  test('Support may, Read-only and a role without the right may not and are not offered it', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    const userId = await userIdOf(house, 'alice')
    await actAs(house, await anotherAdmin(house, 'Sue', 'support'), 'alice')
    expect(await logged('acting.started')).toHaveLength(1)
    const others = [await anotherAdmin(house, 'Rea', 'read-only')]
    others.push(
      await anotherAdmin(house, 'Own', ['list-users', 'list-clients', 'edit-users', 'manage-access']),
    )
    for (const other of others) {
      for (const page of [`/admin/users/${userId}`, `/admin/clients/${id}`, `/admin/clients/${id}/users`]) {
        await other.visit(page)
        expect([page, other.status, other.$('a[href$="/act-as"]').length]).toEqual([page, 200, 0])
      }
      for (const url of [`/admin/users/${userId}/act-as`, `/admin/clients/${id}/users/${userId}/act-as`]) {
        expect((await other.visit(url)).status).toBe(403)
        expect((await other.post(url)).status).toBe(403)
      }
    }
    const alice = await house.user('alice')
    await alice.post(`/admin/users/${userId}/act-as`)
    expect(alice.status).toBe(401)
    expect(await logged('acting.started')).toHaveLength(1)
  })

  test('nobody acts as a login that is not active, as a user who is not there, or for somebody else’s client', async () => {
    const { id } = await house.clientNamed('Chen Labs')
    const userId = await userIdOf(house, 'bob')
    for (const url of ['/admin/users/9999/act-as', `/admin/clients/${id}/users/${userId}/act-as`]) {
      expect((await ada.visit(url)).status).toBe(404)
      expect((await ada.post(url)).status).toBe(404)
    }
    for (const status of ['disabled', 'merged', 'deleted']) {
      await house.db('users').where({ id: userId }).update({ status })
      await ada.visit(`/admin/users/${userId}`)
      expect(ada.$('a[href$="/act-as"]')).toHaveLength(0)
      await ada.post(`/admin/users/${userId}/act-as`)
      expect([status, ada.status, ada.text.includes('This login is not active')]).toEqual([status, 422, true])
    }
    expect(await house.db('sessions').whereNotNull('admin_id')).toEqual([])
  })
})
