import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { addRole, loggedInAdmin } from './support/admins.ts'
import { type Body, caller, keyOf, tokenOf } from './support/api.ts'
import { type Query, queriesOf } from './support/asked-queries.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('an admin sees what one API key did, and nothing else', () => {
  let house: TestHouse
  let ada: Visitor
  let robot: ReturnType<typeof caller>
  let acme: number
  let bakery: number
  let id: number

  beforeAll(async () => {
    house = await startHouse()
    acme = (await house.clientNamed('Acme Hosting')).id
    bakery = (await house.clientNamed('Brown Bakery')).id
    robot = caller(house, await keyOf(house, { name: 'Robot' }))
    const other = caller(house, await keyOf(house, { name: 'Other' }))
    id = (await house.db('api_credentials').where({ name: 'Robot' }).first()).id
    const edit = { 'If-Match': '*' }
    await robot('PATCH', `/clients/${acme}`, { city: 'Rome' }, edit)
    await robot('PATCH', `/clients/${bakery}`, { city: 'Oslo' }, edit)
    await robot('POST', `/users/${(await userNamed('carol')).id}/disable`)
    await other('PATCH', `/clients/${acme}`, { city: 'Bonn' }, edit)
    // The numbers of a user and an admin are the same as the key's.
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.post('/account/users/invite', { email: 'dora@example.com', which: 'all' })
    ada = await house.admin()
    await house.work?.stop()
  })

  const userNamed = (name: string) =>
    house
      .db('users')
      .where({ email: `${name}@example.com` })
      .first()
  const entries = () => ada.$('#log li.row-item').length
  const log = () => ada.$('#log').text()

  test('a link on its page leads to them; another filter narrows them down', async () => {
    await ada.visit(`/admin/api/${id}`)
    await ada.follow('What this key did')
    expect([ada.path, entries()]).toEqual([`/admin/activity?credential=${id}`, 3])
    for (const done of ['Rome', 'Oslo', 'disabled']) expect(log()).toContain(done)
    for (const done of ['Bonn', 'dora@', 'made the API key']) expect(log()).not.toContain(done)
    expect(ada.value('API key number')).toBe(String(id))
    await ada.press('Search', { 'Client number': String(acme) })
    expect([entries(), log().includes('Rome'), ada.value('API key number')]).toEqual([1, true, String(id)])
    await ada.visit(`/admin/clients/${bakery}/activity?credential=${id}`)
    expect([entries(), log().includes('Oslo')]).toEqual([1, true])
  })

  test('with a user it is what the key did with them; a key is no admin', async () => {
    const carol = await userNamed('carol')
    for (const [query, found] of [
      [`credential=${id}&user=${carol.id}`, 1],
      [`credential=${id}&user=${id}`, 0],
      [`credential=${id}&admin=1`, 0],
      [`credential=${id}&admin=1&user=1&text=a`, 0],
      [`credential=${id}&text=robot`, 3],
      [`credential=${id}&action=client.edited`, 2],
      ['credential=999999', 0],
    ] as const) {
      await ada.visit(`/admin/activity?${query}`)
      expect([query, ada.status, entries()]).toEqual([query, 200, found])
    }
    await ada.visit('/admin/activity?credential=x')
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining('“x” is not a number of ours')])
  })

  test('page after page, and all of it in the file', async () => {
    const entry = (ordinal: number) => ({
      ...{ request_id: 'many', ordinal, at: '2026-11-01T00:00:00.000Z', action: 'client.closed', ip: '' },
      ...{ actor_kind: 'credential', actor_id: id, actor_name: 'Robot', detail: '{}', client_id: bakery },
    })
    await house.db('activity').insert(Array.from({ length: 60 }, (_, nth) => entry(nth)))
    await ada.visit(`/admin/activity?credential=${id}`)
    expect([entries(), ada.$('nav.pager').text().includes('63')]).toEqual([50, true])
    await ada.follow('Older')
    expect(entries()).toBe(13)
    await ada.follow('Download as CSV')
    const lines = ada.html.trim().split('\r\n').slice(1)
    expect(lines).toHaveLength(63)
    for (const line of lines) expect(line).toContain('API key Robot')
    await ada.visit(`/admin/clients/${acme}/activity.csv?credential=${id}`)
    expect(ada.html.trim().split('\r\n')).toHaveLength(2)
  })

  test('an index finds them', async () => {
    const asked = await queriesOf(house, () => ada.visit(`/admin/activity?credential=${id}&before=90000`))
    const planOf = async ({ sql, bindings }: Query) => {
      const plan = await house.db.raw(`EXPLAIN ${onMariadb ? '' : 'QUERY PLAN '}${sql}`, bindings as string[])
      return JSON.stringify(onMariadb ? plan[0] : plan)
    }
    const looking = asked.filter(({ sql }) => / from `activity`/.test(sql))
    expect(looking).toHaveLength(2)
    for (const one of looking) expect(await planOf(one)).toContain('activity_actor_kind_actor_id_id_index')
  })

  test('the same for a program, as far as it may see', async () => {
    const found = async (path: string, call = robot) =>
      (await call('GET', path)).body.items.map(({ actor, client_id }: Body) => [
        (actor as { id: number }).id,
        client_id,
      ])
    expect(await found(`/activity?credential_id=${id}&action=client.edited`)).toEqual([
      [id, bakery],
      [id, acme],
    ])
    expect(await found(`/clients/${acme}/activity?credential_id=${id}`)).toEqual([[id, acme]])
    const some = caller(house, await keyOf(house, { clients: String(acme) }))
    expect(await found(`/activity?credential_id=${id}`, some)).toEqual([[id, acme]])
    const alice = caller(house, await tokenOf(house, 'alice@example.com'))
    expect(await found(`/clients/${acme}/activity?credential_id=${id}`, alice)).toEqual([[id, acme]])
    expect(await found(`/activity?credential_id=${id}`, alice)).toEqual([])
    expect((await robot('GET', '/activity?credential_id=x')).status).toBe(422)
  })

  test('also of one that is revoked; nobody is led there who may not read the log', async () => {
    await ada.visit(`/admin/api/${id}`)
    await ada.follow('Revoke')
    await ada.press('Revoke', { 'Your password': PASSWORD })
    await ada.visit(`/admin/api/${id}`)
    await ada.follow('What this key did')
    expect(entries()).toBe(50)
    const role = await addRole(house.db, 'keys', 'api')
    const { visitor: fay } = await loggedInAdmin(house, 'Fay', role)
    await fay.visit(`/admin/api/${id}`)
    expect([fay.status, fay.text.includes('What this key did')]).toEqual([200, false])
    expect((await fay.visit(`/admin/activity?credential=${id}`)).status).toBe(403)
  })
})
