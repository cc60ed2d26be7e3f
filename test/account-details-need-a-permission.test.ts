import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'

describe('Account Details', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const acme = () => house.clientNamed('Acme Hosting')

  test('whoever lacks the permission reads which one, and whom to ask; the menu does not offer the page', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    const before = await acme()
    await expect(bob.follow('Account Details')).rejects.toThrow('No link')
    await bob.visit('/account/details')
    expect([bob.status, bob.title]).toEqual([403, 'You may not open this page'])
    expect(bob.text).toContain('It needs the permission “Modify Master Account Profile”.')
    expect(bob.text).toContain('Ask Alice Ames, the owner of Acme Hosting.')
    await bob.post('/account/details', { first_name: 'B', last_name: 'B', email: 'b@example.com' })
    expect(bob.status).toBe(403)
    expect(await acme()).toEqual(before)
  })

  test('where it was given, the page is in the menu and the details can be changed', async () => {
    const alice = await house.user('alice')
    await alice.visit('/account/users')
    await alice.follow('Manage Permissions: Bob Brown')
    await alice.press('Save', { 'Modify Master Account Profile': true })

    const bob = await house.user('bob', 'Acme Hosting')
    await bob.follow('Account Details')
    expect([bob.value('Company name'), bob.value('First name')]).toEqual(['Acme Hosting', 'Alice'])
    await bob.press('Save', { City: ' Zürich ', Country: 'ch', 'Email address': 'Office@Acme.example' })
    expect([bob.status, bob.told]).toEqual([200, 'The details are saved.'])
    expect([bob.value('City'), bob.value('Country'), bob.value('Email address')]).toEqual([
      'Zürich',
      'CH',
      'office@acme.example',
    ])
    await bob.visit('/account/users')
    expect(bob.status, 'and nothing beyond it').toBe(403)
  })

  test('it is written down who changed what, before and after; the login keeps its own address', async () => {
    const entries = await house.db('activity').where({ action: 'client.edited' })
    expect(entries).toHaveLength(1)
    const [{ actor_kind, actor_name, client_id, ip, detail }] = entries
    expect([actor_kind, actor_name, client_id]).toEqual(['user', 'Bob Brown', (await acme()).id])
    expect(ip).toContain('127.0.0.1')
    expect(JSON.parse(detail)).toEqual({
      before: { city: '', country: '', email: 'alice@example.com' },
      after: { city: 'Zürich', country: 'CH', email: 'office@acme.example' },
    })
    expect((await house.user('alice')).text).toContain('Hello, Alice!')
  })

  test('saving what is there already is no change', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.visit('/account/details')
    await bob.press('Save')
    expect(bob.told).toBe('The details are saved.')
    expect(await house.db('activity').where({ action: 'client.edited' })).toHaveLength(1)
  })

  test('wrong input: each with its sentence, everything typed is kept, nothing is saved', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    const before = await acme()
    for (const [label, typed, sentence] of [
      ['First name', '', 'Enter a first name.'],
      ['Last name', 'x'.repeat(101), 'This is too long: at most 100 characters.'],
      ['Company name', 'x'.repeat(101), 'This is too long: at most 100 characters.'],
      ['Email address', 'office', 'That email address is not complete: something like name@example.com.'],
      ['Country', 'X1', 'A country is two letters, such as DE or US.'],
      ['Country', 'CHE', 'This is too long: at most 2 characters.'],
      ['Postcode', '1'.repeat(21), 'This is too long: at most 20 characters.'],
      ['Phone number', '1\u0000', 'This cannot be understood: look at it again.'],
    ] as const) {
      await alice.visit('/account/details')
      await alice.press('Save', { City: 'Typed', [label]: typed })
      expect([label, alice.status, alice.told]).toEqual([label, 422, sentence])
      expect(alice.$('[aria-invalid="true"]').length).toBe(1)
      if (label !== 'Phone number') expect(alice.value(label)).toBe(typed)
      expect(alice.value('City')).toBe('Typed')
    }
    expect(await acme()).toEqual({ ...before, access_version: (await acme()).access_version })
  })

  test('a form cannot set what the page does not offer', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/details')
    const { id, status, owner_id } = await acme()
    const fields = alice.$('form[action="/account/details"]').serialize()
    await alice.post('/account/details', `${fields}&city=Bern&status=closed&owner_id=2&id=99&search_text=x`)
    expect(alice.status, 'a field given twice is none').toBe(422)
    await alice.post('/account/details', `${fields}&status=closed&owner_id=2&id=99&search_text=x`)
    expect(alice.told).toBe('The details are saved.')
    expect(await acme()).toMatchObject({ id, status, owner_id })
  })
})
