import { beforeAll, describe, expect, test } from 'vitest'
import type { Db } from '../src/platform/database.ts'
import { caller, keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'
import { whmcsCaller } from './support/whmcs.ts'

const MANY = 1_300
const MORE = 'There may be more: type more letters.'
const NONE_YET = 'None among those looked through so far.'

/** Two words that many have, and who has both: those behind so many others that one page does not come to them. */
const namesOf = (nth: number): [string, string] =>
  nth % 2 === 0 ? ['Crowd', nth > 2 * MANY - 5 ? 'Thing' : 'Alone'] : ['Other', 'Thing']

async function plant(db: Db, what: 'users' | 'clients', more: object) {
  const [words, of] = what === 'users' ? ['user_words', 'user_id'] : ['client_words', 'client_id']
  const numbers = Array.from({ length: 2 * MANY }, (_, nth) => nth)
  const rowOf = (nth: number) => {
    const [first_name, last_name] = namesOf(nth)
    const search_text = `${first_name} ${last_name}`.toLowerCase()
    const dates = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' }
    return {
      id: 10_000 + nth,
      first_name,
      last_name,
      search_text,
      email: `n${nth}@x.test`,
      ...dates,
      ...more,
    }
  }
  await db.batchInsert(what, numbers.map(rowOf), 50)
  const wordRows = numbers.flatMap((nth) =>
    namesOf(nth).map((name) => ({ word: name.toLowerCase(), [of]: 10_000 + nth })),
  )
  await db.batchInsert(words, wordRows, 400)
}

describe('a search for words that many have looks at so many of them, says so, and goes on where it stopped', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    const { owner_id } = await house.clientNamed('Acme Hosting')
    await plant(house.db, 'users', { status: 'active' })
    await plant(house.db, 'clients', { owner_id })
  }, 60_000)

  test.each(['/admin/users', '/admin/clients'])(
    '%s: the page says it, and its link leads on',
    async (list) => {
      await ada.visit(`${list}?search=crowd+thing`)
      expect(ada.text).toContain(NONE_YET)
      expect(ada.text).toContain(MORE)
      await ada.follow('Look further')
      const rows = () => ada.$('.row-item .person-name').length
      expect(rows()).toBe(2)
      expect(ada.text).not.toContain(MORE)
      expect(ada.text).not.toContain('Look further')
      await ada.visit(`${list}?search=crowd`)
      expect(rows()).toBe(25)
      expect(ada.text, 'the page is full: nothing is left to say').not.toContain(MORE)
      await ada.visit(`${list}?search=crowd+nobody`)
      expect(ada.text).not.toContain(NONE_YET)
    },
  )

  test('a place that is none begins at the beginning', async () => {
    for (const before of ['x', '5_zzz', '999999999_crowd', '5_%25', '1_', '-1'])
      for (const list of ['/admin/users', '/admin/clients']) {
        await ada.visit(`${list}?search=crowd+alone&before=${before}`)
        expect([before, ada.status]).toEqual([before, 200])
      }
    await ada.visit('/admin/users?search=crowd+alone&before=5_zzz')
    expect(ada.$('.row-item').length).toBe(25)
  })

  test('whoever is looked for while typing: more letters are asked for', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    const bob = await house.db('users').where({ email: 'bob@example.com' }).first()
    for (const url of [
      `/admin/clients/${id}/users/associate`,
      '/admin/clients/new',
      `/admin/users/${bob.id}/merge`,
    ]) {
      await ada.visit(`${url}?search=crowd+thing`)
      expect(ada.text).toContain(`${NONE_YET}`)
      expect(ada.text).toContain(MORE)
      await ada.visit(`${url}?search=crowd`)
      expect(ada.$('.found input[name=user_id]:not([value=new]), .found input[name=other]').length).toBe(8)
      expect(ada.text).not.toContain(NONE_YET)
      expect(ada.text).toContain(MORE)
      await ada.visit(`${url}?search=bob+br`)
      expect(ada.text).not.toContain(MORE)
    }
  })

  test('a program goes on while there is a next, however few a page holds', async () => {
    const call = caller(house, await keyOf(house))
    for (const what of ['users', 'clients']) {
      const first = await call('GET', `/${what}?search=crowd+thing`)
      expect(first.body.items).toEqual([])
      expect(first.body.next).not.toBeNull()
      const next = await call('GET', `/${what}?search=crowd+thing&after=${first.body.next}`)
      expect([next.body.items.length, next.body.next]).toEqual([2, null])
      expect(first.headers.get('Link')).toContain('rel="next"')
    }
  })

  test('a key for some clients finds what it may see at once, however many others have the word', async () => {
    const last = 10_000 + 2 * MANY - 2
    const call = caller(house, await keyOf(house, { clients: String(last) }))
    const { body } = await call('GET', '/clients?search=crowd+thing')
    expect([body.items.map(({ id }) => id), body.next]).toEqual([[last], null])
    const some = whmcsCaller(house, await keyOf(house, { clients: String(last) }))
    expect(await some('GetClients', { search: 'crowd thing' })).toMatchObject({ totalresults: 1 })
  })

  test('a program of WHMCS, which knows no such places, gets all of them', async () => {
    const call = whmcsCaller(house, await keyOf(house))
    for (const action of ['GetUsers', 'GetClients'])
      expect(await call(action, { search: 'crowd thing' })).toMatchObject({ totalresults: 2, numreturned: 2 })
  })
})
