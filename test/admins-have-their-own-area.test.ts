import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('admins have an area, logins and sessions of their own', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const tryAdmin = async (email: string, password: string) => {
    const visitor = house.visitor()
    await visitor.visit('/admin/login')
    return visitor.press('Log in', { 'Email address': email, Password: password })
  }

  test('an admin logs in, goes where she was going, and out again', async () => {
    const ada = house.visitor()
    await ada.visit('/admin/clients?search=acme')
    expect(ada.path).toBe('/admin/login?returnTo=%2Fadmin%2Fclients%3Fsearch%3Dacme')
    await ada.press('Log in', { 'Email address': 'Ada@Latchkey.test', Password: PASSWORD })
    expect(ada.path).toBe('/admin/clients?search=acme')
    expect(ada.text).toContain('Acme Hosting')

    await ada.press('Logout')
    expect(ada.told).toBe('You are logged out.')
    await ada.visit('/admin')
    expect(ada.title).toBe('Log in to the Admin Area')
  })

  test('in whatever case an address is typed, it is the same page for the same admin', async () => {
    const ada = await house.admin()
    await ada.visit('/Admin/Clients')
    expect([ada.status, ada.title]).toEqual([200, 'Clients'])
  })

  test('the start page tells what happened lately, and by whom', async () => {
    const ada = await house.admin()
    expect(ada.title).toBe('Admin Area')
    expect(ada.text).toContain('Ada Admin logged in to the Admin Area')
    expect(ada.text).toContain('Latchkey filled in the sample data')
    await ada.follow('client #1')
    expect(ada.title).toBe('Acme Hosting')
  })

  test('a user cannot log in to the Admin Area, nor an admin as a user', async () => {
    const alice = await tryAdmin('alice@example.com', PASSWORD)
    expect([alice.status, alice.told]).toEqual([422, 'Email address or password is not right.'])
    expect(alice.value('Email address')).toBe('alice@example.com')
    await alice.visit('/admin')
    expect(alice.title).toBe('Log in to the Admin Area')

    const ada = await house.user('ada@latchkey.test')
    expect([ada.status, ada.told]).toEqual([422, 'Email address or password is not right.'])
  })

  test('a wrong password, an unknown admin and empty fields are told alike or by name', async () => {
    const wrong = await tryAdmin('ada@latchkey.test', 'open-sesame-43')
    const unknown = await tryAdmin('eve@latchkey.test', PASSWORD)
    expect(wrong.told).toBe(unknown.told)
    const empty = await tryAdmin('', '')
    expect(empty.told).toBe('Enter an email address.Enter a password.')
  })

  test('the session of one area opens nothing in the other', async () => {
    const alice = await house.user('alice')
    await alice.visit('/admin/clients')
    expect(alice.path).toMatch(/^\/admin\/login/)
    const ada = await house.admin()
    await ada.visit('/account/users')
    expect(ada.path).toMatch(/^\/login/)
  })

  test('whoever copies the cookie of a session that was ended is a stranger', async () => {
    const ada = await house.admin()
    const jar = { domain: '127.0.0.1', path: '/', secure: false, script: false }
    const cookie = ada.agent.jar.getCookie('admin_session', jar as never)?.value
    const thief = house.visitor()
    await thief.visit('/admin', { Cookie: `admin_session=${cookie}` })
    expect(thief.title).toBe('Admin Area')
    await ada.press('Logout')
    await thief.visit('/admin', { Cookie: `admin_session=${cookie}` })
    expect(thief.title).toBe('Log in to the Admin Area')
  })
})
