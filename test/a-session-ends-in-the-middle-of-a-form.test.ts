import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('a session ends in the middle of a form', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const login = (name: string) => ({ 'Email address': `${name}@example.com`, Password: PASSWORD })
  const endSession = async (visitor: Visitor) => {
    const tab = await visitor.newTab().visit('/clientarea')
    await tab.press('Logout')
  }
  const cityOf = async (client: string) => (await house.clientNamed(client)).city

  test('what was typed comes back after the login, and is sent only by a click', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/details')
    await endSession(alice)
    await alice.press('Save', { City: 'Zürich "><script>alert(1)</script>', 'Phone number': '12' })
    expect([alice.status, alice.title]).toEqual([401, 'Log in'])
    expect(alice.text).toContain('Your session ended. Log in, and what you typed comes back.')
    await alice.press('Log in', { ...login('alice'), Password: 'not the password' })
    expect([alice.status, alice.text.includes('what you typed comes back')]).toEqual([422, true])
    await alice.press('Log in', login('alice'))
    expect([alice.status, alice.title]).toEqual([200, 'Welcome back'])
    expect(alice.text).toContain('Zürich "><script>alert(1)</script>')
    expect(alice.$('main script').length).toBe(0)
    expect(await cityOf('Acme Hosting'), 'nothing has happened yet').toBe('')

    await alice.press('Send it now')
    expect([alice.path, alice.told]).toEqual(['/account/details', 'The details are saved.'])
    expect(await cityOf('Acme Hosting')).toBe('Zürich "><script>alert(1)</script>')
  })

  test('ticked boxes come back as well; who does not want it any more just leaves', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await endSession(alice)
    const typed = { 'View Domains': true, 'View Emails': true }
    await alice.press('Send Invite', {
      'Email address': 'dora@example.com',
      'Choose Permissions': true,
      ...typed,
      'Access until': '2027-03-31',
    })
    await alice.press('Log in', login('alice'))
    for (const shown of [
      'AccountAcme Hosting',
      'Access until2027-03-31',
      'PermissionsView Domains, View Emails',
    ])
      expect(alice.text, 'nothing is sent that was not shown').toContain(shown)
    expect(alice.$('a:contains("Do not send it")').attr('href')).toBe('/clientarea')
    expect(await house.db('invitations').select('*')).toEqual([])
    await alice.press('Send it now')
    expect(alice.told).toBe('dora@example.com is invited. The link in the mail works for 7 days.')
    expect((await house.db('invitations').first()).permissions).toBe('domains,emails')
  })

  test('whoever logs in instead sends nothing in the name of the other', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/account/details')
    await endSession(tab)
    await tab.press('Save', { City: 'Bern' })
    await tab.press('Log in', login('carol'))
    expect(tab.title).toBe('Welcome back')
    await tab.press('Send it now')
    expect([tab.status, tab.value('City')]).toEqual([409, 'Bern'])
    expect([await cityOf('Acme Hosting'), await cityOf('Chen Labs')]).toEqual([
      'Zürich "><script>alert(1)</script>',
      '',
    ])
  })

  test('nor for the account that one is in now', async () => {
    const tab = await house.user('alice', 'Acme Hosting')
    await tab.visit('/account/users')
    await endSession(tab)
    await tab.press('Send Invite', { 'Email address': 'erik@example.com' })
    await tab.press('Log in', login('alice'))
    const other = await tab.newTab().visit('/user/accounts')
    await other.press('Switch to Ames Consulting')
    await tab.press('Send it now')
    expect([tab.status, tab.title]).toEqual([409, 'This is about Acme Hosting'])
    await tab.press('Switch to Acme Hosting')
    expect(tab.text).toContain('erik@example.com')
    expect(await house.db('invitations').where({ email: 'erik@example.com' })).toEqual([])
  })

  test('nothing is lost when another tab logs in first', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
    await endSession(alice)
    await alice.press('Send Invite', { 'Email address': 'fay@example.com' })
    const other = await alice.newTab().visit('/login')
    await other.press('Log in', login('alice'))
    await alice.press('Log in', login('alice'))
    expect(alice.title).toBe('Welcome back')
    expect(alice.text).toContain('fay@example.com')
    await alice.press('Send it now')
    expect(alice.told).toContain('fay@example.com is invited.')
  })

  test('passwords are never carried, by whatever name', async () => {
    const stranger = house.visitor()
    const secrets = { password: 'my-secret-1', new_password: 'my-secret-2', password_again: 'my-secret-3' }
    await stranger.post('/account/details', { city: 'Genf', ...secrets })
    expect([stranger.status, stranger.html.includes('Genf')]).toEqual([401, true])
    expect(stranger.html).not.toContain('my-secret')
    await stranger.press('Log in', login('alice'))
    expect(stranger.html).not.toMatch(/my-secret|open-sesame/)
  })

  test('what was tampered with or is far too long is left out; the login works', async () => {
    for (const kept of ['{', '[["a"]]', '[[1,2]]', 'null', `[["a","${'x'.repeat(60_000)}"]]`, '{"a":"b"}']) {
      const visitor = house.visitor()
      await visitor.post('/login', { email: 'carol@example.com', password: PASSWORD, kept })
      expect([kept.slice(0, 9), visitor.title]).toEqual([kept.slice(0, 9), 'Chen Labs'])
    }
  })

  test('a field that is called like what every object has is one that nothing is called', async () => {
    const visitor = house.visitor()
    const kept = '[["constructor","x"],["__proto__","y"],["city","Genf"]]'
    await visitor.post('/login', { email: 'carol@example.com', password: PASSWORD, kept })
    expect([visitor.status, visitor.text.includes('Genf')]).toEqual([200, true])
  })

  test('passwords and codes are not carried along, an admin’s neither', async () => {
    const ada = await house.admin()
    await ada.visit('/admin/password')
    await ada.newTab().post('/admin/logout')
    await ada.press('Set password', {
      'Current password': PASSWORD,
      'New password': 'a long sentence of mine',
    })
    expect([ada.status, ada.title]).toEqual([401, 'Log in to the Admin Area'])
    for (const one of [PASSWORD, 'a long sentence of mine']) expect(ada.html).not.toContain(one)
    const stranger = await house.visitor().post('/user/security/totp/remove', { code: 'abcd-efgh-jkmn' })
    expect([stranger.status, stranger.html.includes('abcd-efgh-jkmn')]).toEqual([401, false])
  })
})
