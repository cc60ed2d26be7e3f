import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const SEARCH = 'Name or email address'

describe('an admin opens a client', () => {
  let house: TestHouse
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
  })
  beforeEach(async () => {
    await ada.visit('/admin/clients')
    await ada.follow('New client')
  })

  const ownerOf = async (company_name: string) => {
    const client = await house.clientNamed(company_name)
    const owner = await house.db('users').where({ id: client.owner_id }).first()
    return { client, owner }
  }

  test('for a user found by searching; what was typed before searching is kept', async () => {
    await ada.press('Search', { 'Company name': 'Chen Bikes', City: 'Springfield', [SEARCH]: 'chen' })
    expect(ada.value('Company name')).toBe('Chen Bikes')
    expect(ada.value('City')).toBe('Springfield')
    await ada.press('Open client', {
      'Carol Chen': true,
      'First name': 'Cora',
      'Last name': 'Chen',
      'Email address': 'Bikes@Example.com',
    })
    expect(ada.told).toBe('Chen Bikes is open.')
    expect(ada.title).toBe('Chen Bikes')

    const { client, owner } = await ownerOf('Chen Bikes')
    expect(owner.email).toBe('carol@example.com')
    expect(client).toMatchObject({ email: 'bikes@example.com', first_name: 'Cora', status: 'active' })
    const associations = await house.db('associations').where({ client_id: client.id })
    expect(
      associations.map(({ user_id }) => user_id),
      'the owner is associated, too',
    ).toEqual([owner.id])
  })

  test('for a new user, who sets a password by “Forgot password” and owns it', async () => {
    await ada.press('Open client', {
      'Create new user': true,
      'Company name': 'Fir & Sons',
      'First name': 'Fay',
      'Last name': 'Fir',
      'Email address': 'fay@example.org',
    })
    expect(ada.told).toBe('Fir & Sons is open.')
    expect(ada.text).toContain('Fay Fir')
    expect(await house.mailTo('fay@example.org'), 'nobody is written to').toEqual([])

    const fay = house.visitor()
    await fay.visit('/password/reset')
    await fay.press('Send link', { 'Email address': 'fay@example.org' })
    await fay.visit(await house.linkTo('fay@example.org'))
    await fay.press('Set password', { 'New password': 'firs are evergreen' })
    await fay.press('Log in', { 'Email address': 'fay@example.org', Password: 'firs are evergreen' })
    expect([fay.title, fay.$('.tag-owner').length]).toEqual(['Fir & Sons', 1])
  })

  test('the address that was typed to find the owner need not be typed again', async () => {
    await ada.press('Open client', {
      'Name or email address': 'Gus@example.org',
      'Create new user': true,
      'Last name': 'Gray',
    })
    expect([ada.told, ada.value('Email address')]).toEqual(['Enter a first name.', 'Gus@example.org'])
    await ada.press('Open client', { 'First name': 'Gus' })
    expect(ada.told).toBe('Gus Gray is open.')
    expect(await house.db('users').where({ email: 'gus@example.org' })).toHaveLength(1)
  })

  test('bad input: a sentence a field, all that was typed kept, nothing opened', async () => {
    const before = await house.db('clients').count({ n: '*' }).first()
    await ada.press('Open client', {
      'Create new user': true,
      'Company name': 'x'.repeat(101),
      'First name': '',
      'Last name': 'Gray',
      'Email address': 'gus@',
      Country: 'Germany',
    })
    expect(ada.status).toBe(422)
    const errors = ada
      .$('.field-error')
      .map((_, one) => ada.$(one).text())
      .get()
    expect(errors).toEqual([
      'This is too long: at most 100 characters.',
      'Enter a first name.',
      'That email address is not complete: something like name@example.com.',
      'This is too long: at most 2 characters.',
    ])
    expect(ada.value('Company name')).toHaveLength(101)
    expect(ada.value('Last name')).toBe('Gray')
    expect(ada.$('#user-new').attr('checked')).toBeDefined()
    expect(await house.db('clients').count({ n: '*' }).first()).toEqual(before)
  })

  test('without an owner, with one who is not there, or a new one whose address is taken: refused', async () => {
    const person = { 'First name': 'Al', 'Last name': 'Lee', 'Email address': 'alice@example.com' }
    await ada.press('Open client', person)
    expect(ada.told).toBe('Pick a user from the list, or choose “Create new user”.')
    await ada.press('Open client', { 'Create new user': true })
    expect(ada.told).toBe('There is a user with this address: pick them as the owner.')
    expect(ada.value('First name')).toBe('Al')
    await ada.post('/admin/clients/new', {
      user_id: '9999',
      first_name: 'A',
      last_name: 'B',
      email: 'a@b.test',
    })
    expect([ada.status, ada.told]).toEqual([422, 'Pick a user from the list, or choose “Create new user”.'])
  })
})
