import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

// A page begins behind a row that its address names. Whoever could name one of others would see where its name stands
// among theirs, and by giving theirs other names would read it letter by letter.
describe('a page that is asked for behind a row of others is the first', () => {
  let house: TestHouse
  let bob: Visitor

  beforeAll(async () => {
    house = await startHouse()
    bob = await house.user('bob', 'Brown Bakery')
    await house.db('associations').where({ user_id: 2 }).update({ last_login_at: null })
  })

  const shown = async (visitor: Visitor, path: string, text: string) =>
    (await visitor.visit(path)).$('main').text().includes(text)

  test('of accounts', async () => {
    const { id } = await house.clientNamed('Chen Labs')
    for (const page of ['/user/accounts', '/user/notifications'])
      for (const before of ['', id, 99])
        expect(await shown(bob, `${page}?before=${before}`, 'Acme Hosting')).toBe(true)
    const ada = await house.admin()
    expect(await shown(ada, `/admin/users/2?before=${id}`, 'Acme Hosting')).toBe(true)
  })

  test('of users', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    for (const page of ['/account/users', '/account/ownership'])
      for (const before of ['', 3, 99])
        expect(await shown(alice, `${page}?before=${before}`, 'Bob Brown')).toBe(true)
  })
})
