import { beforeAll, describe, expect, test } from 'vitest'
import { actAs, anotherAdmin } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const NORA = { 'First name': 'Nora', 'Last name': 'Nowak', 'Email address': 'Nora@Books.example' }
const URL = '/account/contacts'

describe('who gets mail about an account: its contacts', () => {
  let house: TestHouse
  let alice: Visitor
  let acme: { id: number }

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
  })

  const rows = (client = acme) => house.db('contacts').where({ client_id: client.id }).orderBy('id')
  const clear = () => house.db('contacts').delete()
  const add = async (who: Visitor, more: Record<string, string | boolean> = {}) => {
    await who.visit(`${URL}/new`)
    return who.press('Add contact', { ...NORA, ...more })
  }
  const last = async (table: string, where: object) =>
    house.db(table).where(where).orderBy('id', 'desc').first()

  test('without the permission: neither in the menu nor by its address; with it, and nothing beyond', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    await expect(bob.follow('Contacts')).rejects.toThrow('No link')
    for (const path of [URL, `${URL}/new`]) {
      await bob.visit(path)
      expect([bob.status, bob.text.includes('View & Manage Contacts')]).toEqual([403, true])
    }
    await bob.post(`${URL}/new`, { first_name: 'B', last_name: 'B', email: 'b@example.com' })
    expect([bob.status, await rows()]).toEqual([403, []])

    await alice.visit('/account/users')
    await alice.follow('Manage Permissions: Bob Brown')
    await alice.press('Save', { 'View & Manage Contacts': true })
    await bob.visit('/clientarea')
    await bob.follow('Contacts')
    expect([bob.status, bob.title]).toEqual([200, 'Contacts'])
    expect(bob.text).toContain('There are no contacts yet.')
    await add(bob)
    expect(bob.told).toBe('Nora Nowak is now a contact.')
    expect((await bob.visit('/account/users')).status).toBe(403)
    await clear()
  })

  test('added, edited, removed: kinds as sorted keys, the log says before and after, hooks are told', async () => {
    await alice.visit('/clientarea')
    await alice.follow('Contacts')
    await alice.follow('Add contact')
    await alice.press('Add contact', { ...NORA, 'Phone number': '+1 555', Support: true, Invoices: true })
    expect([alice.path, alice.told]).toEqual([URL, 'Nora Nowak is now a contact.'])
    expect(alice.text).toContain('nora@books.example General, Invoices, Support +1 555')
    const [nora] = await rows()
    expect(nora).toMatchObject({ email: 'nora@books.example', kinds: 'general,invoice,support' })

    await alice.follow('Edit: Nora Nowak')
    expect([alice.title, alice.value('Email address')]).toEqual(['Nora Nowak', 'nora@books.example'])
    await alice.press('Save', { General: false, Support: false, 'Last name': 'Novak' })
    expect(alice.told).toBe('The contact is saved.')
    await alice.follow('Edit: Nora Novak')
    await alice.press('Save')
    expect((await house.db('activity').where({ action: 'contact.edited' })).length, 'saved as it was').toBe(1)
    const { detail, client_id } = await last('activity', { action: 'contact.edited' })
    const [before, after] = [
      { last_name: 'Nowak', kinds: 'general,invoice,support' },
      { last_name: 'Novak', kinds: 'invoice' },
    ]
    expect([client_id, JSON.parse(detail)]).toEqual([
      acme.id,
      { name: 'Nora Nowak', email: 'nora@books.example', before, after },
    ])
    const told = JSON.parse((await last('hook_events', { name: 'ContactEdit' })).payload)
    expect(told).toMatchObject({ before, after, client: { name: 'Acme Hosting' } })
    expect(told.contact).toEqual({
      ...{ id: nora.id, firstName: 'Nora', lastName: 'Novak', email: 'nora@books.example' },
      ...{ phone: '+1 555', kinds: ['invoice'] },
    })

    await alice.visit(URL)
    await alice.follow('Remove contact: Nora Novak')
    expect(alice.text).toContain('Remove Nora Novak?')
    expect(await rows(), 'asking removes nothing').toHaveLength(1)
    await alice.press('Remove contact')
    expect([alice.path, alice.told]).toEqual([URL, 'Nora Novak is no longer a contact.'])
    expect(await rows()).toEqual([])
    await alice.visit('/account/activity')
    expect(alice.text).toContain('added the contact Nora Nowak (nora@books.example)')
    expect(alice.text).toContain('Mail for this contact from General, Invoices, Support to Invoices')
    expect(alice.text).toContain('removed the contact Nora Novak (nora@books.example)')
  })

  test('wrong input: a sentence beside each field, what was typed is kept, nothing is saved', async () => {
    await add(alice)
    for (const [label, typed, sentence] of [
      ['First name', '', 'Enter a first name.'],
      [
        'First name',
        'www.evil.example',
        'A name cannot be a web address. Leave out the link, or put a space after the dot.',
      ],
      ['Last name', 'x'.repeat(101), 'This is too long: at most 100 characters.'],
      ['Email address', 'nora', 'That email address is not complete: something like name@example.com.'],
      ['Email address', 'NORA@books.example', 'Another contact of this account has that email address.'],
      ['Phone number', '1'.repeat(41), 'This is too long: at most 40 characters.'],
    ] as const) {
      await add(alice, { 'Last name': 'Typed', Domains: true, [label]: typed })
      expect([label, alice.status, alice.told]).toEqual([label, 422, sentence])
      expect(alice.$('[aria-invalid="true"]').length).toBe(1)
      expect([alice.value(label), alice.$('#kind-domain').attr('checked')]).toEqual([typed, 'checked'])
    }
    const [nora] = await rows()
    const body = { first_name: 'N', last_name: 'N', email: 'n@example.com' }
    for (const [path, more] of [
      [`${URL}/new`, { kinds: 'everything' }],
      [`${URL}/${nora.id}`, { kinds: ['invoice', 'spam'] }],
    ] as const) {
      await alice.post(path, { ...body, ...more })
      expect([alice.status, alice.told]).toEqual([422, 'Choose from the list which mail this contact gets.'])
    }
    await add(alice, { 'Email address': 'second@example.com' })
    await alice.follow('Edit: Nora Nowak')
    await alice.press('Save', { 'Email address': 'nora@books.example' })
    const addresses = (await rows()).map(({ email }) => email)
    expect(addresses).toEqual(['nora@books.example', 'second@example.com'])
    const carol = await house.user('carol')
    await add(carol)
    expect(carol.told, 'another client may have the same').toBe('Nora Nowak is now a contact.')
    await alice.post(`${URL}/${nora.id}`, { ...body, client_id: '99', id: '99' })
    expect((await rows())[0], 'what the form does not have').toMatchObject({
      id: nora.id,
      client_id: acme.id,
    })
    await clear()
  })

  test('another client’s contact is not there, to look at, to change or to remove', async () => {
    await add(alice)
    const [nora] = await rows()
    const carol = await house.user('carol')
    const ada = await house.admin()
    const chen = await house.clientNamed('Chen Labs')
    const body = { first_name: 'E', last_name: 'E', email: 'eve@example.com' }
    for (const [who, base] of [
      [carol, URL],
      [ada, `/admin/clients/${chen.id}/contacts`],
    ] as const)
      for (const path of [`${base}/${nora.id}`, `${base}/${nora.id}/remove`]) {
        expect([path, (await who.visit(path)).status]).toEqual([path, 404])
        expect([path, (await who.post(path, body)).status]).toEqual([path, 404])
      }
    expect(await rows()).toEqual([nora])
    await clear()
  })

  test('an admin sees the tab with the right to list, and changes with the right to edit', async () => {
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${acme.id}`)
    await ada.follow('Contacts')
    await ada.follow('Add contact')
    await ada.press('Add contact', NORA)
    expect(ada.told).toBe('Nora Nowak is now a contact.')
    const entry = await last('activity', { action: 'contact.added' })
    expect([entry.actor_kind, entry.actor_name, entry.client_id]).toEqual(['admin', 'Ada Admin', acme.id])
    const kim = await anotherAdmin(house, 'Kim', ['list-clients'])
    await kim.visit(`/admin/clients/${acme.id}/contacts`)
    expect(kim.text).toContain('nora@books.example')
    await kim.follow('Look: Nora Nowak')
    expect([kim.status, kim.$('main button')]).toMatchObject([200, { length: 0 }])
    const [nora] = await rows()
    for (const path of ['new', nora.id, `${nora.id}/remove`]) {
      await kim.post(`/admin/clients/${acme.id}/contacts/${path}`, { ...NORA })
      expect([path, kim.status]).toEqual([path, 403])
    }
    const lee = await anotherAdmin(house, 'Lee', ['list-users'])
    expect((await lee.visit(`/admin/clients/${acme.id}/contacts`)).status).toBe(403)
    expect(await rows()).toEqual([nora])
  })

  test('H7 an admin who acts as a user changes contacts with edit-clients, in both names', async () => {
    const ada = await house.admin()
    await actAs(house, ada, 'alice')
    await ada.visit(URL)
    await ada.follow('Edit: Nora Nowak')
    await ada.press('Save', { 'Phone number': '112' })
    expect(ada.told).toBe('The contact is saved.')
    const entry = await last('activity', { action: 'contact.edited' })
    expect([entry.actor_name, entry.acting_admin_name]).toEqual(['Alice Ames', 'Ada Admin'])
  })

  test('closing the client leaves contacts as they are', async () => {
    const ada = await house.admin()
    const before = await rows()
    await ada.visit(`/admin/clients/${acme.id}/close`)
    await ada.press('Close client')
    expect(await rows()).toEqual(before)
    const entered = await house.user('alice')
    await entered.visit(URL)
    expect(entered.text).not.toContain('nora@books.example')
    await ada.visit(`/admin/clients/${acme.id}/contacts`)
    expect(ada.text).toContain('nora@books.example')
    await ada.visit(`/admin/clients/${acme.id}/reopen`)
    await ada.press('Open again')
    expect(await rows()).toEqual(before)
  })
})
