import { beforeEach, describe, expect, test } from 'vitest'
import { actAs } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const URL = '/user/notifications'
const JOINED = 'somebody accepts an invitation and joins'
const DECLINED = 'somebody declines an invitation of mine'
const MINE = 'my permissions change'

describe('a user chooses which email about each account to get', () => {
  let house: TestHouse
  let alice: Visitor
  let acme: { id: number }

  beforeEach(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    acme = await house.clientNamed('Acme Hosting')
  })

  const save = async (who: Visitor, fields: Record<string, boolean>, client = 'Acme Hosting') => {
    await who.visit(`${URL}?q=${encodeURIComponent(client)}`)
    return who.press('Save', fields)
  }
  const invite = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
    return house.linkTo(email)
  }
  const subjects = async (to: string) => (await house.mailTo(to)).map(({ subject }) => subject)
  const unwanted = async (email: string) => {
    const { id } = await house.db('users').where({ email }).first('id')
    return (await house.db('associations').where({ client_id: acme.id, user_id: id }).first()).unwanted_mail
  }

  test('the menu leads there; all is ticked at first, and what is chosen stays chosen', async () => {
    await alice.follow('Notifications')
    expect(alice.path).toBe(URL)
    expect(alice.text).toContain('is always sent: new logins, passwords, a new owner')
    await save(alice, { [JOINED]: false })
    expect([alice.path, alice.told]).toEqual([`${URL}?q=Acme+Hosting`, 'Your choices are saved.'])
    expect(await unwanted('alice@example.com')).toBe('joined')
    expect(await unwanted('bob@example.com'), 'nobody else').toBe('')
    await save(alice, {})
    expect(await house.db('activity').where({ action: 'mail.chosen' }), 'the same again').toHaveLength(1)
    await alice.visit('/user/activity')
    expect(alice.text).toContain('chose which email about Acme Hosting to get')
    await alice.visit('/account/activity')
    expect(alice.text).not.toContain('chose which email')
  })

  test('a page of accounts is saved at once: what was chosen for one loses nothing of another', async () => {
    const { id } = await house.clientNamed('Ames Consulting')
    await alice.visit(URL)
    expect(alice.$('main button').text()).toBe('Save')
    const fields = alice.$('main form[method=post]').serializeArray()
    const off = [`${id}-left`, `${acme.id}-joined`, `${acme.id}-declined`]
    const of = (name: string) => fields.filter((one) => one.name === name).map(({ value }) => value)
    const kinds = of('kinds').filter((box) => !off.includes(box))
    await alice.post(URL, { client_id: of('client_id'), kinds, shown_for: of('shown_for') })
    expect([alice.path, alice.told]).toEqual([URL, 'Your choices are saved.'])
    const rows = await house.db('associations').whereNot({ unwanted_mail: '' }).orderBy('client_id')
    const stored = rows.map(({ client_id, unwanted_mail }) => [client_id, unwanted_mail])
    expect(stored).toEqual([
      [acme.id, 'joined,declined'],
      [id, 'left'],
    ])
    expect(await house.db('activity').where({ action: 'mail.chosen' })).toHaveLength(2)
  })

  test('with one among them that is not theirs, nothing is saved', async () => {
    const { id: ames } = await house.clientNamed('Ames Consulting')
    const bob = await house.user('bob')
    await bob.post(URL, { client_id: [acme.id, ames], kinds: [] })
    expect([bob.status, await unwanted('bob@example.com')]).toEqual([404, ''])
    await bob.post(URL, { client_id: [acme.id], kinds: [`${ames}-joined`] })
    expect([bob.status, await unwanted('bob@example.com')]).toEqual([422, ''])
  })

  test('what is not wanted is not sent, to this user and about this account alone', async () => {
    await save(alice, { [JOINED]: false })
    const carol = await house.user('carol')
    await carol.visit(await invite('carol@example.com'))
    await carol.press('Accept')
    expect(await subjects('alice@example.com')).not.toContain(
      'Carol Chen accepted the invitation to Acme Hosting',
    )
    const guest = house.visitor()
    await guest.visit(await invite('dora@example.com'))
    await guest.press('Decline')
    expect((await subjects('alice@example.com')).join()).toContain('declined')
    await save(alice, { [JOINED]: true, [DECLINED]: false })
    const before = await subjects('alice@example.com')
    await guest.visit(await invite('erik@example.com'))
    await guest.press('Decline')
    expect(await subjects('alice@example.com')).toEqual(before)
  })

  test('permissions of one’s own may change silently; losing access never does', async () => {
    const bob = await house.user('bob', 'Acme Hosting')
    await save(bob, { [JOINED]: false, [DECLINED]: false, [MINE]: false })
    await alice.visit('/account/users')
    await alice.follow('Manage Permissions: Bob Brown')
    await alice.press('Save', { 'View Domains': true })
    const kinds = async () => house.db('emails').where({ to_address: 'bob@example.com' }).pluck('template')
    expect(await kinds()).not.toContain('permissions-changed')
    await alice.visit('/account/users')
    await alice.follow('Remove Access: Bob Brown')
    await alice.press('Remove Access')
    expect(await kinds()).toContain('access-removed')
  })

  test('somebody else’s account is not there; kinds that are none are refused', async () => {
    const carol = await house.user('carol')
    for (const client_id of [String(acme.id), '99999', '', 'x']) {
      await carol.post(URL, { client_id, kinds: [] })
      expect([client_id, carol.status]).toEqual([client_id, 404])
    }
    expect(await unwanted('alice@example.com')).toBe('')
    for (const kinds of [['logins'], [`${acme.id}-joined`, `${acme.id}-root`]]) {
      await alice.post(URL, { client_id: acme.id, kinds })
      expect([alice.status, alice.told]).toEqual([422, expect.stringContaining('Choose from the list')])
    }
    const stranger = house.visitor()
    await stranger.post(URL, { client_id: acme.id })
    expect(stranger.status).toBe(401)
    expect(await house.db('activity').where({ action: 'mail.chosen' })).toEqual([])
  })

  test('H7 an admin who acts as the user looks, and changes nothing', async () => {
    const ada = await house.admin()
    await actAs(house, ada, 'alice')
    await ada.visit(URL)
    expect([ada.status, ada.$('main button').length]).toEqual([200, 0])
    await ada.post(URL, { client_id: acme.id, kinds: [] })
    expect([ada.status, await unwanted('alice@example.com')]).toEqual([403, ''])
  })
})
