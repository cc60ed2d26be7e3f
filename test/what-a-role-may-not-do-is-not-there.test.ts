import { beforeAll, describe, expect, test } from 'vitest'
import { BUILT_IN_ROLES, RIGHTS } from '../src/domain/rights.ts'
import { addRole, loggedInAdmin } from './support/admins.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { addColleague, type Route, routesOfHouse } from './support/routes.ts'
import type { Visitor } from './support/visitor.ts'

describe('what a role may not do is not offered, and is refused', () => {
  let house: TestHouse
  let routes: Route[]
  let ids: Record<string, string>

  beforeAll(async () => {
    house = await startHouse()
    routes = routesOfHouse(house).filter(({ path }) => path.startsWith('/admin'))
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post('/account/users/invite', { email: 'dora@example.com', permissions: 'orders' })
    await house.mailTo('dora@example.com')
    const at = '2026-01-01T00:00:00.000Z'
    const hook = 'crm.js#InviteSent'
    const seen = { file: 'crm.js', name: 'InviteSent', on_failure: 'allow', first_seen_at: at }
    await house.db('hook_functions').insert({ hook, priority: 1, ...seen, last_seen_at: at })
    const { id: event_id } = await house.db('hook_events').where({ name: 'InviteSent' }).first()
    const dates = { next_attempt_at: at, created_at: at, updated_at: at }
    await house.db('hook_deliveries').insert({ event_id, hook, priority: 1, status: 'failed', ...dates })
    await house.db('emails').where({ to_address: 'dora@example.com' }).update({ status: 'failed' })
    ids = {
      ...(await addColleague(house.db)),
      id: String((await house.clientNamed('Acme Hosting')).id),
      userId: String((await house.db('users').where({ email: 'bob@example.com' }).first()).id),
      inviteId: String((await house.db('invitations').first()).id),
      emailId: String((await house.db('emails').first()).id),
      eventId: String(event_id),
      deliveryId: String((await house.db('hook_deliveries').first()).id),
      hook: encodeURIComponent(hook),
    }
  })

  const as = async (role: string, name: string) => (await loggedInAdmin(house, name, role)).visitor
  const ownRole = (name: string, ...rights: string[]) => addRole(house.db, name, ...rights)

  /** Every page that links and forms lead to from the start; gives how each was answered. */
  async function crawl(visitor: Visitor) {
    const answers = new Map<string, number>()
    const ahead = ['/admin']
    for (let path = ahead.pop(); path; path = ahead.pop()) {
      if (answers.has(path)) continue
      await visitor.visit(path)
      answers.set(path, visitor.status)
      const { $ } = visitor
      const links = $('a[href], [hx-get], form[action]')
        .map((_, one) => $(one).attr('href') ?? $(one).attr('hx-get') ?? $(one).attr('action'))
        .get()
      for (const link of links) {
        const to = link.split('#')[0] ?? ''
        if (to.startsWith('/admin') && !answers.has(to) && to !== '/admin/logout') ahead.push(to)
      }
    }
    return answers
  }

  test.each(['full', 'support', 'read-only', ...RIGHTS])(
    'every link that an admin with %s sees leads somewhere',
    async (name) => {
      const role = name in BUILT_IN_ROLES ? name : await ownRole(name, name)
      const answers = await crawl(await as(role, `crawl-${name}`))
      expect(answers.size).toBeGreaterThan(2)
      expect([...answers].filter(([, status]) => status !== 200)).toEqual([])
      if (name === 'full')
        for (const path of ['/admin/settings', '/admin/roles/new', `/admin/clients/${ids.id}/close`])
          expect([...answers.keys()]).toContain(path)
    },
    60_000,
  )

  const state = async () => {
    const tables = ['clients', 'associations', 'invitations', 'users', 'settings', 'emails', 'roles']
    tables.push('hook_events', 'hook_deliveries', 'hook_functions', 'password_resets', 'admin_sessions')
    const rows = await Promise.all([
      ...tables.map((table) => house.db(table).select()),
      house.db('admins').select('id', 'name', 'email', 'role', 'status', 'factors'),
    ])
    const seen = ['expires_at', 'last_seen_at']
    return rows.map((some) =>
      some.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !seen.includes(key)))),
    )
  }

  test.each(RIGHTS)(
    'every route that needs “%s” refuses a role with all rights but that one, and changes nothing',
    async (right) => {
      const others = RIGHTS.filter((one) => one !== right)
      const visitor = await as(await ownRole(`all but ${right}`, ...others), `no-${right}`)
      await house.delivery.settled()
      const before = await state()
      for (const { method, path, guard } of routes.filter((route) => route.guard === `right ${right}`)) {
        const url = path.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? `no-${name}`)
        await (method === 'get' ? visitor.visit(url) : visitor.post(url, { email: 'eve@example.com' }))
        expect([visitor.status, url, guard]).toEqual([403, url, guard])
        expect(visitor.text, url).toMatch(/This needs the right “.+”, which you do not have/)
      }
      expect(await state()).toEqual(before)
    },
    60_000,
  )
})
