import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('Switch Account', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const row = (visitor: Visitor, name: string) => visitor.$(`.row-item:contains("${name}")`)
  const idOf = async (name: string) => (await house.clientNamed(name)).id

  test('lists the accounts of this user: which are owned, what they may do, where they are', async () => {
    const bob = await house.user('bob')
    await bob.follow('Switch Account')
    expect(bob.$('.row-item .person-name').text().replace(/\s+/g, ' ').trim()).toBe(
      'Brown Bakery OwnerAcme Hosting',
    )
    expect(row(bob, 'Brown Bakery').text()).toContain('You are here')
    expect(row(bob, 'Brown Bakery').text()).toContain('All permissions')
    expect(row(bob, 'Acme Hosting').text()).toContain('Services, invoices, tickets')
    expect(row(bob, 'Acme Hosting').text()).toContain('Never logged in here')
    expect(row(bob, 'Acme Hosting').find('.tag-owner').length).toBe(0)

    await bob.press('Switch to Acme Hosting')
    expect([bob.path, bob.title, bob.told]).toEqual([
      '/clientarea',
      'Acme Hosting',
      'You now act for Acme Hosting.',
    ])
    expect(bob.text).toContain('Ask Alice Ames, the owner.')
    await bob.visit('/user/accounts')
    expect(row(bob, 'Acme Hosting').text()).toContain('You are here')
    expect(row(bob, 'Acme Hosting').text()).toContain('just now')
  })

  test('a stranger’s account, and what is none, is not found; one stays where one was', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    for (const id of [await idOf('Chen Labs'), await idOf('Ames Consulting'), 999_999, 0, 'x', '']) {
      await bob.post('/user/accounts', { client_id: id })
      expect([id, bob.status, bob.title]).toEqual([id, 404, 'Not found'])
    }
    await bob.post('/user/accounts', 'client_id=1&client_id=2')
    expect(bob.status).toBe(404)
    expect((await bob.visit('/clientarea')).title).toBe('Brown Bakery')
  })

  test('a closed account is shown and cannot be entered; who was in it is led to the list', async () => {
    const alice = await house.user('alice', 'Ames Consulting')
    const open = await house.user('alice', 'Acme Hosting')
    await open.visit('/user/accounts')
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${await idOf('Ames Consulting')}`)
    await ada.follow('Close client')
    await ada.press('Close client')

    await alice.follow('Home')
    expect([alice.path, alice.told]).toEqual(['/user/accounts', 'You act for no account right now.'])
    expect(row(alice, 'Ames Consulting').text()).toContain('Closed')
    expect(row(alice, 'Ames Consulting').find('button').attr('disabled')).toBeDefined()
    for (const page of ['/clientarea', '/account/users', '/account/details'])
      expect((await alice.visit(page)).path).toBe('/user/accounts')
    await alice.post('/account/users/invite', { email: 'dora@example.com' })
    expect([alice.path, await house.db('invitations').select('*')]).toEqual(['/user/accounts', []])

    await open.press('Switch to Ames Consulting')
    expect([open.path, open.told]).toEqual([
      '/user/accounts',
      'Ames Consulting is closed and cannot be entered.',
    ])
    expect((await open.visit('/clientarea')).title, 'one stays where one was').toBe('Acme Hosting')
    expect((await house.user('alice')).title, 'nor does a login lead there').toBe('Acme Hosting')
  })

  test('a further account of one’s own is opened with one’s name and address, and one is in it', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.follow('Switch Account')
    await bob.follow('Open a further account')
    await bob.press('Open account', { 'Company name': 'x'.repeat(101) })
    expect([bob.status, bob.told]).toEqual([422, 'This is too long: at most 100 characters.'])
    expect(bob.value('Company name')).toHaveLength(101)
    await bob.press('Open account', { 'Company name': '  Bob & Sons ' })
    expect([bob.path, bob.title, bob.told]).toEqual([
      '/clientarea',
      'Bob & Sons',
      'Bob & Sons is open, and yours.',
    ])
    expect(bob.text).toContain('You own this account and hold every permission.')
    await bob.visit('/account/details')
    expect([bob.value('First name'), bob.value('Email address')]).toEqual(['Bob', 'bob@example.com'])
    expect((await house.user('alice')).title).toBe('Acme Hosting')

    await bob.visit('/user/accounts/new')
    await bob.press('Open account')
    expect(bob.title, 'without a company it has the person’s name').toBe('Bob Brown')
  })

  test('who has no account can open one, or wait to be invited', async () => {
    const { id, ...carol } = await house.db('users').where({ email: 'carol@example.com' }).first()
    await house.db('users').insert({ ...carol, email: 'nobody@example.com', first_name: 'Nina' })
    const nina = await house.user('nobody@example.com')
    expect([nina.path, nina.title]).toEqual(['/user/accounts', 'Switch Account'])
    expect(nina.text).toContain('Open one of your own, or ask an owner to invite you to theirs.')
    expect(nina.text).not.toContain('User Management')
    for (const page of ['/account/users', '/account/details', '/clientarea'])
      expect((await nina.visit(page)).path).toBe('/user/accounts')
    await nina.follow('Open a further account')
    await nina.press('Open account', { 'Company name': 'Nina’s' })
    expect(nina.title).toBe('Nina’s')
  })
})
