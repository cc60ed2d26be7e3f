import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('User Management', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
    bob = await house.user('bob', 'Acme Hosting')
  })
  beforeEach(async () => {
    await alice.visit('/account/users')
  })

  const idOf = async (email: string) => (await house.db('users').where({ email }).first()).id
  const row = (name: string) => alice.$(`#lists .row-item:contains("${name}")`)
  const ticked = () =>
    alice
      .$('[name="permissions"][checked]')
      .map((_, one) => alice.$(one).val())
      .get()
  const bobHolds = async () => {
    const { id: client_id } = await house.clientNamed('Acme Hosting')
    return (
      await house
        .db('associations')
        .where({ client_id, user_id: await idOf('bob@example.com') })
        .first()
    )?.permissions
  }

  test('lists everyone, the owner first, with what they may do and when they were last here', async () => {
    expect(alice.$('#users .count').text()).toBe('2')
    expect(alice.$('#lists .person-name').first().text()).toMatch(/Alice Ames\s*Owner/)
    expect(row('Alice Ames').find('.row-what').text()).toBe('All permissions')
    expect(row('Bob Brown').find('.row-what').text()).toBe('Services, invoices, tickets')
    expect(row('Bob Brown').find('.row-when').text()).toContain('Last login just now')
    expect(row('Alice Ames').find('a, button').length, 'nothing to do with the owner').toBe(0)
    expect(alice.text).toContain('Nobody is waiting for an answer.')
  })

  test('Manage Permissions: what was changed holds with the next click, and is told by mail', async () => {
    expect((await bob.visit('/account/details')).status).toBe(403)
    await alice.follow('Manage Permissions: Bob Brown')
    expect(ticked()).toEqual(['products', 'invoices', 'tickets'])
    await alice.press('Save', { 'Modify Master Account Profile': true, 'View & Pay Invoices': false })
    expect(alice.told).toBe('The permissions of Bob Brown are saved.')
    expect(row('Bob Brown').find('.row-what').text()).toBe('Account details, services, tickets')
    expect((await bob.visit('/account/details')).status).toBe(200)

    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.subject).toBe('What you may do in Acme Hosting was changed')
    expect(mail?.text).toContain('Alice Ames changed what you may do in Acme Hosting.')
    expect(mail?.text).not.toContain('View & Pay Invoices')

    await alice.follow('Manage Permissions: Bob Brown')
    await alice.press('Save', { 'Modify Master Account Profile': false })
    await bob.press('Save', { 'Company name': 'Bob was here' })
    expect(bob.status, 'taken away is gone at the next click, also for a form that was open').toBe(403)
    expect((await house.clientNamed('Acme Hosting'))?.company_name).toBe('Acme Hosting')
  })

  test('no permission, or one that does not exist, is refused; nothing changes', async () => {
    const before = await bobHolds()
    await alice.follow('Manage Permissions: Bob Brown')
    const none = { 'View Products & Services': false, 'View & Open Support Tickets': false }
    await alice.press('Save', none)
    expect([alice.status, alice.told, alice.title]).toEqual([
      422,
      'Choose at least one permission.',
      'Manage Permissions',
    ])
    for (const sent of [
      'permissions=tickets&permissions=root',
      'permissions=TICKETS',
      'permissions=tickets%2Cquotes',
    ]) {
      await alice.post(`/account/users/${await idOf('bob@example.com')}/permissions`, sent)
      expect([alice.status, alice.told]).toEqual([
        422,
        'There is no such permission: look at the list again.',
      ])
    }
    expect(await bobHolds()).toBe(before)
  })

  test('the owner’s permissions cannot be edited, nor the owner removed, not even by forged forms', async () => {
    const url = `/account/users/${await idOf('alice@example.com')}`
    await alice.visit(`${url}/permissions`)
    expect(alice.text).toContain('Alice Ames owns this account and holds every permission.')
    expect(alice.$('[name="permissions"]').length).toBe(0)
    await alice.post(`${url}/permissions`, { permissions: 'tickets' })
    expect(alice.status).toBe(422)
    expect(alice.told).toContain('The owner holds every permission: they cannot be edited.')

    await alice.visit(`${url}/remove`)
    expect(alice.text).toContain('make somebody else the owner first')
    await expect(alice.press('Remove Access')).rejects.toThrow('No button')
    await alice.post(`${url}/remove`)
    expect([alice.status, alice.told]).toEqual([
      422,
      'The owner’s access cannot be removed: make somebody else the owner first.',
    ])
    expect((await alice.visit('/account/users')).status).toBe(200)
  })

  test('Remove Access asks first; then the person is out at the next click, and told', async () => {
    await bob.visit('/clientarea')
    await alice.follow('Remove Access: Bob Brown')
    expect(alice.text).toContain('Remove Bob Brown’s access to Acme Hosting?')
    const again = await alice.newTab().visit(alice.path)
    const permissions = await alice.newTab().visit(alice.path.replace('remove', 'permissions'))
    await alice.follow('Keep access')
    expect((await bob.visit('/clientarea')).title, 'nothing happened yet').toBe('Acme Hosting')

    await alice.follow('Remove Access: Bob Brown')
    await alice.press('Remove Access')
    expect(alice.told).toBe('Bob Brown has no access any more.')
    expect(alice.$('#lists').text()).not.toContain('Bob Brown')
    await bob.follow('Home')
    expect([bob.path, bob.text.includes('Acme Hosting')]).toEqual(['/user/accounts', false])
    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.subject).toBe('You have no access to Acme Hosting any more')
    expect(mail?.text).toContain('Alice Ames removed your access to Acme Hosting.')

    await again.press('Remove Access')
    expect([again.status, again.title], 'a second click').toEqual([404, 'Not found'])
    await permissions.press('Save', { 'View Domains': true })
    expect(permissions.status, 'nobody gets access back that way').toBe(404)
    expect(await bobHolds()).toBeUndefined()
    expect((await house.mailTo('bob@example.com'))[0]?.subject).toBe(mail?.subject)
  })
})
