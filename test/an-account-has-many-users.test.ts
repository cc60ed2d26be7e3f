import { beforeAll, expect, test } from 'vitest'
import { up } from '../migrations/005-search-by-words.ts'
import { totalOf } from '../src/web/totals.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const AT = '2026-01-01T00:00:00.000Z'
const DATES = { created_at: AT, updated_at: AT }
let house: TestHouse
let id: number

beforeAll(async () => {
  house = await startHouse()
  id = (await house.clientNamed('Brown Bakery')).id
  const rows = Array.from({ length: 69 }, (_, nth) => ({
    ...{
      email: `baker${nth}@many.example`,
      first_name: nth % 2 ? 'Same' : `Baker ${nth}`,
      last_name: 'Many',
    },
    ...{ search_text: `baker ${nth} baker${nth}@many.example`, ...DATES },
  }))
  await house.db.batchInsert('users', rows, 50)
  await up(house.db)
  const ids: number[] = await house.db('users').where('email', 'like', '%@many.example').pluck('id')
  const access = ids.map((user_id) => ({ client_id: id, user_id, permissions: 'tickets', ...DATES }))
  await house.db.batchInsert('associations', access, 50)
})

const namesOn = (visitor: Visitor) =>
  visitor
    .$('li[id^=user-] .person-address')
    .map((_, one) => visitor.$(one).text().trim())
    .get()

const walk = async (visitor: Visitor) => {
  const pages = [namesOn(visitor)]
  while (visitor.$('a[rel=next]').length > 0) {
    await visitor.follow('Next page')
    pages.push(namesOn(visitor))
  }
  return pages
}

test('its users come a page at a time, the owner first, each once; the total is there from the start', async () => {
  const ada = await house.admin()
  await ada.visit(`/admin/clients/${id}/users`)
  const bob = await house.user('bob', 'Brown Bakery')
  await bob.visit('/account/users')
  for (const visitor of [ada, bob]) {
    expect(visitor.$('#users .count').text()).toBe('70')
    expect(visitor.text, 'the total stands there once').not.toContain('in all')
    const pages = await walk(visitor)
    expect(pages.map((page) => page.length)).toEqual([50, 20])
    expect(pages[0]?.[0]).toBe('bob@example.com')
    expect(new Set(pages.flat()).size).toBe(70)
    await visitor.follow('First page')
    expect(namesOn(visitor)).toHaveLength(50)
  }
}, 60_000)

test('somebody among them is found by searching; nobody from another account is', async () => {
  const bob = await house.user('bob', 'Brown Bakery')
  await bob.visit('/account/users')
  await bob.press('Search', { 'Search by name or address': 'baker67' })
  expect(namesOn(bob)).toEqual(['baker67@many.example'])
  expect(bob.$('#users .count').text(), 'of all that there are').toBe('1 of 70')
  await bob.press('Search', { 'Search by name or address': 'carol' })
  expect(namesOn(bob)).toEqual([])
  expect(bob.text).toContain('No user found.')
})

test('a short list has neither search nor pages', async () => {
  const alice = await house.user('alice', 'Ames Consulting')
  await alice.visit('/account/users')
  expect(alice.text).not.toContain('Next page')
  expect(alice.$('[role=search]').length).toBe(0)
})

test('a total is exact to ten thousand', () => {
  expect(totalOf(10_000)).toBe('10000')
  expect(totalOf(10_001)).toBe('more than 10,000')
})
