import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const URL = '/account/contacts'

describe('contacts are changed at once', () => {
  let house: TestHouse
  let alice: Visitor
  let acme: { id: number }

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
  })

  const rows = () => house.db('contacts').where({ client_id: acme.id }).orderBy('id')
  const clear = () => house.db('contacts').delete()

  test('twice at once: one address is added once, one contact removed once; a hundred is the most', async () => {
    const body = { first_name: 'N', last_name: 'N', email: 'same@example.com', kinds: 'invoice' }
    const tabs = Array.from({ length: 4 }, () => alice.newTab())
    await Promise.all(tabs.map((tab) => tab.post(`${URL}/new`, body)))
    expect(tabs.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422])
    const [one] = await rows()
    await Promise.all(tabs.map((tab) => tab.post(`${URL}/${one.id}/remove`)))
    expect(tabs.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404])
    expect(await house.db('hook_events').where('payload', 'like', '%same@example.com%')).toHaveLength(2)

    const { id: _, ...row } = one
    for (const name of ['a', 'b']) await house.db('contacts').insert({ ...row, email: `${name}@example.com` })
    const [a, b] = await rows()
    const [first, second] = [alice.newTab(), alice.newTab()]
    await Promise.all([first.post(`${URL}/${a.id}`, body), second.post(`${URL}/${b.id}`, body)])
    expect([first.status, second.status].sort(), 'two of them get one address').toEqual([200, 422])
    await Promise.all([
      first.post(`${URL}/${a.id}`, { ...body, phone: '1' }),
      second.post(`${URL}/${a.id}/remove`),
    ])
    expect(second.status).toBe(200)
    expect(
      (await rows()).map(({ id }) => id),
      'what is removed does not come back',
    ).toEqual([b.id])
    await clear()
    for (let nth = 0; nth < 99; nth++)
      await house.db('contacts').insert({ ...row, email: `n${nth}@example.com`, first_name: `Nr${nth}` })
    await Promise.all(
      tabs.map((tab, nth) => tab.post(`${URL}/new`, { ...body, email: `x${nth}@example.com` })),
    )
    expect(tabs.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422])
    expect(await rows()).toHaveLength(100)
    const refused = tabs.find(({ status }) => status === 422)
    expect(refused?.told).toContain('An account can have 100 contacts at most')
    await alice.visit(URL)
    expect(alice.$('.row-item')).toHaveLength(25)
    expect(alice.$('a').text()).not.toContain('Add contact')
    const seen = new Set<string>()
    for (let page = 0; page < 4; page++) {
      alice.$('.person-address').each((_, address) => void seen.add(alice.$(address).text()))
      if (page < 3) await alice.follow('Next page')
    }
    expect(seen.size).toBe(100)
    await expect(alice.follow('Next page')).rejects.toThrow('No link')
  })
})
