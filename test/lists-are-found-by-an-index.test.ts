import { beforeAll, describe, expect, test } from 'vitest'
import { type Query, queriesOf, type Walk, walkOf } from './support/asked-queries.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { OWN_SEARCHES, SEARCHES } from './support/lists-as-asked.ts'
import { GROWING } from './support/many-rows.ts'

interface Step {
  parent: number
  detail: string
}

/** Sorted are the rows of one client, user or event, which are few, and those that a job has not come to yet. */
const FEW = /\((?:client_id|user_id|merged_into_id|rowid)=\?|\(status=\? AND expires_at</
/** Pending transfers are over after a week; deliveries are counted over the newest alone; of days, the days are sorted. */
const BOUNDED =
  /from `ownership_transfers` where `status`|from `hook_deliveries` where `id` > \? group by|from `activity` where `at` >= \? and `at` < \? order/
/** Of nobody: nothing is read. */
const NONE = / where 1 = \?/

describe('every list answers, and SQLite finds it by an index', () => {
  let house: TestHouse
  let walk: Walk

  beforeAll(async () => {
    house = await startHouse()
    walk = await walkOf(house)
  }, 60_000)

  const growing = (sql: string, name = '') =>
    GROWING.includes(new RegExp(`\`(\\w+)\` as \`${name}\``).exec(sql)?.[1] ?? name)

  /** What it would read or sort as a whole, if anything. */
  async function wrongIn({ sql, bindings }: Query): Promise<string[]> {
    // MariaDB plans by how many there are: it is asked among the races.
    if (onMariadb) return []
    const plan: Step[] = await house.db.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings as string[])
    const isWhole = ({ detail }: Step) => {
      const [, name] = /^SCAN (\w+)/.exec(detail) ?? []
      return growing(sql, name) && !/ limit /i.test(sql)
    }
    const [first] = plan
    if (NONE.test(sql) || BOUNDED.test(sql)) return []
    const [, table] = /^(?:SCAN|SEARCH) (\w+)/.exec(first?.detail ?? '') ?? []
    const sorts = plan.some(({ parent, detail }) => parent === 0 && /^USE TEMP B-TREE/.test(detail))
    const isFew = FEW.test(first?.detail ?? '')
    const sorted = sorts && growing(sql, table) && !isFew ? [`sorted: ${first?.detail}`] : []
    return [...plan.filter(isWhole).map(({ detail }) => detail), ...sorted]
  }

  async function wrongAt(path: string, act: () => Promise<unknown>) {
    const wrong: string[] = []
    for (const query of await queriesOf(house, act))
      if (/^\s*select/i.test(query.sql))
        wrong.push(...(await wrongIn(query)).map((one) => `${path}: ${one}: ${query.sql}`))
    return wrong
  }

  test('on every page, and in everything that lists can be asked', async () => {
    const [ada, alice] = [await house.admin(), await house.user('alice', 'Acme Hosting')]
    const { id } = await house.clientNamed('Acme Hosting')
    const asked = [...SEARCHES, ...OWN_SEARCHES].map((path) => path.replace('ID', id))
    const lists = asked.map((url) => ({ url, visitor: url.startsWith('/admin') ? ada : alice }))
    const wrong = new Set<string>()
    for (const { url, visitor } of [...walk.pages, ...lists]) {
      for (const one of await wrongAt(url, () => visitor.visit(url))) wrong.add(one)
      expect([url, visitor.status]).toEqual([url, 200])
    }
    expect([...wrong]).toEqual([])
  }, 120_000)
})
