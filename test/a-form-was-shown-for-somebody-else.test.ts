import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

// Two tabs of one browser: what the second one changes, the first one does not know.
describe('H25 a form that was shown for somebody else, or for another account, does nothing', () => {
  let house: TestHouse
  let link: string

  beforeAll(async () => {
    house = await startHouse()
  })
  beforeEach(async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    link = await house.linkTo('dora@example.com')
  })

  const MISMATCH = 'Somebody else is logged in here by now, or another account was chosen in another tab.'
  const logInAs = async (tab: Visitor, name: string) => {
    await tab.visit('/logout')
    if (tab.path === '/logout') await tab.press('Logout')
    await tab.visit('/login')
    await tab.press('Log in', { 'Email address': `${name}@example.com`, Password: PASSWORD })
  }
  const switchTo = async (tab: Visitor, client: string) => {
    await tab.visit('/user/accounts')
    await tab.press(`Switch to ${client}`)
  }
  const expectAsked = (visitor: Visitor) => {
    expect(visitor.status).toBe(409)
    expect(visitor.told).toContain(MISMATCH)
  }
  const expectRefused = (visitor: Visitor) => {
    expect([visitor.status, visitor.title]).toEqual([409, 'This is about Acme Hosting'])
    expect(visitor.text).toContain(
      'What you sent is about Acme Hosting, but you are acting for Ames Consulting since another tab switched. Nothing was done.',
    )
  }
  const pending = async () =>
    (await house.db('invitations').where({ email: 'dora@example.com' }).first()).status

  test('Accept: nobody accepts as a person whom the page did not name', async () => {
    const tab = await house.user('carol')
    await tab.visit(link)
    expect(tab.text).toContain('You accept as CC Carol Chen')
    const decline = await tab.newTab().visit(link)
    await logInAs(tab.newTab(), 'bob')
    await tab.press('Accept')
    expectAsked(tab)
    expect(tab.text, 'a user of it already').toContain('You are a user of this account already')
    await decline.press('Decline')
    expectAsked(decline)
    expect(await pending()).toBe('pending')
  })

  test('Create account and Log in on the accept page, when somebody is logged in by now', async () => {
    const register = await house.visitor().visit(link)
    const [login, decline] = [await register.newTab().visit(link), await register.newTab().visit(link)]
    await logInAs(register.newTab(), 'carol')
    await register.press('Create account', {
      'First name': 'Dora',
      'Last name': 'Diaz',
      Password: 'a long sentence of mine',
    })
    expectAsked(register)
    expect(register.text).toContain('You accept as CC Carol Chen')
    await decline.press('Decline')
    expectAsked(decline)
    await login.press('Log in')
    expect([login.path, login.text.includes('You accept as CC Carol Chen')]).toEqual([link, true])
    expect(await pending()).toBe('pending')
    expect(await house.db('users').where({ email: 'dora@example.com' })).toEqual([])
  })

  test('User Management: nobody is invited to the account that another tab chose', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/account/users')
    await switchTo(tab.newTab(), 'Ames Consulting')
    const before = await house.db('invitations').select('*')
    const typed = { 'Email address': 'erik@example.com', 'Choose Permissions': true, 'View Domains': true }
    await tab.press('Send Invite', typed)
    expectRefused(tab)
    expect(tab.text).toContain('What you typed comes along when you switch.')
    expect(tab.$('main a').text()).toBe('Stay with Ames Consulting')
    expect(await house.db('invitations').select('*')).toEqual(before)

    await tab.press('Switch to Acme Hosting')
    expect([tab.status, tab.title]).toEqual([200, 'You now act for Acme Hosting.'])
    expect(tab.text).toContain('erik@example.com')
    expect(await house.db('invitations').select('*'), 'switching sends nothing').toEqual(before)
    await tab.press('Send it now')
    expect([tab.path, tab.told]).toEqual([
      '/account/users',
      'erik@example.com is invited. The link in the mail works for 7 days.',
    ])
    const sent = await house.db('invitations').where({ email: 'erik@example.com' }).first()
    expect(sent).toMatchObject({
      client_id: (await house.clientNamed('Acme Hosting')).id,
      permissions: 'domains',
    })
  })

  test('Manage Permissions, Remove Access, Resend and Cancel Invite', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/account/users')
    const open = async (link: string) => {
      const page = tab.newTab()
      await page.visit('/account/users')
      return page.follow(link)
    }
    const permissions = await open('Manage Permissions: Bob Brown')
    const remove = await open('Remove Access: Bob Brown')
    const cancel = await open('Cancel Invite: dora@example.com')
    await switchTo(tab.newTab(), 'Ames Consulting')
    const access = async () => [
      await house.db('associations').select('client_id', 'user_id', 'permissions'),
      await house.db('invitations').select('*'),
    ]
    const before = await access()
    await permissions.press('Save', { 'Check All': true })
    await remove.press('Remove Access')
    await cancel.press('Cancel Invite')
    await tab.press('Resend Invite: dora@example.com')
    for (const page of [permissions, remove, cancel, tab]) expectRefused(page)
    expect(await access()).toEqual(before)

    await cancel.press('Switch to Acme Hosting')
    expect([cancel.status, cancel.title, cancel.told]).toEqual([
      200,
      'Cancel Invite',
      'You now act for Acme Hosting.',
    ])
    expect(await access(), 'a form without anything typed is its own page again').toEqual(before)
    await cancel.press('Cancel Invite')
    expect(await pending()).toBe('cancelled')
  })

  test('a password that was typed is not taken along', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/account/ownership')
    await switchTo(tab.newTab(), 'Ames Consulting')
    await tab.post('/account/ownership', {
      ...{ user_id: '2', current_password: PASSWORD },
      shown_for: String(tab.$('main [name="shown_for"]').val()),
    })
    expectRefused(tab)
    expect(tab.html).not.toContain(PASSWORD)
    await tab.press('Switch to Acme Hosting')
    expect(tab.html).not.toContain(PASSWORD)
    await tab.press('Send it now')
    expect([tab.status, await house.db('ownership_transfers').select('*')]).toEqual([422, []])
  })

  test('an account that cannot be entered any more, or is nobody’s, offers no button', async () => {
    const bob = await house.user('bob', 'Brown Bakery')
    await bob.visit('/account/details')
    const acme = (await house.clientNamed('Acme Hosting')).id
    const { id } = await house.db('users').where({ email: 'bob@example.com' }).first()
    const chen = (await house.clientNamed('Chen Labs')).id
    const suspended = { client_id: acme, user_id: id }
    await house.db('associations').where(suspended).update({ suspended_at: '2020-01-01T00:00:00.000Z' })
    for (const client of [acme, chen, 999_999, 'x']) {
      await bob.post('/account/details', { city: 'Zug', shown_for: `user ${id} client ${client}` })
      expectAsked(bob)
      expect(bob.text).not.toMatch(/Acme|Chen/)
    }
    expect(await house.db('clients').where({ city: 'Zug' })).toEqual([])
  })

  test('Account Details: what was typed is shown again, and saved nowhere', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/account/details')
    await logInAs(tab.newTab(), 'carol')
    await tab.press('Save', { City: 'Zürich' })
    expectAsked(tab)
    expect([tab.value('City'), tab.value('Company name')]).toEqual(['Zürich', 'Acme Hosting'])
    expect(tab.text).toContain('Hello, Carol!')
    expect(await house.db('clients').where({ city: 'Zürich' })).toEqual([])
    expect(await house.clientNamed('Chen Labs')).toBeDefined()
  })

  test('Switch Account and opening one are about the person: another tab’s account does not matter', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/user/accounts')
    const open = await tab.newTab().visit('/user/accounts/new')
    await switchTo(tab.newTab(), 'Ames Consulting')
    await open.press('Open account', { 'Company name': 'Third' })
    expect([open.status, open.title]).toEqual([200, 'Third'])
    await tab.press('Switch to Ames Consulting')
    expect([tab.status, tab.title]).toEqual([200, 'Ames Consulting'])

    await tab.visit('/user/accounts')
    const again = await tab.newTab().visit('/user/accounts/new')
    await logInAs(tab.newTab(), 'bob')
    await tab.press('Switch to Acme Hosting')
    expectAsked(tab)
    await again.press('Open account', { 'Company name': 'For Alice' })
    expectAsked(again)
    expect(again.value('Company name')).toBe('For Alice')
    expect(await house.clientNamed('For Alice')).toBeUndefined()
    expect((await again.visit('/clientarea')).title, 'Bob is where he was').toBe('Brown Bakery')
  })
})
