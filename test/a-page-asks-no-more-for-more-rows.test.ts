import { beforeAll, expect, test } from 'vitest'
import { type Query, queriesOf, type Walk, walkOf } from './support/asked-queries.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

let house: TestHouse
let walk: Walk

beforeAll(async () => {
  house = await startHouse()
  walk = await walkOf(house)
})

const MOST_A_PAGE = 40

/** How many queries each page takes: the fewest of six visits, since what runs beside it may be counted once. */
async function countAll() {
  const counts = new Map<string, number>()
  for (const { url, path, visitor } of walk.pages) {
    const asked: number[] = []
    for (let nth = 0; nth < 6; nth++) asked.push((await queriesOf(house, () => visitor.visit(url))).length)
    expect([visitor.status, path]).toEqual([200, path])
    counts.set(path, Math.min(...asked))
  }
  return counts
}

test('session, association and permissions take no more than two queries together', async () => {
  const alice = await house.user('alice', 'Acme Hosting')
  await alice.visit('/clientarea')
  const about = ({ sql }: Query) => /`(sessions|associations|users)`/.test(sql)
  const asked = (await queriesOf(house, () => alice.visit('/account/details'))).filter(about)
  expect(asked).toHaveLength(2)
})

test("a client's users are shown with few queries, in either area", async () => {
  const [alice, ada] = [await house.user('alice', 'Acme Hosting'), await house.admin()]
  const { id } = await house.clientNamed('Acme Hosting')
  const few: [Visitor, string, number][] = [
    [ada, `/admin/clients/${id}/users`, 7],
    // Two of them because somebody asks Alice for access.
    [alice, '/account/users', 12],
  ]
  for (const [visitor, path, most] of few) {
    await visitor.visit(path)
    const asked = await queriesOf(house, () => visitor.visit(path))
    expect(asked.length, asked.map(({ sql }) => sql).join('\n')).toBeLessThanOrEqual(most)
  }
})

test('each page takes as many queries for many rows as for few', async () => {
  // Of every list more than a page: below it there is one query more, for how many there are in all.
  await walk.grow(60)
  const few = await countAll()
  await walk.grow(15)
  const many = await countAll()
  const grown = [...many].filter(([path, count]) => count > (few.get(path) ?? 0))
  expect(grown.map(([path, count]) => `${path}: ${few.get(path)} → ${count}`)).toEqual([])
  expect([...many].filter(([, count]) => count > MOST_A_PAGE)).toEqual([])
  expect(few.size).toBeGreaterThan(60)
}, 240_000)
