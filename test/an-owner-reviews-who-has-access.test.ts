import { beforeAll, describe, expect, test } from 'vitest'
import { askForReviews } from '../src/domain/access-review.ts'
import { inDays } from '../src/platform/clock.ts'
import { actAs } from './support/acting.ts'
import { bySystem } from './support/asked-for.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { associate, idsOf } from './support/merging.ts'
import type { Visitor } from './support/visitor.ts'

const PAGE = '/user/access-review'

describe('an owner reviews who has access', () => {
  let house: TestHouse
  let alice: Visitor
  let ids: Awaited<ReturnType<typeof idsOf>> & { consulting: number }

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ids = { ...(await idsOf(house)), consulting: (await house.clientNamed('Ames Consulting')).id }
    await associate(house, ids.carol, ids.consulting, 'invoices')
    await house
      .db('associations')
      .where({ user_id: ids.bob, client_id: ids.acme })
      .update({
        last_login_at: inDays(-1),
        ends_at: inDays(10),
      })
  })

  const rows = (visitor: Visitor) =>
    visitor
      .$('tbody tr .person-name')
      .map((_, one) => visitor.$(one).text().trim())
      .get()
  const has = (user_id: number, client_id: number) =>
    house.db('associations').where({ user_id, client_id }).first('user_id')

  test('all users of all owned accounts, and filters', async () => {
    await alice.visit('/clientarea')
    await alice.follow('Access Review')
    expect(rows(alice)).toEqual(['Bob Brown', 'Carol Chen'])
    expect(alice.text).toMatch(
      /Bob Brown.*Acme Hosting.*Services, invoices, tickets.*Carol Chen.*Ames Consulting/,
    )
    for (const [query, names] of [
      ['never=1', ['Carol Chen']],
      [`client=${ids.acme}`, ['Bob Brown']],
      [`client=${ids.bakery}`, []],
      ['text=CHÉN', ['Carol Chen']],
      ['text=%25', []],
      ['factor=1&text=bob', ['Bob Brown']],
      ['before=999999999-1', []],
      ['before=x&client=x&never=x&text[a]=b', ['Bob Brown', 'Carol Chen']],
    ] as const) {
      await alice.visit(`${PAGE}?${query}`)
      expect([query, rows(alice)]).toEqual([query, names])
    }
    await house.db('users').where({ id: ids.bob }).update({ factors: 1 })
    await alice.visit(`${PAGE}?factor=1`)
    expect(rows(alice)).toEqual(['Carol Chen'])
    await house.db('users').where({ id: ids.bob }).update({ factors: 0 })
  })

  test('H30 as a file, where nothing is a formula', async () => {
    const name = { first_name: '=HYPERLINK("x")' }
    await house.db('users').where({ id: ids.carol }).update(name)
    await alice.visit(`${PAGE}.csv?client=${ids.consulting}`)
    expect(alice.headers['content-type']).toContain('text/csv')
    const lines = alice.html.trim().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(
      `"Ames Consulting","'=HYPERLINK(""x"") Chen","carol@example.com","Invoices","","No","",""`,
    )
    await house.db('users').where({ id: ids.carol }).update({ first_name: 'Carol' })
  })

  test('another sees nothing of it, and cannot remove', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.visit(PAGE)
    expect(rows(bob)).toEqual([])
    await bob.visit(`${PAGE}/remove?who=${ids.consulting}-${ids.carol}`)
    expect(bob.html).not.toContain('carol@example.com')
    await bob.post(`${PAGE}/remove`, { who: `${ids.consulting}-${ids.carol}` })
    expect(bob.html).not.toContain('Carol')
    expect(await has(ids.carol, ids.consulting)).toBeTruthy()
    expect((await house.visitor().visit(PAGE)).title).toBe('Log in')
  })

  test('H7 an admin who acts as the owner looks, and removes nobody', async () => {
    const ada = await actAs(house, await house.admin(), 'alice')
    await ada.visit(PAGE)
    expect(rows(ada)).toEqual(['Bob Brown', 'Carol Chen'])
    expect(ada.$('input[name=who], form[method=post][action^="/user/access-review"]').length).toBe(0)
    await ada.post(`${PAGE}/remove`, { who: `${ids.acme}-${ids.bob}` })
    expect(ada.status).toBe(403)
    await ada.post(`${PAGE}/reminder`, { review: '1' })
    expect(ada.status).toBe(403)
    expect(await has(ids.bob, ids.acme)).toBeTruthy()
  })

  test('an account that requires two-factor is left out for an owner without it', async () => {
    await house.db('clients').where({ id: ids.acme }).update({ require_factor: 1 })
    await alice.visit(PAGE)
    expect(rows(alice)).toEqual(['Carol Chen'])
    expect(alice.text).toContain('Accounts that require two-factor are left out')
    await alice.post(`${PAGE}/remove`, { who: `${ids.acme}-${ids.bob}` })
    expect(await has(ids.bob, ids.acme)).toBeTruthy()
    await house.db('clients').where({ id: ids.acme }).update({ require_factor: 0 })
  })

  test('several are removed at once: each is named first, and the answer says what was not', async () => {
    await alice.visit(PAGE)
    await alice.press('Remove Access')
    expect(alice.text).toContain('Nobody is chosen')
    await alice.visit(PAGE)
    await alice.press('Remove Access', {
      'Bob Brown, Acme Hosting': true,
      'Carol Chen, Ames Consulting': true,
    })
    expect(alice.text).toContain('Bob Brown (bob@example.com): Acme Hosting')
    expect(alice.text).toContain('Carol Chen (carol@example.com): Ames Consulting')
    const again = alice.newTab()
    await again.visit(alice.path)
    await house.db('associations').where({ user_id: ids.carol, client_id: ids.consulting }).delete()
    await alice.press('Remove Access')
    expect([alice.status, alice.text]).toEqual([200, expect.stringContaining('Bob Brown: Acme Hosting')])
    expect(alice.text).toContain('without access by now: 1')
    expect(await has(ids.bob, ids.acme)).toBeUndefined()
    const done = await house.db('activity').where({ action: 'user.disassociated' })
    expect(done).toMatchObject([{ client_id: ids.acme, user_id: ids.bob, actor_id: ids.alice }])
    expect((await house.mailTo('bob@example.com')).map(({ text }) => text).join()).toContain('Acme Hosting')
    await again.press('Remove Access')
    expect(again.text, 'a second click').toContain('without access by now: 2')
    await alice.post(`${PAGE}/remove`, { who: ['x', `${ids.acme}-${ids.alice}`, { a: 'b' }] })
    expect(alice.status).toBe(200)
    expect(await has(ids.alice, ids.acme)).toBeTruthy()
  })

  test('two removals of the same people at once: each is removed once', async () => {
    await house.db('activity').where({ action: 'user.disassociated' }).select('id')
    const before = (await house.db('activity').where({ action: 'user.disassociated' })).length
    await associate(house, ids.bob, ids.acme, 'invoices')
    await associate(house, ids.carol, ids.acme, 'invoices')
    const who = [`${ids.acme}-${ids.bob}`, `${ids.acme}-${ids.carol}`]
    const tabs = [alice.newTab(), alice.newTab(), alice.newTab()]
    await Promise.all(tabs.map((tab) => tab.post(`${PAGE}/remove`, { who })))
    expect(tabs.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await house.db('activity').where({ action: 'user.disassociated' })).toHaveLength(before + 2)
    expect(await house.db('associations').where({ client_id: ids.acme })).toHaveLength(1)
  })

  test('once a quarter a mail asks to look, if the owner set that, also when several ask at once', async () => {
    const asked = async () =>
      (await house.mailTo('alice@example.com')).filter(({ subject }) => subject.startsWith('Look who has'))
    await associate(house, ids.bob, ids.acme, 'invoices')
    const run = () => askForReviews(house.db, bySystem)
    const ago = (days: number) =>
      house
        .db('users')
        .where({ id: ids.alice })
        .update({ review_asked_at: inDays(-days) })
    expect(await run()).toBe(0)
    await alice.visit(PAGE)
    await alice.press('Remind me')
    expect(alice.told).toContain('We will remind you')
    expect(await run()).toBe(0)
    await ago(92)
    expect((await Promise.all([run(), run(), run()])).reduce((sum, one) => sum + one)).toBe(1)
    expect(await asked()).toHaveLength(1)
    expect((await asked())[0]?.text).toContain(PAGE)
    expect(await run()).toBe(0)
    await ago(92)
    await alice.visit(PAGE)
    await alice.press('Stop reminding me')
    expect(await run()).toBe(0)
    await house.db('associations').where({ user_id: ids.bob, client_id: ids.acme }).delete()
    await ago(92)
    expect(await run(), 'nobody to look at').toBe(0)
  })

  test('a page at a time', async () => {
    const at = '2026-01-01T00:00:00.000Z'
    const person = (nth: number) => ({
      ...{ email: `p${nth}@example.com`, first_name: `P${String(nth).padStart(3, '0')}`, last_name: 'X' },
      ...{ search_text: 'p', created_at: at, updated_at: at },
    })
    for (let nth = 0; nth < 60; nth++) {
      await house.db('users').insert(person(nth))
      const { id } = await house
        .db('users')
        .where({ email: `p${nth}@example.com` })
        .first('id')
      await associate(house, id, ids.acme, 'invoices')
    }
    await alice.visit(PAGE)
    expect(rows(alice)).toHaveLength(50)
    expect(alice.$('.pager').text()).toContain('60 in all')
    await alice.follow('Next page')
    expect(rows(alice)).toHaveLength(10)
    expect(alice.$('.pager').text()).toContain('60 in all')
    await alice.follow('First page')
    expect(rows(alice)[0]).toContain('P000')
    await alice.visit(`${PAGE}.csv`)
    expect(alice.html.trim().split('\r\n')).toHaveLength(61)
  })
})
