import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import { accept, latestTransfer, letIn, offerTo } from './support/transfers.ts'
import type { Visitor } from './support/visitor.ts'

describe('transfer of ownership', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor
  let carol: Visitor

  const owner = async () => (await house.clientNamed('Acme Hosting')).owner_id
  const idOf = async (email: string) => (await house.db('users').where({ email }).first()).id
  const count = async () => (await house.db('ownership_transfers')).length
  const subjects = async (email: string) => (await house.mailTo(email)).map(({ subject }) => subject)

  beforeAll(async () => {
    house = await startHouse()
    await house.db('users').update({ last_login_at: null })
    carol = await house.user('carol')
    alice = await house.user('alice', 'Acme Hosting')
  })

  test('the menu leads there; who has neither two-factor nor a recent login cannot be chosen', async () => {
    await alice.visit('/clientarea')
    await alice.follow('Transfer Ownership')
    expect(alice.title).toBe('Transfer Ownership')
    expect(alice.text).toContain(
      'Bob Brown cannot become the owner yet: they have no two-factor and did not log in within the last 30 days.',
    )
    expect(alice.$('input[type=radio]:not([disabled])').length).toBe(0)
    await alice.post('/account/ownership', { user_id: await idOf('bob@example.com'), current_password: 'x' })
    expect([alice.status, alice.told]).toEqual([
      422,
      'Bob Brown cannot become the owner yet: they have no two-factor and did not log in within the last 30 days.',
    ])
    bob = await house.user('bob', 'Brown Bakery')
    await alice.visit('/account/ownership')
    expect(alice.$('input[type=radio]:not([disabled])').length).toBe(1)
  })

  test('bad input: nobody, oneself, a stranger, a wrong password; what was chosen is kept', async () => {
    await alice.press('Offer ownership', { 'Current password': 'x' })
    expect([alice.status, alice.told]).toEqual([422, 'Choose the new owner.'])
    expect(alice.$('[autofocus]').attr('type')).toBe('radio')
    const post = async (email: string, current_password: string) =>
      alice.post('/account/ownership', { user_id: await idOf(email), current_password })
    await post('alice@example.com', 'open-sesame-42')
    expect([alice.status, alice.told]).toEqual([422, 'You are the owner already.'])
    await post('carol@example.com', 'open-sesame-42')
    expect([alice.status, alice.title]).toEqual([404, 'Not found'])
    await offerTo(alice, 'Bob Brown', 'wrong')
    expect(alice.status).toBe(422)
    expect(alice.told).toContain('password')
    expect(alice.$('input[type=radio]').attr('checked')).toBeDefined()
    expect(alice.html).not.toContain('value="wrong"')
    expect(await count()).toBe(0)
  })

  test('H6 and ends: no unverified address, nobody suspended or whose access ends', async () => {
    const bobId = await idOf('bob@example.com')
    const { id } = await house.clientNamed('Acme Hosting')
    const refused = async (table: string, where: object, set: object, undo: object) => {
      await house.db(table).where(where).update(set)
      await alice.post('/account/ownership', { user_id: bobId, current_password: 'open-sesame-42' })
      await house.db(table).where(where).update(undo)
      return [alice.status, alice.told]
    }
    const login = [
      { id: bobId },
      { email_verified_at: '2026-01-01T00:00:00.000Z', status: 'active' },
    ] as const
    const pair = [
      { client_id: id, user_id: bobId },
      { suspended_at: null, ends_at: null },
    ] as const
    expect(await refused('users', login[0], { email_verified_at: null }, login[1])).toEqual([
      422,
      'Bob Brown cannot become the owner yet: the email address of this login is not verified.',
    ])
    expect(await refused('users', login[0], { status: 'disabled' }, login[1])).toEqual([
      422,
      'Bob Brown cannot become the owner: this login is disabled.',
    ])
    expect(await refused('associations', pair[0], { ends_at: '2099-01-01T00:00:00.000Z' }, pair[1])).toEqual([
      422,
      'Bob Brown cannot become the owner: their access has an end. Take the end away first.',
    ])
    const suspended = { suspended_at: '2026-01-01T00:00:00.000Z' }
    expect(await refused('associations', pair[0], suspended, pair[1])).toEqual([
      422,
      'Bob Brown cannot become the owner: their access is suspended.',
    ])
    expect(
      await refused('clients', { id }, { require_factor: 1 }, { require_factor: 0 }),
      'the owner has no factor either, so the page itself is closed',
    ).toEqual([403, ''])
    expect(await count()).toBe(0)
  })

  test('offered: both are told; one at a time; nobody but the named user finds the page', async () => {
    await offerTo(alice, 'Bob Brown')
    expect(alice.told).toBe('We told Bob Brown by email. The offer holds for 7 days.')
    expect(await owner(), 'still').toBe(await idOf('alice@example.com'))
    expect(alice.text).toContain('Pending transfer')
    await alice.post('/account/ownership', {
      user_id: await idOf('bob@example.com'),
      current_password: 'open-sesame-42',
    })
    expect(alice.status).toBe(422)
    expect(alice.told).toContain('A transfer is pending already.')
    expect(await count()).toBe(1)

    const [mail] = await house.mailTo('bob@example.com')
    expect(mail?.subject).toBe('Alice Ames wants to hand Acme Hosting over to you')
    expect((await subjects('alice@example.com'))[0]).toBe('You offered Acme Hosting to Bob Brown')
    const link = await house.linkTo('bob@example.com')
    const { id } = await latestTransfer(house)
    expect(link, 'no secret').toBe(`/user/transfers/${id}`)

    for (const other of [alice, carol]) {
      expect((await other.visit(link)).status).toBe(404)
      await other.post(`${link}/accept`, { current_password: 'open-sesame-42' })
      expect(other.status).toBe(404)
      await other.post(`${link}/decline`)
      expect(other.status).toBe(404)
    }
    const nobody = house.visitor()
    await nobody.visit(link)
    expect(nobody.path.split('?')[0]).toBe('/login')
    expect(await owner()).toBe(await idOf('alice@example.com'))
  })

  test('who would remove him reads that the offer ends, in both areas', async () => {
    const [id, acme] = [await idOf('bob@example.com'), await house.clientNamed('Acme Hosting')]
    const ada = await house.admin()
    const saysSo = async (who: Visitor, path: string) =>
      (await who.visit(`${path}/remove`)).text.includes('was offered to become the owner: that offer ends')
    expect(await saysSo(alice, `/account/users/${id}`)).toBe(true)
    expect(await saysSo(ada, `/admin/clients/${acme.id}/users/${id}`)).toBe(true)
    await letIn(house, 'Acme Hosting', 'carol')
    expect(await saysSo(alice, `/account/users/${await idOf('carol@example.com')}`)).toBe(false)
    await alice.post(`/account/users/${await idOf('carol@example.com')}/remove`)
  })

  test('he sees it, whatever account he acts for; a wrong password takes nothing over', async () => {
    await bob.visit('/clientarea')
    expect(bob.text).toContain('Alice Ames wants to hand Acme Hosting over to you.')
    await bob.visit('/user/accounts')
    await bob.follow('Look at the offer')
    await bob.follow('Back')
    expect([bob.status, bob.path]).toEqual([200, '/user/accounts'])
    await bob.follow('Look at the offer')
    expect(bob.title).toBe('Become the owner of Acme Hosting?')
    await bob.press('Accept ownership', { 'Current password': 'wrong' })
    expect([bob.status, bob.$('.field-error').length]).toEqual([422, 1])
    await bob.press('Accept ownership')
    expect(bob.status).toBe(422)
    expect(await owner()).toBe(await idOf('alice@example.com'))
  })

  test('accepted: he owns it, she stays with all permissions, both are told, once', async () => {
    const { id } = await latestTransfer(house)
    await accept(bob, id)
    expect(bob.told).toBe('You now own Acme Hosting.')
    expect(bob.title).toBe('Acme Hosting')
    expect(await owner()).toBe(await idOf('bob@example.com'))
    const client = await house.clientNamed('Acme Hosting')
    const rows = await house.db('associations').where({ client_id: client.id })
    expect(rows.map(({ permissions }) => permissions.split(',').length)).toEqual([13, 14])
    expect((await subjects('bob@example.com'))[0]).toBe('You now own Acme Hosting')
    expect((await subjects('alice@example.com'))[0]).toBe('Bob Brown now owns Acme Hosting')

    await bob.post(`/user/transfers/${id}/accept`, { current_password: 'open-sesame-42' })
    expect([bob.status, bob.text.includes('This offer does not hold any more.')]).toEqual([422, true])
    await bob.post(`/user/transfers/${id}/decline`)
    expect(bob.status).toBe(422)
    expect((await alice.visit('/account/ownership')).status).toBe(403)
    const events = await house.db('hook_events').whereIn('name', ['OwnerChanged', 'OwnershipTransferEnded'])
    expect(events.map(({ name }) => name).sort()).toEqual(['OwnerChanged', 'OwnershipTransferEnded'])
    const rest = await house
      .db('activity')
      .where({ client_id: client.id })
      .where('action', 'like', 'transfer.%')
      .orderBy('id')
    expect(rest.map(({ action }) => action)).toEqual(['transfer.requested', 'transfer.accepted'])
    expect(JSON.parse(rest[1].detail)).toEqual({ before: 'alice@example.com', after: 'bob@example.com' })
  })

  test('he offers it back: she declines, and he is told', async () => {
    await offerTo(bob, 'Alice Ames')
    const { id } = await latestTransfer(house)
    await alice.visit(`/user/transfers/${id}`)
    await alice.press('Decline')
    expect(alice.told).toBe('You declined. Bob Brown was told and stays the owner.')
    expect((await latestTransfer(house)).status).toBe('declined')
    expect((await subjects('bob@example.com'))[0]).toBe('Alice Ames does not take over Acme Hosting')
    await alice.visit(`/user/transfers/${id}`)
    expect([alice.status, alice.$('form[action$="/accept"]').length]).toEqual([200, 0])
  })

  test('he cancels: both are told, and her page says so; a second click changes nothing', async () => {
    await offerTo(bob, 'Alice Ames')
    const { id } = await latestTransfer(house)
    const page = alice.newTab()
    await page.visit(`/user/transfers/${id}`)
    await bob.press('Cancel transfer')
    expect(bob.told).toBe('The transfer is cancelled. Both of you were told.')
    for (const email of ['alice@example.com', 'bob@example.com'])
      expect((await subjects(email))[0]).toBe('The transfer of Acme Hosting was cancelled')
    await page.press('Accept ownership', { 'Current password': 'open-sesame-42' })
    expect(page.status).toBe(422)
    expect(page.text).toContain('This offer does not hold any more.')
    await bob.post('/account/ownership/cancel')
    expect(bob.told).toBe('This offer does not hold any more.')
    expect(await owner()).toBe(await idOf('bob@example.com'))
    await letIn(house, 'Acme Hosting', 'carol')
  })
})
