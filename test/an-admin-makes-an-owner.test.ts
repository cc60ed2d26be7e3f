import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('Make Owner', () => {
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

  const owners = () =>
    ada
      .$('#lists .row-item')
      .filter((_, one) => ada.$(one).find('.tag-owner').length > 0)
      .map((_, one) => ada.$(one).find('.person-name').text().replace('Owner', '').trim())
      .get()
  const idOf = async (email: string) => (await house.db('users').where({ email }).first()).id

  test('nobody who is not a user of the client can become its owner', async () => {
    await ada.post(`${url}/${await idOf('carol@example.com')}`, { make_owner: '1' })
    expect([ada.status, ada.title]).toEqual([404, 'Not found'])
  })

  test('the page says what will happen; Save moves ownership, and there is one owner', async () => {
    await ada.follow('Manage User: Bob Brown')
    expect(ada.text).toContain('Ownership moves to Bob Brown. The former owner stays, with all permissions')
    await ada.press('Save', { 'Make Owner': true })
    expect(ada.told).toBe('Bob Brown is now the owner of Acme Hosting.')
    expect(owners()).toEqual(['Bob Brown'])
    const rows = await house
      .db('associations')
      .where({ client_id: (await house.clientNamed('Acme Hosting')).id })
    expect(
      rows.map(({ permissions }) => permissions.split(',').length),
      'both hold all',
    ).toEqual([13, 14])
  })

  test('both are told by e-mail', async () => {
    const [bob] = await house.mailTo('bob@example.com')
    expect(bob?.subject).toBe('You now own Acme Hosting')
    expect(bob?.text).toContain('Ada Admin made you the owner of Acme Hosting.')
    expect(bob?.text).toContain(
      'Alice Ames, the former owner, is still a user with all permissions, but manages no users.',
    )
    const [alice] = await house.mailTo('alice@example.com')
    expect(alice?.subject).toBe('Bob Brown now owns Acme Hosting')
    expect(alice?.text).toContain('You are still a user with all permissions, but manage no users.')
  })

  test('the new owner manages users; the former one only acts, until somebody changes that', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    expect((await alice.visit('/account/users')).status).toBe(403)
    expect(alice.text).toContain('It needs the permission “Manage Users”.')
    expect((await alice.visit('/account/details')).status).toBe(200)

    const bob = await house.user('bob', 'Acme Hosting')
    await bob.visit('/account/users')
    await bob.follow('Manage Permissions: Alice Ames')
    await bob.press('Save', { 'Modify Master Account Profile': false })
    expect(bob.told).toBe('The permissions of Alice Ames are saved.')
    expect((await alice.visit('/account/details')).status).toBe(403)
  })

  test('making the owner the owner again is refused with a sentence', async () => {
    await ada.post(`${url}/${await idOf('bob@example.com')}`, { make_owner: '1' })
    expect(ada.status).toBe(422)
    expect(ada.told).toContain('This user is the owner already.')
  })

  test('and so is someone who lost access, or whose login is disabled, while the page was open', async () => {
    const alice = await idOf('alice@example.com')
    await ada.follow('Manage User: Alice Ames')
    await house.db('users').where({ id: alice }).update({ status: 'disabled' })
    await ada.press('Save', { 'Make Owner': true })
    expect([ada.status, ada.told]).toEqual([
      422,
      'This needs another look This login is disabled: it cannot own a client.',
    ])
    expect(ada.$('#make-owner').attr('checked'), 'what was ticked is kept').toBeDefined()

    await house.db('users').where({ id: alice }).update({ status: 'active' })
    await ada.visit(`${url}/${alice}`)
    const bobs = await house.user('bob')
    await bobs.post(`/account/users/${alice}/remove`)
    await ada.press('Save', { 'Make Owner': true })
    expect(ada.status).toBe(404)
    await ada.visit(url)
    expect(owners()).toEqual(['Bob Brown'])
  })

  test('a user of the Client Area cannot do it at all', async () => {
    const { owner_id } = await house.clientNamed('Brown Bakery')
    const bob = await house.user('bob')
    const { id } = await house.clientNamed('Brown Bakery')
    await bob.post(`/admin/clients/${id}/users/${owner_id}`, { make_owner: '1' })
    expect([bob.status, bob.title]).toEqual([401, 'Log in to the Admin Area'])
  })
})
