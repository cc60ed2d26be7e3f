import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { up } from '../migrations/005-search-by-words.ts'
import { change } from '../src/domain/change.ts'
import { listUsers } from '../src/domain/looking-after-users.ts'
import { placeOf, readPlace } from '../src/domain/pages.ts'
import { searchText } from '../src/domain/search.ts'
import { createUser, searchUsers } from '../src/domain/users.ts'
import { wordsIn } from '../src/domain/words.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const by = () => ({
  kind: 'system' as const,
  id: null,
  name: 'test',
  ip: '',
  requestId: randomUUID(),
  entries: { next: 0 },
})

describe('a search goes by the words that are written on people and accounts', () => {
  let house: TestHouse

  const add = (first_name: string, last_name: string, email: string) =>
    change(house.db, by(), (trx) => createUser(trx, { first_name, last_name, email, password_hash: null }))
  const search = async (typed: string, limit = 50) =>
    (await searchUsers(house.db, typed, limit)).found.map(({ email }) => email)

  beforeAll(async () => {
    house = await startHouse()
    await add('Anna-Lena', 'Müller', 'lena.mueller@shop.example')
    await add('Ann', 'Otto', 'otto@firm.example')
    await add('Annabel', 'Ångström', 'a.b@firm.example')
    await add("Séan O'Brien", 'Ng', 'sean@firm.example')
    await add('山田', '太郎', 'taro@firm.example')
  })

  test('which words those are', () => {
    const words = (...parts: string[]) => wordsIn(searchText(...parts)).sort()
    expect(words('Anna-Lena', 'Müller', 'lena.mueller@shop.example')).toEqual(
      [
        ...['anna-lena', 'lena', 'muller', 'lena.mueller@shop.example'],
        ...['mueller@shop.example', 'shop.example'],
      ].sort(),
    )
    expect(words('Bob', 'Bob', 'bob@bob.example')).toEqual(['bob', 'bob.example', 'bob@bob.example'])
    expect(words('(Acme)  100% Wool!')).toEqual(['(acme)', '100%', 'acme)', 'wool!'])
    expect(words('a '.repeat(300), 'x-'.repeat(300)).length).toBeLessThanOrEqual(40)
    expect(words('ﷺ'.repeat(100)).every((word) => word.length <= 254)).toBe(true)
    expect(words('', ' ')).toEqual([])
  })

  test('by the beginning of a word, or of a part of one, whatever the case and the accents', async () => {
    expect(await search('MÜL')).toEqual(['lena.mueller@shop.example'])
    expect(await search('lena')).toEqual(['lena.mueller@shop.example'])
    expect(await search('mueller@s')).toEqual(['lena.mueller@shop.example'])
    expect(await search('brien')).toEqual(['sean@firm.example'])
    expect(await search("o'b sea")).toEqual(['sean@firm.example'])
    expect(await search('山')).toEqual(['taro@firm.example'])
    expect(await search('@shop.exam')).toEqual(['lena.mueller@shop.example'])
    expect(await search('uller'), 'not by its middle').toEqual([])
    expect(await search('example otto'), 'nor by how half of all addresses end').toEqual([])
  })

  test('several words are all there, in any order; who is called just so comes first', async () => {
    expect(await search('otto ann')).toEqual(['otto@firm.example'])
    expect(await search('ann firm')).toEqual(['otto@firm.example', 'a.b@firm.example'])
    expect(await search('ann')).toEqual([
      'otto@firm.example',
      'lena.mueller@shop.example',
      'a.b@firm.example',
    ])
    expect(await search('ann carol')).toEqual([])
  })

  test('what looks like a wildcard, or is nothing, finds nothing', async () => {
    for (const typed of ['%', '_', 'an%', '!', '\\', '%_\\'.repeat(60), '', ' ', '\u0000', "' OR 1=1 --"])
      expect(await search(typed), typed).toEqual([])
    expect(await search('a'.repeat(200))).toEqual([])
  })

  test('each once, though several of its words begin so; page behind page gives all, none twice', async () => {
    for (let nth = 0; nth < 30; nth++) await add(`Zoe${nth % 3}`, 'Zoeller', `zoe${nth}@zoe.example`)
    const all: number[] = []
    let place: string | undefined
    for (let pages = 0; pages < 20; pages++) {
      const { rows: page } = await listUsers(house.db, { search: 'zoe', behind: readPlace(place), limit: 7 })
      all.push(...page.map(({ id }) => id))
      const last = page.at(-1)
      if (!last || page.length < 7) break
      place = placeOf(last)
    }
    expect(all).toHaveLength(30)
    expect(new Set(all).size).toBe(30)
  })

  test('of words that begin alike the longer one alone says something', async () => {
    expect(await search('ann anna')).toEqual(['lena.mueller@shop.example', 'a.b@firm.example'])
    expect(await search('anna ann')).toEqual(await search('anna'))
  })

  test('the migration fills in what is missing, also when it was interrupted, and changes nothing else', async () => {
    const { db } = house
    const rows = async () => ({
      users: await db('user_words').orderBy(['word', 'user_id']),
      clients: await db('client_words').orderBy(['word', 'client_id']),
    })
    const before = await rows()
    expect(before.clients.map(({ word }) => word)).toContain('hosting')
    await up(db)
    expect(await rows()).toEqual(before)
    const { id } = await db('users').where({ email: 'otto@firm.example' }).first()
    await db('user_words').where({ user_id: id, word: 'otto' }).delete()
    await db('client_words').delete()
    await up(db)
    expect(await rows()).toEqual(before)
  })
})
