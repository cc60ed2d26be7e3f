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
    expect(ada.$('#log li a').attr('href')).toBe(`/admin/clients/${id}`)
    const day = new Date().toISOString().slice(0, 10)
    await ada.visit(`/admin/activity?text=dora@&from=${day}&to=${day}`)
    expect(log()).toContain('invited dora@example.com')
    const others = ['text=d%25a', 'text=dora@&to=2020-01-01', 'text=dora@&ip=192.0.2.99', 'user=999999']
    for (const other of others) {
      await ada.visit(`/admin/activity?${other}`)
      expect(log(), other).toContain('There is nothing like that')
    }
  })

  test('a filter that cannot be right gets a sentence, and no entries', async () => {
    for (const [bad, sentence] of [
      ['client=x', '“x” is not a number of ours'],
      ['admin=0', '“0” is not a number of ours'],
      ['user=1&user=2', 'Each of these can be filled in once.'],
      ['action=__proto__', 'Choose from the list what happened.'],
      ['from=2026-99-99', '“2026-99-99” is not a day'],
      ['from=2026-02-02&to=2026-02-01', 'The last day comes before the first.'],
      ['ip=192.0.2', '“192.0.2” is not an IP address'],
      [`text=${'x'.repeat(101)}`, 'at most 100 characters'],
    ]) {
      await ada.visit(`/admin/activity?${bad}`)
      expect([ada.status, bad]).toEqual([422, bad])
      expect(ada.told, bad).toContain(sentence)
      expect(ada.$('#log').length, bad).toBe(0)
      expect(ada.$('[autofocus]').attr('aria-invalid'), bad).toBe('true')
      const name = bad?.includes('to=') ? 'to' : bad?.split('=')[0]
      const described = ada.$(`[name="${name}"]`).attr('aria-describedby')
      expect(ada.$(`[id="${described}"]`).text(), bad).toContain(sentence)
    }
    for (const unknown of ['before=-1', 'text[a]=b', 'what=ever']) {
      await ada.visit(`/admin/activity?${unknown}`)
      expect([ada.status, unknown]).toEqual([200, unknown])
      expect(ada.$('#log li').length, unknown).toBeGreaterThan(0)
    }
  })

  test('what happened is chosen by its name, in groups', async () => {
    await ada.visit('/admin/activity')
    const { $ } = ada
    const names = $('#action option').map((_, one) => $(one).text())
    expect(names.get()).toContain('Changed the owner from … to …')
    expect($('#action option[value="invite.sent"]').parent().attr('label')).toBe('Invitations')
    expect(names.get().filter((name) => /^\w+\.\w+$/.test(name))).toEqual([])
    expect(new Set(names.get()).size, 'no two of one name').toBe(names.length)
  })

  test('an entry says what was before and after, in words', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/details')
    await alice.press('Save', { City: 'Kiel' })
    const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
    await alice.post(`/account/users/${bob.id}/permissions`, { permissions: ['orders', 'tickets'] })
    await alice.visit('/account/activity')
    expect(alice.text).toContain('edited the details: City from nothing to Kiel')
    expect(alice.text).toMatch(/changed permissions from Services, invoices, tickets to .*orders/i)
    await ada.visit('/admin/settings')
    await ada.press('Save', { Name: 'Keys' })
    await ada.visit('/admin/activity?action=setting.changed')
    expect(ada.text).toContain('changed the setting “Name” from Latchkey to Keys')
    await ada.visit('/admin/settings')
    await ada.press('Save', { Name: 'Latchkey' })
  })

  test('the log of one client has a tab of its own, with pages and filters', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/clients/${id}`)
    await ada.visit(ada.$('.tabs a:last-child').attr('href') ?? '')
    const tab = ada.$('.tabs [aria-current="page"]')
    expect([ada.path, tab.text()]).toEqual([`/admin/clients/${id}/activity`, 'Activity'])
    expect(log()).toContain('invited dora@example.com')
    expect(log()).not.toContain('opened the client Brown Bakery')
    await ada.visit(`/admin/clients/${id}/activity?action=client.opened&client=2`)
    expect(ada.$('#log li')).toHaveLength(1)
    await ada.visit(`/admin/clients/${id}/activity?from=x`)
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('“x” is not a day')])
    await ada.visit('/admin/clients/999999/activity')
    expect(ada.status).toBe(404)
  })

  test('page after page, every entry comes once, also while others arrive', async () => {
    const { id } = await house.clientNamed('Brown Bakery')
    const at = '2026-11-01T00:00:00.000Z'
    const add = (request_id: string, count: number) =>
      house.db('activity').insert(
        Array.from({ length: count }, (_, ordinal) => ({
          ...{ request_id, ordinal, at, actor_kind: 'admin', actor_id: 1, actor_name: 'Ada' },
          ...{ client_id: id, action: 'invite.sent', ip: '' },
          detail: JSON.stringify({ email: `${request_id}${ordinal}@example.com` }),
        })),
      )
    await add('there', 120)
    const seen: string[] = []
    await ada.visit(`/admin/clients/${id}/activity?action=invite.sent`)
    for (let page = 0; page < 9; page++) {
      seen.push(...(log().match(/there\d+@/g) ?? []))
      await add(`new${page}`, 7)
      if (!ada.$('a[rel="next"]').length) break
      await ada.follow('Older')
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, nth) => `there${119 - nth}@`))
    await ada.follow('Newest')
    expect(log()).toContain('new0')
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

  test('who did something is told to owners; from where, only to whoever did it', async () => {
    const { db } = house
    const client_id = (await house.clientNamed('Chen Labs')).id
    const carol = await db('users').where({ email: 'carol@example.com' }).first()
    const at = '2026-11-01T00:00:00.000Z'
    const log = (nth: number, action: string, who: object, detail: object = {}) => ({
      ...{ request_id: 'who', ordinal: nth, at, client_id: null, user_id: null, acting_admin_name: null },
      ...{ acting_admin_id: null, action, detail: JSON.stringify(detail), ip: `198.51.100.${nth}` },
      ...who,
    })
    const carolDid = { actor_kind: 'user', actor_id: carol.id, actor_name: 'Carol Chen' }
    const adaDid = { actor_kind: 'admin', actor_id: 1, actor_name: 'Ada Admin' }
    const bobDid = { actor_kind: 'user', actor_id: 99, actor_name: 'Bob Brown' }
    const visitorDid = { actor_kind: 'visitor', actor_id: null, actor_name: '' }
    const asCarol = { ...carolDid, acting_admin_id: 1, acting_admin_name: 'Ada Admin' }
    const [mail, invited] = [{ email: 'x@example.com', subject: 'Hidden' }, { email: 'x@example.com' }]
    await db('activity').insert([
      log(11, 'invite.sent', { ...carolDid, client_id }, invited),
      log(12, 'client.closed', { ...adaDid, client_id }),
      log(13, 'client.reopened', { ...asCarol, client_id }),
      log(14, 'invite.cancelled', { ...bobDid, client_id }, invited),
      log(15, 'invite.declined', { ...visitorDid, client_id }, invited),
      log(16, 'email.retried', { ...adaDid, client_id, user_id: carol.id }, mail),
      log(17, 'password.reset', { ...visitorDid, user_id: carol.id }),
      log(18, 'user.sessionsEnded', { ...adaDid, user_id: carol.id }, invited),
    ])
    const places = (page: Visitor) => [...new Set(page.html.match(/198\.51\.100\.\d+/g))].sort()
    const owner = await house.user('carol', 'Chen Labs')
    for (const url of ['/account/activity', '/account/activity.csv']) {
      await owner.visit(url)
      expect([url, ...places(owner)]).toEqual([url, '198.51.100.11'])
      for (const one of ['Ada Admin closed', 'Ada Admin as Carol Chen opened', 'Bob Brown cancelled'])
        expect(owner.html.replace(/<[^>]+>/g, ''), url).toContain(one)
      expect(owner.html, url).not.toContain('Hidden')
    }
    for (const url of ['/user/activity', '/user/activity.csv']) {
      await owner.visit(url)
      expect([url, ...places(owner)]).toEqual([url, '198.51.100.11', '198.51.100.17'])
      expect(owner.html.replace(/<[^>]+>/g, ''), url).toContain('Ada Admin logged x@example.com out')
      expect(owner.html, url).not.toContain('Hidden')
    }
    await ada.visit(`/admin/clients/${client_id}/activity?admin=1`)
    expect(places(ada)).toEqual(['198.51.100.12', '198.51.100.13', '198.51.100.16'])
  })

  test('a user’s pages and file hold what they did and what was done with their login, once and in order', async () => {
    const { db } = house
    const { id } = await db('users').where({ email: 'bob@example.com' }).first()
    const at = '2026-11-01T00:00:00.000Z'
    const who = [
      { actor_id: id, user_id: null },
      { actor_id: id, user_id: id },
      { actor_id: 99, user_id: id },
      { actor_id: 99, user_id: 99 },
    ]
    await db('activity').insert(
      Array.from({ length: 200 }, (_, ordinal) => ({
        ...{ request_id: 'mixed', ordinal, at, actor_kind: 'user', actor_name: 'Bob', ip: '' },
        ...{ action: 'invite.sent', detail: JSON.stringify({ email: `m${ordinal}@example.com` }) },
        ...who[ordinal % 4],
      })),
    )
    const theirs = Array.from({ length: 200 }, (_, nth) => 199 - nth).filter((nth) => nth % 4 !== 3)
    const bob = await house.user('bob')
    await bob.visit('/user/activity.csv')
    const told = (page: Visitor) => [...page.html.matchAll(/invited m(\d+)@/g)].map(([, nth]) => Number(nth))
    expect(told(bob)).toEqual(theirs)
    const seen: number[] = []
    await bob.visit('/user/activity')
    for (;;) {
      seen.push(...told(bob))
      if (!bob.$('a[rel="next"]').length) break
      await bob.follow('Older')
    }
    expect(seen).toEqual(theirs)
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
