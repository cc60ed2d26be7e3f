import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BUILT_IN_PRESETS } from '../src/domain/presets.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('presets tick boxes wherever permissions are chosen', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor
  let acme: number
  let bobId: number
  let bookkeeper: number

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
    acme = (await house.clientNamed('Acme Hosting')).id
    bobId = (await house.db('users').where({ email: 'bob@example.com' }).first()).id
    await alice.visit('/account/presets')
    await alice.press('Save preset', {
      'Name of the preset': 'Bookkeeper',
      'View & Pay Invoices': true,
      'View Emails': true,
    })
    bookkeeper = (await house.db('presets').first()).id
  })
  beforeEach(() => give('products,invoices,tickets'))

  const give = (permissions: string) =>
    house.db('associations').where({ client_id: acme, user_id: bobId }).update({ permissions })
  const held = async () =>
    (await house.db('associations').where({ client_id: acme, user_id: bobId }).first()).permissions
  const ticked = ({ $ }: Visitor) =>
    $('[name="permissions"][checked]')
      .map((_, one) => $(one).val())
      .get()
      .sort()
  const what = ({ $ }: Visitor, who: string) => $(`#lists .row-item:contains("${who}") .row-what`)
  const tick = 'Tick its boxes'
  const sorted = (keys: readonly string[]) => [...keys].sort()

  test('each of ours is known keys; read-only is what changes nothing', () => {
    expect(BUILT_IN_PRESETS.everything).toHaveLength(13)
    expect(BUILT_IN_PRESETS.billing).toEqual(['invoices', 'quotes'])
    expect(BUILT_IN_PRESETS['read-only']).toEqual(['products', 'domains', 'emails'])
    expect(BUILT_IN_PRESETS.technical).not.toContain('orders')
  })

  test('Manage Permissions: the button only ticks; Save gives, and the list and the mail say the name', async () => {
    const url = `/account/users/${bobId}/permissions`
    for (const [value, keys] of Object.entries(BUILT_IN_PRESETS)) {
      await alice.visit(url)
      await alice.press(tick, { Preset: value })
      expect([value, alice.status, ticked(alice)]).toEqual([value, 200, sorted(keys)])
    }
    expect(await held(), 'nothing is given yet').toBe('products,invoices,tickets')
    expect(alice.$('#preset option[selected]').text()).toBe('Read-only')
    await alice.press(tick, { Preset: 'billing' })
    await alice.press('Save')
    expect(await held()).toBe('invoices,quotes')
    expect(what(alice, 'Bob Brown').find('summary').text()).toBe('Billing')
    expect(what(alice, 'Bob Brown').find('details').text(), 'and what it is').toContain('Invoices, quotes')
    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.text).toMatch(/\nBilling\. In detail:\s+- View & Pay Invoices\n- View & Accept Quotes/)
    expect(mail?.html).toContain('Billing. In detail:')
  })

  test('one of the account’s own, in the words of the account; a copy, so what changes later changes nothing', async () => {
    await alice.visit(`/account/users/${bobId}/permissions`)
    await alice.press(tick, { Preset: String(bookkeeper) })
    expect(ticked(alice)).toEqual(['emails', 'invoices'])
    await alice.press('Save')
    expect(what(alice, 'Bob Brown').find('summary').text()).toBe('Bookkeeper')
    expect((await house.mailTo('bob@example.com'))[0]?.text).toContain('Bookkeeper. In detail:')
    const bob = await house.user('bob', 'Acme Hosting')
    expect(bob.$('.may summary').text()).toBe('Bookkeeper')
    await bob.visit('/user/accounts')
    expect(bob.$('.row-item:contains("Acme") summary').text()).toBe('Bookkeeper')
    await ada.visit(`/admin/users/${bobId}`)
    expect(ada.$('.row-item:contains("Acme") summary').text()).toBe('Bookkeeper')

    await alice.visit(`/account/presets/${bookkeeper}`)
    await alice.press('Save', { 'View & Accept Quotes': true })
    expect(await held()).toBe('emails,invoices')
    await alice.visit('/account/users')
    expect(what(alice, 'Bob Brown').text(), 'in words, now that nothing is called so').toBe(
      'Invoices, emails',
    )
    await alice.visit(`/account/presets/${bookkeeper}`)
    await alice.press('Save', { 'View & Accept Quotes': false })
  })

  test('Invite New User: what was typed is kept, and the boxes are Choose Permissions', async () => {
    await alice.visit('/account/users')
    await alice.press(tick, { Preset: 'technical', 'Email address': 'dora@example.com' })
    expect(alice.value('Email address')).toBe('dora@example.com')
    expect(alice.$('#which-choose').attr('checked')).toBeDefined()
    expect(ticked(alice)).toEqual(sorted(BUILT_IN_PRESETS.technical))
    expect(await house.db('invitations').where({ email: 'dora@example.com' })).toEqual([])
    await alice.press('Send Invite')
    expect(what(alice, 'dora@example.com').find('summary').text()).toBe('Technical')
    expect((await house.mailTo('dora@example.com'))[0]?.text).toContain('Technical. In detail:')

    await alice.press('Send Invite', { 'Email address': 'all@example.com' })
    expect(what(alice, 'all@example.com').find('summary').text()).toBe('Everything')
  })

  test('a stranger who is invited does not read the account’s own words (H24)', async () => {
    await alice.visit('/account/users')
    await alice.press(tick, { Preset: String(bookkeeper), 'Email address': 'erik@example.com' })
    await alice.press('Send Invite')
    expect(what(alice, 'erik@example.com').find('summary').text()).toBe('Bookkeeper')
    const [mail] = await house.mailTo('erik@example.com')
    expect(mail?.text).toContain('- View & Pay Invoices')
    expect(`${mail?.text}${mail?.html}`).not.toContain('Bookkeeper')
  })

  test('Associate User and Manage User offer the account’s own too', async () => {
    await ada.visit(`/admin/clients/${acme}/users`)
    await ada.follow('Associate User')
    await ada.press(tick, { Preset: String(bookkeeper), 'Name or email address': 'fay@example.com' })
    expect(ada.$('[name="search"]').val()).toBe('fay@example.com')
    expect(ticked(ada)).toEqual(['emails', 'invoices'])
    await ada.press('Invite User', { 'Create new user': true })
    expect(what(ada, 'fay@example.com').find('summary').text()).toBe('Bookkeeper')

    await ada.follow('Manage User: Bob Brown')
    await ada.press(tick, { Preset: 'everything' })
    expect(ticked(ada)).toHaveLength(13)
    expect(await held()).toBe('products,invoices,tickets')
    await ada.press('Save')
    expect(what(ada, 'Bob Brown').find('summary').text()).toBe('Everything')
    expect(what(ada, 'Alice Ames').first().text(), 'the owner has all there ever are').toBe('All permissions')
  })

  test('no preset is chosen, or none of this account: a sentence, or not found; nothing is done', async () => {
    await house.db('presets').insert({
      client_id: (await house.clientNamed('Chen Labs')).id,
      name: 'Lab',
      permissions: 'orders',
      created_at: '2026-01-01T00:00:00.000Z',
      updated_at: '2026-01-01T00:00:00.000Z',
    })
    const { id: foreign } = await house.db('presets').where({ name: 'Lab' }).first()
    const urls = [
      [alice, '/account/users/invite'],
      [alice, '/account/presets'],
      [alice, `/account/presets/${bookkeeper}`],
      [alice, `/account/users/${bobId}/permissions`],
      [ada, `/admin/clients/${acme}/users/associate`],
      [ada, `/admin/clients/${acme}/users/${bobId}`],
    ] as const
    for (const [who, url] of urls) {
      await who.visit(url)
      expect(who.text, url).not.toContain('Lab')
      for (const preset of [foreign, 999_999, 'root', '__proto__']) {
        await who.post(`${url}?tick=1`, { preset, name: 'X', email: 'x@example.com', permissions: 'emails' })
        expect([url, preset, who.status]).toEqual([url, preset, 404])
      }
      await who.post(`${url}?tick=1`, { name: 'X', email: 'x@example.com', permissions: 'emails' })
      expect([url, who.status, who.told]).toEqual([url, 422, 'Choose a preset first.'])
      expect(ticked(who)).toEqual(['emails'])
    }
    expect(await held()).toBe('products,invoices,tickets')
    expect(await house.db('invitations').where({ email: 'x@example.com' })).toEqual([])
  })

  test('Enter in a field sends the form and not the preset', async () => {
    await alice.visit('/account/users')
    const first = alice.$('form.invite-form button').first()
    expect([first.attr('formaction'), first.attr('aria-hidden')]).toEqual([undefined, 'true'])
  })

  test('a preset that was chosen without ticking its boxes stays chosen, with the focus where boxes are missing', async () => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', {
      'Email address': 'nina@example.com',
      'Choose Permissions': true,
      Preset: 'billing',
    })
    expect([alice.status, alice.told]).toEqual([422, 'Choose at least one permission.'])
    expect([alice.value('Preset'), alice.$('[autofocus]').attr('id')]).toEqual(['billing', 'check-all'])
    await alice.press(tick)
    expect([alice.value('Email address'), ticked(alice)]).toEqual([
      'nina@example.com',
      ['invoices', 'quotes'],
    ])
  })
})
