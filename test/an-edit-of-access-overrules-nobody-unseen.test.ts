import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inDays } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const DAY = inDays(30).slice(0, 10)
const NOW_TICKETS =
  'This needs another look Somebody changed this since you opened it. Now it is: View & Open Support Tickets. What you chose stands below: look at it again, and Save replaces what is there now.'

describe('two change the same access at once: the second is told before anything of the first is undone', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor
  let bob: number
  let mine: string
  let hers: string

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
    bob = (await house.db('users').where({ email: 'bob@example.com' }).first()).id
    mine = `/account/users/${bob}/permissions`
    hers = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users/${bob}`
  })
  beforeEach(async () => {
    await house.db('associations').where({ user_id: bob }).update({ ends_at: null })
    await house.db('associations').where({ user_id: bob }).update({ permissions: 'invoices,tickets' })
  })

  const held = async () => {
    const row = await house
      .db('associations')
      .join('clients', 'clients.id', 'client_id')
      .where({ user_id: bob, company_name: 'Acme Hosting' })
      .first()
    return row.permissions
  }
  const post = (visitor: Visitor, url: string, fields: object) => visitor.post(url, fields as never)

  test('an owner’s form that is older than what an admin took: the answer says what there is, and saving again replaces it', async () => {
    await alice.visit(mine)
    await post(ada, hers, { permissions: 'tickets' })
    await alice.press('Save', { 'View Domains': true })
    expect([alice.status, alice.told, await held()]).toEqual([422, NOW_TICKETS, 'tickets'])
    expect(
      alice
        .$('input[name=permissions]:checked')
        .map((_, one) => alice.$(one).val())
        .get(),
    ).toEqual(expect.arrayContaining(['domains', 'invoices', 'tickets']))
    await alice.press('Save')
    expect([alice.status, await held()]).toEqual([200, 'domains,invoices,tickets'])
  })

  test('an admin’s form that is older than what the owner gave, or when it ends', async () => {
    await ada.visit(hers)
    await post(alice, mine, { permissions: ['invoices', 'tickets'], ends_on: DAY })
    await ada.press('Save', { 'View Domains': true })
    expect(ada.status).toBe(422)
    expect(ada.told).toMatch(/Now it is: .*Invoices.*Tickets/)
    expect(ada.told).toContain(` (Access until ${DAY}). What you chose stands below`)
    expect(await held()).toBe('invoices,tickets')
  })

  test('a second click on Save, and what is as wanted already, are no such case', async () => {
    await alice.visit(mine)
    const seen = alice.$('[name=seen]').val()
    for (let click = 0; click < 2; click++) {
      await post(alice, mine, { permissions: 'tickets', ends_on: '', seen })
      expect([alice.status, await held()]).toEqual([200, 'tickets'])
    }
  })

  test('ticking a preset without a script, or a field that is wrong, does not count as having seen it', async () => {
    await alice.visit(mine)
    await post(ada, hers, { permissions: 'tickets' })
    const seen = alice.$('[name=seen]').val()
    await post(alice, `${mine}?tick`, { permissions: 'invoices', preset: 'billing', seen })
    expect([alice.status, alice.$('[name=seen]').val()]).toEqual([200, seen])
    await post(alice, mine, { permissions: 'invoices', ends_on: 'soon', seen })
    expect([alice.status, alice.$('[name=seen]').val()]).toEqual([422, seen])
    await post(alice, mine, { permissions: 'invoices', ends_on: '', seen })
    expect([alice.status, alice.told]).toEqual([422, NOW_TICKETS])
  })

  test('whatever stands in the field breaks nothing', async () => {
    for (const seen of ['', 'x'.repeat(5000), ['a', 'b']]) {
      await post(alice, mine, { permissions: 'domains', ends_on: '', seen })
      expect([seen.length, [200, 422].includes(alice.status)]).toEqual([seen.length, true])
    }
  })
})
