import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('a login leads back to where one was going', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const LOGIN = { 'Email address': 'alice@example.com', Password: PASSWORD }

  // What browsers make another host of, or run as a script.
  const FOREIGN = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/.\\/evil.example',
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,hello',
    'evil.example',
    '@evil.example',
    'user@evil.example',
    '//user:password@evil.example/',
    '///evil.example',
    '/\\\\evil.example',
    '/\n/evil.example',
    '/\r\n/evil.example',
    '/.\t//evil.example',
    '/..//evil.example',
    '/%2e%2e//evil.example',
    'http:evil.example',
    'http:/evil.example',
    'JaVaScRiPt:alert(1)',
    'vbscript:x',
    '\u0000//evil.example',
    '\u2028//evil.example',
    '',
  ]

  test('whoever asked for a page without a login is on it afterwards', async () => {
    const alice = house.visitor()
    await alice.visit('/account/users?from=mail')
    expect([alice.status, alice.title]).toEqual([200, 'Log in'])
    await alice.press('Log in', { ...LOGIN, Password: 'not the password' })
    expect(alice.status).toBe(422)
    await alice.press('Log in', LOGIN)
    expect([alice.path, alice.title]).toEqual(['/account/users?from=mail', 'User Management'])
  })

  test('a path on another host leads home instead: in the form, when logging in, when logging out', async () => {
    const alice = house.visitor()
    for (const returnTo of FOREIGN) {
      await alice.visit(`/login?returnTo=${encodeURIComponent(returnTo)}`)
      expect([returnTo, alice.$('[name="returnTo"]').val()]).toEqual([returnTo, '/clientarea'])
      await alice.post('/login', { email: LOGIN['Email address'], password: PASSWORD, returnTo })
      expect([returnTo, alice.path]).toEqual([returnTo, '/clientarea'])
      await alice.visit(`/login?returnTo=${encodeURIComponent(returnTo)}`)
      expect([returnTo, alice.path], 'logged in already').toEqual([returnTo, '/clientarea'])
      await alice.post('/logout', { returnTo })
      expect([returnTo, alice.path]).toEqual([returnTo, '/login'])
    }
  })

  test('what would end the line of a header is only text in it', async () => {
    for (const returnTo of [
      '/%0d%0aSet-Cookie:x=y',
      '/a%0d%0aLocation:%20//evil.example',
      '/a\r\nSet-Cookie: x=y',
    ]) {
      const sent = { email: LOGIN['Email address'], password: PASSWORD, returnTo }
      const post = house.visitor().agent.post('/login').set({ Origin: house.appUrl }).type('form')
      const { status, headers } = await post.redirects(0).send(sent)
      expect([status, headers.location?.startsWith('/'), headers.location?.startsWith('//')]).toEqual([
        303,
        true,
        false,
      ])
      expect(headers.location).not.toMatch(/[\r\n]/)
      expect(JSON.stringify(headers['set-cookie'])).not.toContain('x=y')
    }
  })

  test('so it is in the Admin Area', async () => {
    const ada = { email: 'ada@latchkey.test', password: PASSWORD }
    for (const returnTo of FOREIGN) {
      const visitor = house.visitor()
      await visitor.post('/admin/login', { ...ada, returnTo })
      expect([returnTo, visitor.path]).toEqual([returnTo, '/admin'])
    }
  })

  test('given twice it is none', async () => {
    const alice = house.visitor()
    await alice.visit('/login?returnTo=/account/users&returnTo=//evil.example')
    expect(alice.$('[name="returnTo"]').val()).toBe('/clientarea')
    await alice.post(
      '/login',
      `email=alice@example.com&password=${PASSWORD}&returnTo=/a&returnTo=//evil.example`,
    )
    expect(alice.path).toBe('/clientarea')
  })
})
