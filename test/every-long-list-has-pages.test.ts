import { beforeAll, describe, expect, test } from 'vitest'
import { LOOKED_AT } from '../src/domain/pages.ts'
import { inDays } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'
import { watched } from './support/watched.ts'

const MANY = 60

/** Copies of a row of this table, each different in something. */
async function copies({ db }: TestHouse, table: string, many: number, differs: (nth: number) => object) {
  const { id: _, ...row } = await db(table).orderBy('id', 'desc').first()
  const rows = Array.from({ length: many }, (_, nth) => ({ ...row, ...differs(nth) }))
  await db.batchInsert(table, rows, 50)
}

const minutesAgo = (nth: number) => new Date(Date.now() - (nth + 1) * 60_000).toISOString()
const address = (nth: number) => `guest${String(nth).padStart(2, '0')}@many.test`

/** What stands in the rows of a list, on all pages that its own link leads to. */
async function walk(visitor: Visitor, url: string, list: string, row: string) {
  const seen: string[] = []
  for (let next: string | undefined = url; next; ) {
    await visitor.visit(next)
    expect(visitor.status).toBe(200)
    const section = visitor.$(list)
    seen.push(
      ...section
        .find(row)
        .toArray()
        .map((one) => visitor.$(one).text()),
    )
    next = section.find('.pager a[rel=next]').attr('href')?.split('#')[0]
  }
  return seen
}

describe('a list of more than a page has pages, each row once, and says how many there are', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor
  let id: number

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
    id = (await house.clientNamed('Acme Hosting')).id
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await watched(house.db)
    await house.work?.stop()
    const open = (nth: number) => ({
      email: address(nth),
      open_email: address(nth),
      sent_at: minutesAgo(nth),
    })
    await copies(house, 'invitations', MANY, (nth) => ({ ...open(nth), nonce: `p${nth}` }))
    // Several at the same moment, since lists of addresses are invited at once.
    await copies(house, 'invitations', MANY, (nth) => ({
      ...{ email: `past${nth}@many.test`, open_email: null, status: 'declined', nonce: `e${nth}` },
      ...{ sent_at: minutesAgo(Math.floor(nth / 7)), ended_at: inDays(-1) },
    }))
    await copies(house, 'emails', MANY, (nth) => ({ message_id: `m${nth}`, client_id: id, status: 'sent' }))
    await copies(house, 'hook_events', MANY, (nth) => ({ event_id: `e${nth}` }))
    const events: number[] = await house.db('hook_events').orderBy('id', 'desc').limit(MANY).pluck('id')
    await copies(house, 'hook_deliveries', MANY, (nth) => ({ event_id: events[nth] }))
  })

  const areas = (): [Visitor, string][] => [
    [alice, '/account/users'],
    [ada, `/admin/clients/${id}/users`],
  ]

  test('Pending Invites, in either area: the latest first, a page at a time', async () => {
    for (const [visitor, url] of areas()) {
      const seen = await walk(visitor, url, 'section[aria-labelledby=pending]', '.person-name')
      expect(seen).toEqual(['dora@example.com', ...Array.from({ length: MANY }, (_, nth) => address(nth))])
      await visitor.visit(url)
      expect(visitor.$('#pending .count').text()).toBe(String(MANY + 1))
      expect(visitor.$('section[aria-labelledby=pending] .pager').text().trim()).toBe('Older')
    }
  })

  test('Pending Invites are searched by a part of the address', async () => {
    for (const [visitor, url] of areas()) {
      await visitor.visit(`${url}?invited=GUEST4`)
      expect(visitor.$('section[aria-labelledby=pending] .person-name')).toHaveLength(10)
      expect(visitor.$('#pending .count').text(), 'and of how many').toBe(`10 of ${MANY + 1}`)
      await visitor.visit(`${url}?invited=guest`)
      expect(visitor.$('#pending .count').text()).toBe(`${MANY} of ${MANY + 1}`)
      expect(visitor.$('section[aria-labelledby=pending] .pager').text().trim()).toBe('Older')
      await visitor.visit(`${url}?invited=%25_`)
      expect(visitor.text).toContain('No such address is invited.')
      expect(visitor.$('#pending .count').text()).toBe(`0 of ${MANY + 1}`)
    }
  })

  test('one that ran out is listed until its address is invited again or has come in', async () => {
    const run = (email: string, days: number) =>
      copies(house, 'invitations', 1, () => ({
        ...{ email, open_email: null, status: 'expired', nonce: `${email}${days}`, ended_at: inDays(-1) },
        ...{ sent_at: inDays(-days), expires_at: inDays(7 - days) },
      }))
    await run('eve@many.test', 20)
    await run('eve@many.test', 10)
    await run('dora@example.com', 12)
    await run('bob@example.com', 12)
    for (const [visitor, url] of areas()) {
      const seen = await walk(visitor, url, 'section[aria-labelledby=pending]', '.person-name')
      expect(seen.filter((email) => !email.startsWith('guest'))).toEqual([
        'dora@example.com',
        'eve@many.test',
      ])
    }
  })

  test('earlier invitations, in either area', async () => {
    for (const [visitor, url] of areas()) {
      const seen = await walk(visitor, url, 'details.panel', '.person-name')
      expect(new Set(seen).size).toBe(MANY)
      expect(seen).toHaveLength(MANY)
      expect(visitor.$('details.panel > summary .icon'), 'the arrow says that it opens').toHaveLength(1)
    }
  })

  test.each([
    ['/admin/invitations', '#invitations'],
    ['/admin/invitations?state=pending', '#invitations'],
    ['/admin/emails', '#emails'],
    ['/admin/emails?status=sent', '#emails'],
    ['/admin/clients/ID/emails', '#emails'],
    ['/admin/hooks/deliveries', '#deliveries'],
    ['/admin/activity', '#log'],
    ['/account/emails', '#emails'],
  ])('%s', async (path, list) => {
    if (path === '/admin/activity')
      await copies(house, 'activity', MANY, (nth) => ({ request_id: `r${nth}`, user_id: null }))
    const url = path.replace('ID', String(id))
    const visitor = url.startsWith('/admin') ? ada : alice
    const seen = await walk(visitor, url, list, '.row-item')
    expect(seen.length).toBeGreaterThan(MANY)
    await visitor.visit(url)
    expect(visitor.$(`${list} .pager`).text()).toContain(`${seen.length} in all`)
    // A history goes on to what is older; any other list has pages.
    expect(visitor.$(`${list} .pager a[rel=next]`).text()).toBe('Older')
  })

  test('a place that is none begins at the beginning', async () => {
    for (const place of ['x', '5', '5_x', '0_2026', "1_'", '999999999_9999-01-01T00:00:00.000Z'])
      for (const [visitor, url] of areas()) {
        const query = new URLSearchParams({ pending: place, earlier: place, before: place })
        await visitor.visit(`${url}?${query}`)
        expect([place, visitor.status]).toEqual([place, 200])
        expect(visitor.$('section[aria-labelledby=pending] .person-name')).toHaveLength(25)
      }
  })

  test('words in the log are looked for in so many entries a page, which says so and goes on', async () => {
    const { db } = house
    await db('activity').insert({ ...(await oldest()), request_id: 'needle', detail: '{"note":"needle"}' })
    await db('activity').insert({ ...(await oldest()), request_id: 'many', ordinal: 0 })
    for (let count = 1; count <= LOOKED_AT; count *= 2) await double(count)
    await ada.visit('/admin/activity?text=needle')
    expect(ada.text).toContain('None among those looked through so far.')
    await ada.follow('Look further')
    expect(ada.$('#log .row-item')).toHaveLength(1)
    expect(ada.text).toContain('needle')
    const { text } = await ada.agent.get('/admin/activity.csv?text=needle')
    expect(text.match(/needle/g)?.length, 'the file has all of them').toBeGreaterThan(0)
  }, 60_000)

  async function oldest() {
    const { id: _, ...row } = await house.db('activity').orderBy('id').first()
    return row
  }

  async function double(count: number) {
    const columns = Object.keys(await oldest())
    const others = columns.map((column) => (column === 'ordinal' ? `ordinal + ${count}` : column))
    await house.db.raw(
      `INSERT INTO activity (${columns}) SELECT ${others} FROM activity WHERE request_id = 'many' AND ordinal < ${count}`,
    )
  }
})
