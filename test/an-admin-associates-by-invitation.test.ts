import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const SEARCH = 'Name or email address'

describe('Associate User, with an invitation', () => {
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
    await ada.follow('Associate User')
  })

  const isTicked = (id: string) => ada.$(`#${id}`).attr('checked') !== undefined
  const ticked = () =>
    ada
      .$('[name="permissions"][checked]')
      .map((_, one) => ada.$(one).val())
      .get()

  test('the search step without JavaScript finds people and keeps everything else', async () => {
    await ada.press('Search', {
      [SEARCH]: 'che',
      'First name': 'Typed',
      'View Domains': true,
      'View & Pay Invoices': true,
      No: true,
    })
    expect(ada.$('#found .person-name').text()).toContain('Carol Chen')
    expect(ada.$('#found').text()).not.toContain('Alice')
    expect(ada.value('First name')).toBe('Typed')
    expect(ticked()).toEqual(['domains', 'invoices'])
    expect([isTicked('send-yes'), isTicked('send-no')]).toEqual([false, true])
    expect(ada.value(SEARCH)).toBe('che')

    await ada.press('Search', { [SEARCH]: 'nobody of this name' })
    expect(ada.text).toContain('No user found for “nobody of this name”.')
    expect(ticked()).toEqual(['domains', 'invoices'])
  })

  test('Check All is kept by the search step, as ticked boxes that can be unticked', async () => {
    await ada.press('Search', { [SEARCH]: 'carol', 'Check All': true })
    expect(ticked()).toHaveLength(14)
    await ada.press('Invite User', { 'Carol Chen': true, 'View Domains': false })
    const { permissions } = await house.db('invitations').where({ email: 'carol@example.com' }).first()
    expect(permissions.split(',')).toHaveLength(13)
    expect(permissions).not.toContain('domains,invoices')
  })

  test('whoever is a user already is shown so and cannot be picked', async () => {
    await ada.press('Search', { [SEARCH]: 'bob' })
    expect(ada.$('#found').text()).toContain('Already a user here')
    expect(ada.$('#found [name="user_id"]').first().attr('disabled')).toBeDefined()
    const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
    for (const send_invite of ['yes', 'no']) {
      await ada.post(`${url}/associate`, { user_id: id, permissions: 'tickets', send_invite })
      expect([ada.status, ada.told.replace('This needs another look ', '')]).toEqual([
        422,
        'This person is a user of the account already.',
      ])
    }
    await ada.visit(`${url}/associate`)
    await ada.press('Invite User', {
      [SEARCH]: 'Bob@Example.com',
      'Create new user': true,
      'Check All': true,
    })
    expect(ada.told, 'by the address, too').toContain('This person is a user of the account already.')
    expect(await house.mailTo('bob@example.com')).toEqual([])
  })

  test('picking somebody and Send Invite: Yes sends the mail; they accept and are in', async () => {
    await ada.press('Search', { [SEARCH]: 'chen' })
    await ada.press('Invite User', { 'Carol Chen': true, 'View & Open Support Tickets': true, Yes: true })
    expect(ada.told).toContain('carol@example.com was invited before: the new permissions hold')
    expect(ada.path).toBe(url)
    expect(ada.$('#lists').text()).toContain('Invited by Ada Admin')

    const [mail] = await house.mailTo('carol@example.com')
    expect(mail?.subject).toBe('Ada Admin invited you to Acme Hosting')
    expect(mail?.text).toContain('- View & Open Support Tickets\n')
    expect(mail?.text).not.toContain('Invoices')
    const carol = await house.user('carol')
    await carol.visit(await house.linkTo('carol@example.com'))
    await carol.press('Accept')
    expect(carol.title).toBe('Acme Hosting')
    expect(carol.text).toContain('Tickets')

    const [told] = await house.mailTo('ada@latchkey.test')
    expect(told?.subject, 'whoever invited is told').toBe(
      'Carol Chen accepted the invitation to Acme Hosting',
    )
    const [owner] = await house.mailTo('alice@example.com')
    expect(owner?.subject, 'the owner, too').toBe(told?.subject)
  })

  test('a new address needs nothing but itself when an invitation is sent', async () => {
    await ada.press('Invite User', {
      [SEARCH]: 'Dora@Example.com',
      'Create new user': true,
      'Check All': true,
    })
    expect(ada.told).toBe('dora@example.com is invited. The link in the mail works for 7 days.')
    expect(await house.db('users').where({ email: 'dora@example.com' }), 'nobody is made').toEqual([])
    const [mail] = await house.mailTo('dora@example.com')
    expect(mail?.text).toContain('- Place New Orders/Upgrades/Cancellations')
  })

  test('nothing picked, no permission, no address: a sentence each, and nothing is sent', async () => {
    const before = await house.db('invitations').count({ n: '*' }).first()
    await ada.press('Invite User', { [SEARCH]: 'erik@example.com', 'Check All': true })
    expect([ada.status, ada.told]).toEqual([422, 'Pick a user from the list, or choose “Create new user”.'])
    expect(ada.value(SEARCH), 'kept').toBe('erik@example.com')
    expect(ada.$('label[for="user-new"]').text(), 'who would be new').toContain('erik@example.com')
    expect(ticked(), 'kept').toHaveLength(14)

    await ada.visit(`${url}/associate`)
    await ada.press('Invite User', { [SEARCH]: 'erik@example.com', 'Create new user': true })
    expect(ada.told).toBe('Choose at least one permission.')
    expect(isTicked('user-new')).toBe(true)

    await ada.press('Invite User', { [SEARCH]: 'erik', 'View Domains': true })
    expect(ada.told).toBe('That email address is not complete: something like name@example.com.')
    await ada.press('Invite User', { [SEARCH]: '' })
    expect(ada.told).toBe('Enter an email address.')
    await ada.press('Invite User', { [SEARCH]: `${'e'.repeat(250)}@example.com` })
    expect(ada.told).toBe('This is too long: at most 254 characters.')
    expect(await house.db('invitations').count({ n: '*' }).first()).toEqual(before)
  })

  test('what no page sends is refused, too: unknown permissions, users and answers', async () => {
    const good = { search: 'erik@example.com', user_id: 'new', permissions: ['tickets'], send_invite: 'yes' }
    await ada.post(
      `${url}/associate`,
      'search=erik@example.com&user_id=new&permissions=tickets&permissions=root',
    )
    expect([ada.status, ada.told]).toEqual([422, 'There is no such permission: look at the list again.'])
    await ada.post(`${url}/associate`, { ...good, user_id: '99999' })
    expect([ada.status, ada.told]).toEqual([422, 'Pick a user from the list, or choose “Create new user”.'])
    await ada.post(`${url}/associate`, { ...good, send_invite: 'maybe' })
    expect([ada.status, ada.told]).toEqual([422, 'This needs another look Choose one of the two.'])
    expect(await house.db('invitations').where({ email: 'erik@example.com' })).toEqual([])
  })
})
