// Among the races, since it asks MariaDB for its plans.

import { beforeAll, describe, expect, test } from 'vitest'
import { jobs } from '../../src/jobs.ts'
import { caller, keyOf } from '../support/api.ts'
import { type Query, queriesOf, type Walk, walkOf } from '../support/asked-queries.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { OWN_SEARCHES, SEARCHES } from '../support/lists-as-asked.ts'
import { fillMany, GROWING } from '../support/many-rows.ts'
import { type Fields, whmcsCaller } from '../support/whmcs.ts'

interface Planned {
  table: string | null
  type: string | null
  key: string | null
  select_type: string
  Extra: string
  rows: number | null
}

const SEVERAL = 1_000
/** The log that is filled in here is signed by nobody. */
const NOT_RUN = ['seal-activity', 'forget-activity']
/** Counted over the newest 100,000 alone, which is all there is here. */
const BOUNDED = /from `hook_deliveries` where `id` > \? group by `hook`$/

describe('every query of a page finds its rows by an index', () => {
  let house: TestHouse
  let walk: Walk

  beforeAll(async () => {
    house = await startHouse()
    walk = await walkOf(house)
    await fillMany(house.db)
  }, 120_000)

  const isGrowing = (sql: string, name: string | null) => {
    const named = new RegExp(`\`?(\\w+)\`? (?:as )?\`?${name}\`?(?![\\w.\`])`, 'i').exec(sql)?.[1]
    return GROWING.includes(name ?? '') || GROWING.includes(named ?? '')
  }

  /** What it would read as a whole, if anything. */
  async function wrongIn({ sql, bindings }: Query): Promise<string[]> {
    const [plan = []]: Planned[][] = await house.db.raw(`EXPLAIN ${sql}`, bindings as string[])
    const isWhole = ({ type, rows }: Planned) =>
      Number(rows) > SEVERAL && (type === 'ALL' || (type === 'index' && !/ limit /i.test(sql)))
    return plan
      .filter((one) => isWhole(one) && isGrowing(sql, one.table) && !BOUNDED.test(sql))
      .map(({ table, type, rows }) => `${table} ${type} ${rows}: ${sql}`)
  }

  async function wrongAt(path: string, act: () => Promise<unknown>) {
    const asked = (await queriesOf(house, act)).filter(({ sql }) => /^\s*(select|update|delete)/i.test(sql))
    const wrong: string[] = []
    for (const query of asked) wrong.push(...(await wrongIn(query)).map((one) => `${path}: ${one}`))
    return wrong
  }

  test('a query that reads a whole table is noticed', async () => {
    expect(
      await wrongIn({ sql: "select * from `users` where `last_name` = 'x'", bindings: [] }),
    ).toHaveLength(1)
    expect(await wrongIn({ sql: 'select count(*) from `emails` as `e`', bindings: [] })).toHaveLength(1)
    expect(await wrongIn({ sql: 'select * from `users` order by `id` limit 5', bindings: [] })).toEqual([])
  })

  test('on every page', async () => {
    const wrong: string[] = []
    for (const { url, path, visitor } of walk.pages)
      wrong.push(...(await wrongAt(path, () => visitor.visit(url))))
    expect(wrong).toEqual([])
  }, 120_000)

  test('in everything that lists can be asked', async () => {
    const [ada, alice] = [await house.admin(), await house.user('alice', 'Acme Hosting')]
    const { id } = await house.clientNamed('Acme Hosting')
    const wrong: string[] = []
    for (const path of [...SEARCHES, ...OWN_SEARCHES]) {
      const [url, visitor] = [path.replace('ID', id), path.startsWith('/admin') ? ada : alice]
      wrong.push(...(await wrongAt(url, () => visitor.visit(url))))
      expect([url, visitor.status]).toEqual([url, 200])
    }
    expect(wrong).toEqual([])
  }, 120_000)

  test('in the logins and owners that a key reads, for all clients and for some', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    const wrong: string[] = []
    for (const clients of ['', String(id)]) {
      const call = caller(house, await keyOf(house, { clients }))
      for (const path of [
        ...[
          '/users',
          '/users?after=90000&limit=100',
          '/users?search=al',
          '/users?search=al+am&status=active',
        ],
        ...['active', 'disabled', 'merged', 'deleted'].map((status) => `/users?status=${status}`),
        ...['/users/2', `/clients/${id}/ownership`, `/clients/${id}/users/2/can/tickets`],
      ]) {
        wrong.push(...(await wrongAt(`${path} ${clients}`, () => call('GET', path))))
        expect([path, (await call('GET', path)).status]).toEqual([path, 200])
      }
    }
    expect(wrong).toEqual([])
  }, 120_000)

  test('in the contacts that a program of WHMCS asks for by name: also where nobody is called that', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    const asked: Fields[] = [{ firstname: 'Nia' }, { lastname: 'Nkosi' }, { phonenumber: '+49 40 1' }]
    asked.push(
      { email: 'K5@many.test' },
      { firstname: 'F', lastname: 'Nkosi' },
      { userid: id, lastname: 'N' },
    )
    const wrong: string[] = []
    for (const clients of ['', String(id)]) {
      const call = whmcsCaller(house, await keyOf(house, { clients }))
      for (const fields of asked) {
        const queries = await queriesOf(house, () => call('GetContacts', fields))
        for (const { sql, bindings } of queries.filter((one) => / from `contacts` /.test(one.sql))) {
          const [plan = []]: Planned[][] = await house.db.raw(`EXPLAIN ${sql}`, bindings as string[])
          // In the order of their numbers until there are enough is all of them, where there is none.
          const whole = plan.filter(
            ({ table, type }) => table !== '<derived2>' && (type === 'ALL' || type === 'index'),
          )
          wrong.push(...whole.map(({ type, rows }) => `${JSON.stringify(fields)} ${type} ${rows}`))
        }
      }
    }
    expect(wrong).toEqual([])
  }, 120_000)

  test('in what a program of WHMCS skips: sorted by an index, and only its numbers are read', async () => {
    const call = whmcsCaller(house, await keyOf(house))
    const asked: [string, Fields][] = [
      ['GetUsers', {}],
      ['GetUsers', { sorting: 'desc' }],
      ['GetClients', {}],
      ['GetClients', { status: 'active' }],
      ['GetContacts', {}],
      ['GetContacts', { firstname: 'F' }],
    ]
    for (const [action, fields] of asked) {
      const queries = await queriesOf(house, () => call(action, { ...fields, limitstart: 3_000 }))
      const { sql, bindings } = queries.find((one) => /offset/.test(one.sql)) as Query
      const [plan = []]: Planned[][] = await house.db.raw(`EXPLAIN ${sql}`, bindings as string[])
      const [skipped] = plan.filter(({ select_type }) => select_type === 'DERIVED')
      expect([action, fields, skipped?.Extra]).toEqual([
        ...[action, fields],
        expect.not.stringContaining('filesort'),
      ])
      expect(skipped?.key).toMatch(/^PRIMARY$|_status_id_index$|_first_name_index$/)
    }
  }, 60_000)

  test('in what people do', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    const ada = await house.admin()
    const { id } = await house.clientNamed('Acme Hosting')
    const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
    const invite = { email: 'frank@example.com', which: 'all' }
    const acts: [string, () => Promise<unknown>][] = [
      ['logging in', () => house.user('bob')],
      ['inviting', () => alice.post('/account/users/invite', invite)],
      ['inviting again', () => alice.post('/account/users/invite', invite)],
      ['searching', () => ada.visit(`/admin/clients/${id}/users/associate?search=al`)],
      ['permissions', () => alice.post(`/account/users/${bob.id}/permissions`, { permissions: 'tickets' })],
      ['removing', () => alice.post(`/account/users/${bob.id}/remove`, {})],
      ['delivering', async () => house.mailTo('frank@example.com')],
    ]
    const wrong: string[] = []
    for (const [name, act] of acts) wrong.push(...(await wrongAt(name, act)))
    expect(wrong).toEqual([])
  }, 120_000)

  test('in the jobs', async () => {
    const wrong: string[] = []
    for (const { name, run } of jobs.filter((job) => !NOT_RUN.includes(job.name)))
      wrong.push(...(await wrongAt(name, () => run(house.db))))
    expect(wrong).toEqual([])
  }, 120_000)
})
