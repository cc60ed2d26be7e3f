import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'

describe('guessing passwords is limited', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const tryLogin = async (password: string, email = 'alice@example.com') => {
    const visitor = house.visitor()
    return visitor.post('/login', { email, password })
  }

  test('logins that go well are no tries; sixty that do not are enough for a quarter of an hour', async () => {
    for (let times = 0; times < 10; times++) expect((await tryLogin(PASSWORD)).path).toBe('/clientarea')
    for (let times = 0; times < 6; times++) {
      const ten = Array.from({ length: 10 }, (_, nth) => `nobody-${times}-${nth}@example.com`)
      for (const { status } of await Promise.all(ten.map((email) => tryLogin('a wrong password', email))))
        expect(status).toBe(422)
    }
    const [wrong, right] = [await tryLogin('a wrong password'), await tryLogin(PASSWORD)]
    expect([wrong.status, wrong.title]).toEqual([429, 'Too many tries'])
    expect([right.status, right.cookie('session')]).toEqual([429, undefined])
    const seconds = Number(right.headers['retry-after'])
    expect(seconds).toBeGreaterThan(800)
    expect(seconds).toBeLessThanOrEqual(900)
  })

  test('whoever is logged in goes on, and the pages can be looked at', async () => {
    const stranger = await house.visitor().visit('/login')
    expect([stranger.status, stranger.title]).toEqual([200, 'Log in'])
  })
})
