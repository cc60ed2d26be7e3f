import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a client is closed and opened again', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let base: string
  let link: string

  beforeAll(async () => {
    house = await startHouse()
    ada = await house.admin()
    alice = await house.user('alice')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    link = await house.linkTo('dora@example.com')
    base = `/admin/clients/${(await house.clientNamed('Acme Hosting')).id}`
  })

  test('closing asks first', async () => {
    await ada.visit(base)
    await ada.follow('Close client')
    expect(ada.text).toContain('Close Acme Hosting?')
    expect((await house.clientNamed('Acme Hosting')).status).toBe('active')
    await ada.press('Close client')
    expect(ada.told).toBe('Acme Hosting is closed. Its pending invitations are cancelled.')
    expect(ada.$('.page-head .tag').text()).toBe('Closed')
  })

  test('its pending invitations are cancelled and their links dead', async () => {
    const [invitation] = await house.db('invitations')
    expect([invitation.status, invitation.open_email]).toEqual(['cancelled', null])
    const dora = house.visitor()
    await dora.visit(link)
    expect([dora.status, dora.title]).toEqual([404, 'This invitation does not work any more.'])
  })

  test('it cannot be entered: not by a session that was in it, not by switching, not by logging in', async () => {
    await alice.visit('/clientarea')
    expect(alice.path).toBe('/user/accounts')
    expect(alice.told).toBe('You act for no account right now.')
    expect(alice.text).toContain('Closed')
    await expect(alice.press('Switch to Acme Hosting'), 'its button is disabled').rejects.toThrow('No button')

    const { id } = await house.clientNamed('Acme Hosting')
    await alice.post('/user/accounts', { client_id: id })
    expect(alice.told).toBe('Acme Hosting is closed and cannot be entered.')
    expect((await house.user('alice')).title).toBe('Ames Consulting')
  })

  test('nobody can be invited to it or associated with it', async () => {
    await ada.visit(`${base}/users`)
    await expect(ada.follow('Associate User')).rejects.toThrow('No link')
    const body = {
      search: 'dora@example.com',
      user_id: 'new',
      first_name: 'D',
      last_name: 'D',
      permissions: 'tickets',
    }
    for (const send_invite of ['yes', 'no']) {
      await ada.post(`${base}/users/associate`, { ...body, send_invite })
      expect([ada.status, ada.told]).toEqual([
        422,
        'This needs another look This client is closed: open it again first.',
      ])
    }
    expect(await house.db('users').where({ email: 'dora@example.com' })).toEqual([])
  })

  test('closing a closed one is refused with a sentence', async () => {
    await ada.post(`${base}/close`)
    expect([ada.status, ada.told]).toEqual([422, 'This client is closed already.'])
  })

  test('opened again, its people can enter it; its invitations stay cancelled', async () => {
    await ada.visit(base)
    await ada.follow('Open again')
    expect(ada.text).toContain('Open Acme Hosting again?')
    await ada.press('Open again')
    expect(ada.told).toBe('Acme Hosting is open again.')

    await alice.visit('/clientarea')
    expect(alice.title, 'her session had been there').toBe('Acme Hosting')
    const dora = house.visitor()
    expect((await dora.visit(link)).status).toBe(404)

    await ada.post(`${base}/reopen`)
    expect([ada.status, ada.told]).toEqual([422, 'This client is open already.'])
  })
})
