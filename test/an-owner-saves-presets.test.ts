import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { actAs } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const PAGE = '/account/presets'
const INVOICES = 'View & Pay Invoices'

describe('an owner saves presets of permissions', () => {
  let house: TestHouse
  let alice: Visitor
  let acme: number

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    acme = (await house.clientNamed('Acme Hosting')).id
  })
  beforeEach(async () => {
    await house.db('presets').delete()
    await alice.visit(PAGE)
  })

  const save = (name: string, ...titles: string[]) =>
    alice.press('Save preset', {
      'Name of the preset': name,
      ...Object.fromEntries(titles.map((title) => [title, true])),
    })
  const saved = () => house.db('presets').orderBy('id').select('id', 'client_id', 'name', 'permissions')
  const add = async (client_id: number, name: string, permissions = 'invoices') => {
    const at = new Date().toISOString()
    await house.db('presets').insert({ client_id, name, permissions, created_at: at, updated_at: at })
    return (await house.db('presets').where({ client_id, name }).first()).id
  }
  const log = async () => {
    const entries = await house.db('activity').where('action', 'like', 'preset.%').orderBy('id')
    return entries.map(({ action, detail }) => ({ action, ...JSON.parse(detail) }))
  }

  test('saves, changes and removes one; nobody’s permissions change; the log says what was before and after', async () => {
    const access = () => house.db('associations').select('client_id', 'user_id', 'permissions')
    const before = await access()
    await alice.visit('/clientarea')
    await alice.follow('Presets')
    expect(alice.path).toBe(PAGE)
    expect(alice.text).toContain('changing or removing it changes nobody’s permissions')
    for (const name of ['Everything', 'Billing', 'Technical', 'Read-only'])
      expect(alice.$(`.row-item:contains("${name}")`).text()).toContain('Built in')
    await save('  Front desk ', 'View & Open Support Tickets', INVOICES)
    expect(alice.told).toBe('The preset “Front desk” is saved.')
    expect(alice.$('.row-item:contains("Front desk") .row-what').text()).toBe('Invoices, tickets')

    await alice.follow('Change: Front desk')
    expect(alice.value('Name of the preset')).toBe('Front desk')
    await alice.press('Save', { 'Name of the preset': 'FRONT DESK', [INVOICES]: false })
    expect(alice.told).toContain('Nobody’s permissions changed.')
    await alice.follow('Change: FRONT DESK')
    await alice.press('Save')
    expect(await saved()).toMatchObject([{ client_id: acme, name: 'FRONT DESK', permissions: 'tickets' }])

    await alice.follow('Remove: FRONT DESK')
    expect(alice.text).toContain('Everybody keeps the permissions they have.')
    await alice.press('Remove')
    expect(alice.told).toContain('“FRONT DESK” is removed')
    expect(await saved()).toEqual([])
    expect(await access()).toEqual(before)
    expect(await log()).toEqual([
      { action: 'preset.added', name: 'Front desk', after: 'invoices,tickets' },
      {
        action: 'preset.changed',
        name: 'FRONT DESK',
        before: { preset: 'Front desk', permissions: 'invoices,tickets' },
        after: { preset: 'FRONT DESK', permissions: 'tickets' },
      },
      { action: 'preset.removed', name: 'FRONT DESK', before: 'tickets' },
    ])
    await alice.visit('/account/activity')
    expect(alice.text).toContain('saved the preset Front desk: Invoices, tickets')
    expect(alice.text).not.toContain('it is now')
    expect(alice.text).toContain('Name of the preset from Front desk to FRONT DESK')
    expect(alice.text).toContain('Permissions from Invoices, tickets to Tickets')
  })

  test('a name is there once, however it is written, and none of ours; what was typed is kept', async () => {
    await save('Front desk', INVOICES)
    for (const name of ['front DESK', 'Front  desk', 'Front\u200B desk', 'Ｆront desk']) {
      await save(name, 'View Domains')
      expect([name, alice.status, alice.told]).toEqual([
        name,
        422,
        expect.stringContaining('There is a preset called “Front desk” already.'),
      ])
      expect(alice.$('#permission-domains').attr('checked')).toBeDefined()
    }
    for (const name of ['EVERYTHING', 'billing', 'Read-Only']) {
      await save(name, INVOICES)
      expect([name, alice.status, alice.told]).toEqual([name, 422, expect.stringContaining('is built in')])
    }
    await save('Back office', INVOICES)
    await alice.follow('Change: Back office')
    await alice.press('Save', { 'Name of the preset': 'FRONT desk' })
    expect([alice.status, alice.value('Name of the preset')]).toEqual([422, 'FRONT desk'])
    expect((await saved()).map(({ name }) => name)).toEqual(['Front desk', 'Back office'])
  })

  test('no name, a long one, an address of the web, no permission, and one that is not: a sentence each', async () => {
    const bad: [string, Record<string, unknown>, string][] = [
      ['no name', { name: ' ', permissions: 'invoices' }, 'Give it a name.'],
      ['nothing to see', { name: '\u200B', permissions: 'invoices' }, 'Give it a name.'],
      ['a long one', { name: 'n'.repeat(61), permissions: 'invoices' }, '60'],
      ['a link', { name: 'evil.example/pay', permissions: 'invoices' }, 'cannot be a web address'],
      ['none ticked', { name: 'Empty' }, 'Choose at least one permission.'],
      ['an unknown one', { name: 'Odd', permissions: ['invoices', 'root'] }, 'There is no such permission'],
      ['a thing', { name: { a: 1 }, permissions: 'invoices' }, ''],
    ]
    for (const [what, body, told] of bad) {
      await alice.post(PAGE, body)
      expect([what, alice.status, alice.told]).toEqual([what, 422, expect.stringContaining(told)])
    }
    expect(await saved()).toEqual([])
    await save('n'.repeat(60), INVOICES)
    expect(await saved()).toHaveLength(1)
  })

  test('twenty are enough: the 21st is refused, and the page says so beforehand', async () => {
    for (let nth = 1; nth <= 19; nth++) await add(acme, `Preset ${nth}`)
    const open = await alice.newTab().visit(PAGE)
    await alice.visit(PAGE)
    await save('The twentieth', INVOICES)
    expect(alice.text).toContain('An account can have 20 presets of its own. Remove one to make room.')
    await open.press('Save preset', { 'Name of the preset': 'One more', [INVOICES]: true })
    expect([open.status, open.value('Name of the preset')]).toEqual([422, 'One more'])
    expect(open.text).toContain('An account can have 20 presets of its own.')
    expect(await saved()).toHaveLength(20)
  })

  test('another account’s preset is not found, and neither is one that is gone', async () => {
    const carols = await add((await house.clientNamed('Chen Labs')).id, 'Lab')
    const mine = await add(acme, 'Front desk')
    const consulting = await house.user('alice', 'Ames Consulting')
    for (const [who, id] of [
      [alice, carols],
      [consulting, mine],
      [alice, 999_999],
      [alice, 'x'],
    ] as const)
      for (const step of ['', '/remove']) {
        expect((await who.visit(`${PAGE}/${id}${step}`)).status).toBe(404)
        expect((await who.post(`${PAGE}/${id}${step}`, { name: 'Y', permissions: 'emails' })).status).toBe(
          404,
        )
      }
    expect(await saved()).toHaveLength(2)
    await consulting.visit(PAGE)
    expect(consulting.text).not.toContain('Front desk')
    await consulting.press('Save preset', { 'Name of the preset': 'Front desk', [INVOICES]: true })
    expect(consulting.told, 'each account has its own names').toContain('is saved')
  })

  test('only the owner: neither a user with every permission nor, H7, an admin who acts as the owner', async () => {
    const id = await add(acme, 'Front desk')
    const bob = await house.user('bob', 'Acme Hosting')
    for (const url of [PAGE, `${PAGE}/${id}`, `${PAGE}/${id}/remove`]) {
      expect((await bob.visit(url)).status).toBe(403)
      expect((await bob.post(url, { name: 'Mine', permissions: 'orders' })).status).toBe(403)
    }
    const ada = await actAs(house, await house.admin(), 'alice')
    await ada.visit('/user/accounts')
    await ada.press('Switch to Acme Hosting').catch(() => ada)
    for (const url of [PAGE, `${PAGE}/${id}`, `${PAGE}/${id}/remove`]) {
      expect([url, (await ada.visit(url)).status]).toEqual([url, 200])
      expect(ada.$('main form button').length).toBe(0)
      expect((await ada.post(url, { name: 'Mine', permissions: 'orders' })).status).toBe(403)
    }
    expect(await saved()).toMatchObject([{ name: 'Front desk', permissions: 'invoices' }])
  })

  test('they stay with the account: when it is closed and opened again, and with its next owner', async () => {
    const id = await add(acme, 'Front desk')
    const open = await alice.newTab().visit(PAGE)
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${acme}/close`)
    await ada.press('Close client')
    await open.press('Save preset', { 'Name of the preset': 'Late', [INVOICES]: true })
    expect((await saved()).map(({ name }) => name)).toEqual(['Front desk'])
    await ada.visit(`/admin/clients/${acme}/reopen`)
    await ada.press('Open again')

    const owner = await house.user('alice', 'Acme Hosting')
    await owner.visit(`${PAGE}/${id}`)
    await ada.visit(`/admin/clients/${acme}/users`)
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Make Owner': true })
    await owner.press('Save', { 'Name of the preset': 'Not mine any more' })
    expect(owner.status).toBe(403)
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.visit(PAGE)
    expect(bob.text).toContain('Front desk')
    expect(await saved()).toMatchObject([{ id, name: 'Front desk' }])
  })
})
