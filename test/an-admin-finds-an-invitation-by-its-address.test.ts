import { beforeAll, describe, expect, test } from 'vitest'
import { up } from '../migrations/013-invitations-by-address.ts'
import { openDatabase } from '../src/platform/database.ts'
import { caller, keyOf, tokenOf } from './support/api.ts'
import { type Query, queriesOf } from './support/asked-queries.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const URL = '/admin/invitations'
const FIELD = 'Email address begins with'
const MORE = 'There may be more: type more letters.'
const MANY = 1_001
const at = (nth: number) => new Date(Date.UTC(2026, 0, 1) + nth * 1_000).toISOString()

describe('“what became of the invitation to fay@example.com?”', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    const alice = await house.user('alice', 'Acme Hosting')
    for (const name of ['fay', 'fay.fox', 'erik', 'o_neil'])
      await alice.post('/account/users/invite', { email: `${name}@example.com`, which: 'all' })
    const carol = await house.user('carol', 'Chen Labs')
    await carol.post('/account/users/invite', { email: 'fay@example.com', which: 'all' })
    await carol.post('/account/users/invite', { email: 'fay@example.com.au', which: 'all' })
    await house.work?.stop()
  })

  const listed = () =>
    ada
      .$('#invitations .row-who strong')
      .map((_, one) => ada.$(one).text())
      .get()
  async function look(typed: string, more = '') {
    await ada.visit(URL + more)
    await ada.press('Search', { [FIELD]: typed })
    expect([typed, ada.status]).toEqual([typed, 200])
    return listed()
  }
  const plant = async (many: number, row: (nth: number) => object) => {
    const { id: _, ...one } = await house.db('invitations').where({ email: 'erik@example.com' }).first()
    const over = { ...one, open_email: null, status: 'cancelled', ended_at: at(0) }
    const rows = Array.from({ length: many }, (_, nth) => ({ ...over, sent_at: at(nth), ...row(nth) }))
    await house.db.batchInsert('invitations', rows, 50)
  }

  test('the whole address finds its own of every client; its beginning finds what begins so', async () => {
    const both = ['fay@example.com', 'fay@example.com']
    expect(await look('fay@example.com')).toEqual(both)
    expect(ada.text).toContain('Acme Hosting')
    expect(ada.text).toContain('Chen Labs')
    expect(ada.value(FIELD)).toBe('fay@example.com')
    expect(await look('  FAY@Example.COM\t'), 'as it was pasted').toEqual(both)
    expect(await look('fay@example.co')).toEqual(['fay@example.com.au', ...both])
    expect(await look('fay'), 'the latest first').toEqual([
      ...['fay@example.com.au', 'fay@example.com'],
      ...['fay.fox@example.com', 'fay@example.com'],
    ])
    expect(await look('')).toHaveLength(6)
    expect(await look('   ')).toHaveLength(6)
    expect(await look('ay@example.com'), 'not in the middle').toEqual([])
    expect(ada.text).toContain('Try the beginning of a name or an address')
  })

  test('signs that mean something to a database mean themselves', async () => {
    expect(await look('O_')).toEqual(['o_neil@example.com'])
    for (const typed of [
      '%',
      '_',
      'fa_',
      'f%',
      '\\',
      "fay@example.com' OR 1=1 -- ",
      'fay\u0000',
      '\u{10FFFF}',
    ])
      expect([typed, await look(typed)]).toEqual([typed, []])
    for (const query of ['email=fay&email=erik', 'email[x]=fay'])
      expect([query, (await ada.visit(`${URL}?${query}`)).status, listed().length]).toEqual([query, 200, 6])
    await plant(2, (nth) => ({ email: `${'l'.repeat(242)}${nth}@long.test`.padEnd(254, 'x') }))
    expect(await look(`${'l'.repeat(242)}1@long.testx`), 'as long as an address can be').toHaveLength(1)
  })

  test('together with the other filters', async () => {
    expect(await look('fay@example.com', '?client=acme&inviter=al&state=pending&age=within-1')).toHaveLength(
      1,
    )
    expect(await look('fay', '?client=acme')).toEqual(['fay.fox@example.com', 'fay@example.com'])
    expect(await look('fay@example.com', '?client=brown')).toEqual([])
    expect(await look('fay@example.com', '?inviter=carol&state=pending')).toEqual(['fay@example.com'])
    expect(await look('fay', '?state=expired')).toEqual([])
    expect(await look('fay', '?age=over-30')).toEqual([])
  })

  test('what is done to its rows leads back to the same list', async () => {
    await look('fay', '?client=acme&state=pending')
    await ada.press('Resend invitations', { 'fay@example.com': true })
    await ada.follow('Back')
    expect([ada.value(FIELD), ada.value('Client'), listed().length]).toEqual(['fay', 'acme', 2])
    await ada.press('Cancel invitations', { 'fay.fox@example.com': true })
    await ada.press('Cancel invitations')
    expect(ada.$('section[aria-labelledby=done] li').text()).toContain('fay.fox@example.com')
    await ada.follow('Back')
    expect([ada.value(FIELD), listed()]).toEqual(['fay', ['fay@example.com']])
    await ada.follow('Correct address')
    await ada.press('Correct and send', { 'Email address': 'fay.hill@example.com' })
    expect([ada.value(FIELD), listed()]).toEqual(['fay', ['fay.hill@example.com']])
    expect(ada.told).toContain('fay@example.com does not work any more')
  })

  test('in pages, however many went to one address; a page with nothing left is the first one', async () => {
    await plant(60, (nth) => ({ email: 'agency@many.test', client_id: 1 + (nth % 2) }))
    const seen: number[] = []
    await look('agency@many.test')
    for (let page = 1; page <= 3; page++) {
      expect(ada.$('nav.pager').text()).toContain('60')
      seen.push(listed().length)
      if (page < 3) await ada.follow('Older')
    }
    expect(seen).toEqual([25, 25, 10])
    expect(ada.text).not.toContain(MORE)
    await ada.visit(`${URL}?email=agency@many.test&before=1_2020-01-01T00:00:00.000Z`)
    expect([listed().length, ada.$('a[rel=next]').length]).toEqual([25, 1])
  })

  test('of very many that begin so, the first are looked through, which is said', async () => {
    await plant(MANY, (nth) => ({ email: `crowd${String(nth).padStart(4, '0')}@x.test` }))
    const [first] = await look('crowd')
    expect([first, ada.text.includes(MORE)]).toEqual(['crowd0999@x.test', true])
    expect(ada.$('nav.pager').text(), 'no total, which it would not be').toBe('Older')
    expect(await look('crowd1000')).toEqual(['crowd1000@x.test'])
    expect(ada.text).not.toContain(MORE)
    expect(await look('crowd1000@x.test')).toEqual(['crowd1000@x.test'])
  })

  test('its index finds them, whatever else is asked', async () => {
    const index = 'invitations_email_sent_at_index'
    const planOf = async ({ sql, bindings }: Query): Promise<string> => {
      const found = await house.db.raw(
        `EXPLAIN ${onMariadb ? '' : 'QUERY PLAN '}${sql}`,
        bindings as string[],
      )
      return JSON.stringify(onMariadb ? found[0] : found)
    }
    for (const email of ['agency@many.test', 'crowd'])
      for (const more of ['', '&state=cancelled', '&state=expired&client=acme', '&inviter=al&age=over-30']) {
        const url = `${URL}?email=${email}${more}`
        const asked = await queriesOf(house, () => ada.visit(url))
        const looking = asked.filter(({ sql }) => / `i`|from `invitations` where `email`/.test(sql))
        expect(looking.length).toBeGreaterThan(1)
        for (const query of looking) expect([url, query.sql, await planOf(query)].join()).toContain(index)
      }
  })

  test('a program asks the same, of one client or of all it may see', async () => {
    const call = caller(house, await keyOf(house))
    const [acme, labs] = [await house.clientNamed('Acme Hosting'), await house.clientNamed('Chen Labs')]
    const found = async (path: string, by = call) =>
      (await by('GET', path)).body.items.map(({ client_id, state }) => `${client_id} ${state}`)
    const [ofAcme, ofLabs] = [`${acme.id} cancelled`, `${labs.id} pending`]
    expect(await found(`/clients/${acme.id}/invitations?email=%20FAY@example.com`)).toEqual([ofAcme])
    expect(await found(`/clients/${labs.id}/invitations?email=fay@example.com&state=pending`)).toEqual([
      ofLabs,
    ])
    expect(await found(`/clients/${labs.id}/invitations?email=fay@example`)).toEqual([])
    expect((await found('/invitations?email=fay@example.com')).sort()).toEqual([ofAcme, ofLabs].sort())
    const some = caller(house, await keyOf(house, { clients: String(labs.id) }))
    expect(await found('/invitations?email=fay@example.com', some)).toEqual([ofLabs])
    const carol = caller(house, await tokenOf(house, 'carol@example.com'))
    expect(await found(`/clients/${labs.id}/invitations?email=fay@example.com`, carol)).toEqual([ofLabs])
    expect((await carol('GET', `/clients/${acme.id}/invitations?email=fay@example.com`)).status).toBe(404)
    for (const wrong of ['email=', 'email=%20', `email=${'x'.repeat(255)}`])
      expect([wrong, (await call('GET', `/invitations?${wrong}`)).status]).toEqual([wrong, 422])
  })

  test('the migration may have stopped behind its index: started again, it goes on', async () => {
    // On a connection of its own, as at a start: SQLite drops nothing where something is still being read.
    const db = openDatabase(house.config.databaseUrl)
    await up(db)
    await db.schema.alterTable('invitations', (t) => t.dropIndex(['email', 'sent_at']))
    await up(db)
    await up(db)
    await db.destroy()
    expect(await look('fay')).toHaveLength(5)
  })
})
