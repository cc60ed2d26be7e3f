import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { inDays } from '../src/platform/clock.ts'
import { actAs } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a link leads into another of one’s accounts', () => {
  let house: TestHouse
  let acme: number
  let bobId: number

  beforeAll(async () => {
    house = await startHouse()
    acme = (await house.clientNamed('Acme Hosting')).id
    bobId = (await house.db('users').where({ email: 'bob@example.com' }).first()).id
  })
  beforeEach(async () => {
    await house.db('associations').update({ last_login_at: null })
  })

  const USERS = '/account/users'
  const link = () => `${USERS}?account=${acme}`
  const access = () => house.db('associations').where({ client_id: acme, user_id: bobId })
  const logInAs = (visitor: Visitor, name: string) =>
    visitor.press('Log in', { 'Email address': `${name}@example.com`, Password: PASSWORD })
  const expectAsked = (visitor: Visitor, current: string) => {
    expect([visitor.status, visitor.title]).toEqual([200, 'This is about Acme Hosting'])
    expect(visitor.text).toContain(`This page is about Acme Hosting; you are acting for ${current}.`)
  }
  const actsFor = async (visitor: Visitor) => (await visitor.newTab().visit('/clientarea')).title

  test('acting for another: asked once, and the button goes there; the address stays clean', async () => {
    const alice = await house.user('alice', 'Ames Consulting')
    await alice.visit(`${link()}&search=a+b`)
    expectAsked(alice, 'Ames Consulting')
    expect(await actsFor(alice), 'looking changes nothing').toBe('Ames Consulting')
    await alice.press('Switch to Acme Hosting')
    expect([alice.path, alice.title, alice.told]).toEqual([
      `${USERS}?search=a+b`,
      'User Management',
      'You now act for Acme Hosting.',
    ])
    await alice.visit(link())
    expect([alice.path, alice.title], 'there already').toEqual([USERS, 'User Management'])
    await alice.visit(`/clientarea?account=${acme}`)
    expect([alice.path, alice.title]).toEqual(['/clientarea', 'Acme Hosting'])
  })

  test('who stays is where they were', async () => {
    const alice = await house.user('alice', 'Ames Consulting')
    await alice.visit(link())
    await alice.follow('Stay with Ames Consulting')
    expect([alice.path, alice.title]).toEqual(['/clientarea', 'Ames Consulting'])
  })

  test('logged out: the login first, then the same, also after a wrong password', async () => {
    const alice = house.visitor()
    await access().update({ last_login_at: inDays(-1) })
    await house
      .db('associations')
      .where({ client_id: (await house.clientNamed('Ames Consulting')).id })
      .update({ last_login_at: inDays(-1) })
    await alice.visit(link())
    expect(alice.title).toBe('Log in')
    await alice.press('Log in', { 'Email address': 'alice@example.com', Password: 'not the password' })
    expect(alice.status).toBe(422)
    await logInAs(alice, 'alice')
    expectAsked(alice, 'Ames Consulting')
    await alice.press('Switch to Acme Hosting')
    expect([alice.path, alice.title]).toEqual([USERS, 'User Management'])
  })

  test('acting for none: said so, and the same button', async () => {
    const alice = await house.user('alice', 'Ames Consulting')
    await house.db('sessions').update({ acting_client_id: null })
    await alice.visit(link())
    expect(alice.text).toContain('This page is about Acme Hosting; you are acting for no account right now.')
    expect(alice.$('main a').attr('href')).toBe('/user/accounts')
    await alice.press('Switch to Acme Hosting')
    expect([alice.path, alice.title]).toEqual([USERS, 'User Management'])
  })

  test('an account that is not theirs is answered like one that is not there', async () => {
    const carol = await house.user('carol')
    const chen = (await house.clientNamed('Chen Labs')).id
    await carol.visit(`${USERS}?account=999999`)
    const nothing = carol.html.replaceAll('999999', '')
    expect([carol.status, carol.title]).toEqual([404, 'Not found'])
    await carol.visit(link())
    expect([carol.status, carol.html.replaceAll(`account=${acme}`, 'account=')]).toEqual([404, nothing])
    for (const odd of ['', '0', 'x', '-1', '1e3', `${chen}&account=${acme}`, '%00']) {
      await carol.visit(`${USERS}?account=${odd}`)
      expect([odd, carol.status, carol.title]).toEqual([odd, 404, 'Not found'])
    }
    expect(await actsFor(carol)).toBe('Chen Labs')
  })

  test('access that rests or is over, and a closed account: the reason, and no button', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    for (const [row, reason] of [
      [{ suspended_at: inDays(-1), ends_at: null }, 'Your access to Acme Hosting is suspended.'],
      [{ suspended_at: null, ends_at: inDays(-1) }, 'Your access to Acme Hosting has ended.'],
    ] as const) {
      await access().update(row)
      await bob.visit(`/clientarea?account=${acme}`)
      expectAsked(bob, 'Brown Bakery')
      expect(bob.text).toContain(reason)
      expect(bob.$('main button').length).toBe(0)
    }
    await access().update({ ends_at: null })
    await house.db('clients').where({ id: acme }).update({ status: 'closed' })
    await bob.visit(`/clientarea?account=${acme}`)
    expect(bob.text).toContain('Acme Hosting is closed and cannot be entered.')
    expect(bob.$('main button').length).toBe(0)
    await house.db('clients').where({ id: acme }).update({ status: 'active' })
  })

  test('the way back leads to no other house, and what the account does not allow stays refused', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    for (const back of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/.//evil.example',
      'x',
    ]) {
      await bob.post('/user/accounts', { client_id: acme, back })
      expect([back, bob.path]).toEqual([back, '/clientarea'])
    }
    await bob.visit('/user/accounts')
    await bob.press('Switch to Brown Bakery')
    await bob.visit(link())
    await bob.press('Switch to Acme Hosting')
    expect([bob.status, bob.title]).toEqual([403, 'You may not open this page'])
  })

  test('somebody else logged in before the button was pressed: nobody is switched', async () => {
    const alice = await house.user('alice', 'Ames Consulting')
    await alice.visit(link())
    const tab = alice.newTab()
    await tab.visit('/logout')
    await tab.press('Logout')
    await logInAs(await tab.visit('/login'), 'bob')
    const before = await actsFor(tab)
    await alice.press('Switch to Acme Hosting')
    expect([alice.status, await actsFor(tab)]).toEqual([409, before])
  })

  test('H7 an admin who acts as the user is asked the same, and marks nothing as the user’s own visit', async () => {
    const ada = await actAs(house, await house.admin(), 'alice')
    const other = ada.title === 'Acme Hosting' ? 'Ames Consulting' : 'Acme Hosting'
    const { id } = await house.clientNamed(other)
    await ada.visit(`${USERS}?account=${id}`)
    expect(ada.title).toBe(`This is about ${other}`)
    await ada.press(`Switch to ${other}`)
    expect([ada.path, ada.title]).toEqual([USERS, 'User Management'])
    expect(
      (await house.db('associations').where({ client_id: id }).whereNotNull('last_login_at')).length,
    ).toBe(0)
    const kept = JSON.stringify([['email', 'dora@example.com']])
    await ada.post('/user/accounts', { client_id: id, back: '/account/users/invite', kept })
    await ada.press('Send it now')
    expect([ada.status, await house.db('invitations').where({ email: 'dora@example.com' })]).toEqual([
      403,
      [],
    ])
  })

  test('every mail that leads to a page of an account names the account', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit(`/account/users/${bobId}/permissions`)
    await alice.press('Save', { 'View Domains': true })
    expect(await house.linkTo('bob@example.com')).toBe(`/clientarea?account=${acme}`)

    await alice.visit(USERS)
    await alice.press('Send Invite', { 'Email address': 'carol@example.com' })
    const carol = await house.user('carol')
    await carol.visit(await house.linkTo('carol@example.com'))
    await carol.press('Accept')
    expect(await house.linkTo('alice@example.com')).toBe(link())

    await carol.visit(`/user/accounts/${acme}/leave`)
    await carol.press('Leave')
    const [left] = await house.mailTo('alice@example.com')
    expect(left?.subject).toContain('left Acme Hosting')
    expect(left?.html).toContain(`href="${house.appUrl}${link()}"`)
    expect(await house.linkTo('alice@example.com')).toBe(link())
  })

  test('a request for access leads into an account that its reader owns', async () => {
    const carol = await house.user('carol')
    await carol.visit('/user/accounts/request')
    await carol.press('Send request', { 'Email address of the owner': 'alice@example.com' })
    const path = await house.linkTo('alice@example.com')
    const owned = await house
      .db('clients')
      .where({ id: Number(path.split('=')[1]) })
      .first()
    const alice = await house.db('users').where({ email: 'alice@example.com' }).first()
    expect([path.split('?')[0], owned.owner_id]).toEqual([USERS, alice.id])
  })
})

describe('a tab that shows one account does not fill up with parts of another', () => {
  test('a part that htmx asks for makes the whole page come, which asks', async () => {
    const house = await startHouse()
    const [acme, ames] = [await house.clientNamed('Acme Hosting'), await house.clientNamed('Ames Consulting')]
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/emails')
    const header = JSON.parse(alice.$('main').attr('hx-headers:inherited') ?? '{}')
    const part = {
      ...header,
      ...{ 'HX-Request': 'true', 'HX-Request-Type': 'partial' },
      'HX-Current-URL': `${house.appUrl}/account/emails?search=x`,
    }
    expect((await alice.newTab().visit('/account/emails?search=y', part)).status).toBe(200)

    const tab = await alice.newTab().visit('/user/accounts')
    await tab.press('Switch to Ames Consulting')
    const answer = await alice.newTab().visit('/account/emails?search=y', part)
    expect([answer.status, answer.html]).toEqual([409, ''])
    expect(answer.headers['hx-redirect']).toBe(`/account/emails?search=x&account=${acme.id}`)
    const odd = { ...part, 'HX-Current-URL': 'javascript:alert(1)' }
    expect((await alice.newTab().visit('/account/emails', odd)).headers['hx-refresh']).toBe('true')
    const other = { ...part, 'X-Shown-For': `user 999 client ${ames.id}` }
    expect((await alice.newTab().visit('/account/emails', other)).headers['hx-refresh']).toBe('true')
    expect((await alice.newTab().visit('/user/accounts?q=a', part)).status, 'about the person').toBe(200)
  })
})
