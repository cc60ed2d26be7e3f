import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const MANY = 60
const FIRST = 1_000
const DATES = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }
const nameOf = (nth: number) => `Firm ${String(nth).padStart(2, '0')}`

describe('an agency’s user has many accounts: pages, a search and how many there are', () => {
  let house: TestHouse
  let bob: Visitor
  let ada: Visitor
  let id: number

  beforeAll(async () => {
    house = await startHouse()
    const { db } = house
    bob = await house.user('bob')
    ada = await house.admin()
    id = (await db('users').where({ email: 'bob@example.com' }).first('id')).id
    const { owner_id } = await house.clientNamed('Chen Labs')
    const numbers = Array.from({ length: MANY }, (_, nth) => nth)
    const client = (nth: number) => ({
      ...{ id: FIRST + nth, owner_id, company_name: nameOf(nth), email: `f${nth}@x.test`, ...DATES },
      ...{ first_name: 'F', last_name: 'L', search_text: nameOf(nth).toLowerCase() },
    })
    const access = { user_id: id, permissions: 'tickets', ...DATES }
    await db.batchInsert('clients', numbers.map(client), 20)
    await db.batchInsert(
      'associations',
      numbers.map((nth) => ({ ...access, client_id: FIRST + nth })),
      20,
    )
  })

  const places = (): [Visitor, string, string, string][] => [
    [bob, '/user/notifications', 'main .panel-head h2', 'No account of yours matches that.'],
    [ada, `/admin/users/${id}`, '[aria-labelledby=accounts] .row-who', 'No client found.'],
  ]
  const shown = ({ $ }: Visitor, names: string) =>
    $(names)
      .toArray()
      .map((one) => $(one).text().trim())

  test('each account stands on one of the pages', async () => {
    for (const [visitor, url, names] of places()) {
      const seen: string[] = []
      for (let next: string | undefined = url; next; ) {
        await visitor.visit(next)
        const some = shown(visitor, names)
        expect([url, some.length <= 25]).toEqual([url, true])
        expect(visitor.$('#accounts .count, .pager').text()).toContain(String(MANY + 2))
        seen.push(...some)
        next = visitor.$('.pager a[rel=next]').attr('href')?.split('#')[0]
      }
      expect(seen).toHaveLength(MANY + 2)
      expect(new Set(seen).size).toBe(MANY + 2)
    }
  })

  test('one is found by its name; what nothing is called says so', async () => {
    for (const [visitor, url, names, none] of places()) {
      await visitor.visit(`${url}?q=firm+42`)
      expect(shown(visitor, names)).toEqual(['Firm 42'])
      await visitor.visit(`${url}?q=nothing+of+the+kind`)
      expect(shown(visitor, names)).toEqual([])
      expect(visitor.text).toContain(none)
      await visitor.visit(`${url}?before=x&q=%25_`)
      expect([url, visitor.status]).toEqual([url, 200])
    }
  })

  test('saving the mail of a page of them comes back to it', async () => {
    await bob.visit('/user/notifications')
    await bob.visit(String(bob.$('.pager a[rel=next]').attr('href')))
    const there = bob.path
    const names = shown(bob, 'main .panel-head h2')
    await bob.press('Save', { 'my permissions change': false })
    expect([bob.told, bob.path]).toEqual(['Your choices are saved.', there])
    expect(shown(bob, 'main .panel-head h2')).toEqual(names)
    const changed = await house.db('associations').where({ unwanted_mail: 'permissions' }).pluck('client_id')
    expect(changed.map((id) => nameOf(id - FIRST))).toEqual([names[0]])
  })

  test('whoever has accounts on other pages is not offered to be deleted', async () => {
    await ada.visit(`/admin/users/${id}?q=nothing+of+the+kind`)
    expect(ada.$(`a[href="/admin/users/${id}/delete"]`)).toHaveLength(0)
    await ada.visit(`/admin/users/${id}/delete`)
    expect(ada.text).not.toContain('For good')
  })

  test('who has a few sees neither pages nor a search', async () => {
    const carol = await house.user('carol')
    const carols = await house.db('users').where({ email: 'carol@example.com' }).first('id')
    for (const [visitor, url] of [
      [carol, '/user/notifications'],
      [ada, `/admin/users/${carols.id}`],
    ] as const) {
      await visitor.visit(url)
      expect(visitor.$('main .pager, main [role=search]')).toHaveLength(0)
    }
  })
})
