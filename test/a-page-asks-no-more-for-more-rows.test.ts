import { beforeAll, expect, test } from 'vitest'
import { stopClock } from '../src/platform/clock.ts'
import { type Query, queriesOf, type Walk, walkOf } from './support/asked-queries.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

let house: TestHouse
let walk: Walk

beforeAll(async () => {
  house = await startHouse()
  walk = await walkOf(house)
  const visitor = await house.admin()
  walk.pages.push(...SEARCHED.map((url) => ({ url, path: url, visitor })))
})

const MOST_A_PAGE = 40
/** Lists that are looked through: `o…@x.test` are those that grow. */
const SEARCHED = ['/admin/invitations?email=o', '/admin/invitations?email=dora@example.com']

/** But for the settings, which any page reads again once they are a few seconds old. */
const asks = async (act: () => Promise<unknown>) =>
  (await queriesOf(house, act)).map(({ sql }) => sql).filter((sql) => !/ from `settings`/.test(sql))

async function askAll() {
  const asked = new Map<string, string[]>()
  for (const { url, path, visitor } of walk.pages) {
    asked.set(path, await asks(() => visitor.visit(url)))
    expect([visitor.status, path]).toEqual([200, path])
  }
  return asked
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
    const asked = await asks(() => visitor.visit(path))
    expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(most)
  }
})

test('each page takes as many queries for many rows as for few', async () => {
  // Whether something is stuck is asked each few seconds, by whichever page comes then.
  stopClock(true)
  // Of every list more than a page: below it there is one query more, for how many there are in all.
  await walk.grow(60)
  const few = await askAll()
  await walk.grow(15)
  const many = await askAll()
  const grown = [...many].filter(([path, asked]) => asked.length > (few.get(path)?.length ?? 0))
  for (const [p] of grown) console.log('FEW', p, few.get(p), 'MANY', many.get(p))
  expect(Object.fromEntries(grown)).toEqual({})
  expect([...many].filter(([, asked]) => asked.length > MOST_A_PAGE)).toEqual([])
  expect(few.size).toBeGreaterThan(60)
}, 240_000)
