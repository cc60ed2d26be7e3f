import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('Manage User', () => {
  let house: TestHouse
  let ada: Visitor
  let url: string

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    url = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}/users`
  })
  beforeEach(async () => {
    await ada.visit(url)
  })

  const ticked = () =>
    ada
      .$('[name="permissions"][checked]')
      .map((_, one) => ada.$(one).val())
      .get()
  const idOf = async (email: string) => (await house.db('users').where({ email }).first()).id

  test('the name leads to the login itself, from the list and from the form', async () => {
    await ada.follow('Bob Brown')
    expect(ada.path).toBe(`/admin/users/${await idOf('bob@example.com')}`)
    await ada.visit(url)
    await ada.follow('Manage User: Bob Brown')
    await ada.follow('Bob Brown')
    expect(ada.title).toBe('Bob Brown')
  })

  test('permissions are changed: in words on the list, by mail to the user, from the next click', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    expect((await bob.visit('/account/details')).status).toBe(403)

    await ada.follow('Manage User: Bob Brown')
    expect(ticked()).toEqual(['products', 'invoices', 'tickets'])
    await ada.press('Save', {
      'Modify Master Account Profile': true,
      'View Products & Services': false,
      'View & Pay Invoices': false,
    })
    expect(ada.told).toBe('The permissions of Bob Brown are saved.')
    expect(ada.$('#lists').text()).toContain('Account details, tickets')
    expect((await bob.visit('/account/details')).status, 'with the next click').toBe(200)

    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.subject).toBe('What you may do in Acme Hosting was changed')
    expect(mail?.text).toContain('Ada Admin changed what you may do in Acme Hosting')
    expect(mail?.text).toContain('- Modify Master Account Profile\n- View & Open Support Tickets')
  })

  test('Check All gives all, and a single one can be taken away again without JavaScript', async () => {
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save', { 'Check All': true })
    expect(
      ada
        .$('#lists')
        .text()
        .match(/All permissions/g),
    ).toHaveLength(2)
    await ada.follow('Manage User: Bob Brown')
    expect(ticked()).toHaveLength(14)
    await ada.press('Save', { 'Modify Master Account Profile': false })
    await ada.follow('Manage User: Bob Brown')
    expect(ticked()).toHaveLength(13)
  })

  test('saving what holds already tells nobody', async () => {
    const before = (await house.mailTo('bob@example.com')).length
    await ada.follow('Manage User: Bob Brown')
    await ada.press('Save')
    expect(await house.mailTo('bob@example.com')).toHaveLength(before)
  })

  test('no permission at all, or an unknown one, is refused; nothing changes', async () => {
    const bob = await idOf('bob@example.com')
    const held = () => house.db('associations').where({ user_id: bob }).pluck('permissions')
    const before = await held()
    await ada.post(`${url}/${bob}`, {})
    expect([ada.status, ada.told]).toEqual([422, 'Choose at least one permission.'])
    await ada.post(`${url}/${bob}`, 'permissions=tickets&permissions=root')
    expect([ada.status, ada.told]).toEqual([422, 'There is no such permission: look at the list again.'])
    expect(ticked(), 'what was sent, as far as it exists').toEqual(['tickets'])
    expect(await held()).toEqual(before)
  })

  test('the owner’s permissions cannot be edited, nor the owner removed', async () => {
    await ada.follow('Manage User: Alice Ames')
    expect(ada.text).toContain(
      'Alice Ames owns this account and holds every permission. To change the owner,',
    )
    expect(ada.$('[name="permissions"], [name="make_owner"]').length).toBe(0)
    await expect(ada.follow('Remove Access')).rejects.toThrow('No link')

    const alice = await idOf('alice@example.com')
    await ada.post(`${url}/${alice}`, { permissions: 'tickets' })
    expect(ada.status).toBe(422)
    expect(ada.told).toContain('The owner holds every permission: they cannot be edited.')
    await ada.visit(`${url}/${alice}/remove`)
    expect(ada.text).toContain('make somebody else the owner first')
    expect(ada.$('form[action$="/remove"]').length).toBe(0)
    await ada.post(`${url}/${alice}/remove`)
    expect([ada.status, ada.told]).toEqual([
      422,
      'The owner’s access cannot be removed: make somebody else the owner first.',
    ])
  })

  test('Remove Access asks first; then the user is out with the next click, and told', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    expect(bob.title).toBe('Acme Hosting')

    await ada.follow('Manage User: Bob Brown')
    await ada.follow('Remove Access')
    expect(ada.text).toContain('Remove Bob Brown’s access to Acme Hosting?')
    expect((await bob.visit('/clientarea')).title, 'asking changes nothing').toBe('Acme Hosting')
    await ada.press('Remove Access')
    expect(ada.told).toBe('Bob Brown has no access any more.')
    expect(ada.$('#lists').text()).not.toContain('Bob Brown')

    await bob.visit('/clientarea')
    expect([bob.path, bob.text.includes('Acme Hosting')]).toEqual(['/user/accounts', false])
    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.subject).toBe('You have no access to Acme Hosting any more')
    await ada.visit(`${url}/${await idOf('bob@example.com')}`)
    expect(ada.status, 'nobody of this client any more').toBe(404)
  })
})
