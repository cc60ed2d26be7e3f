import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'

const DAY = 24 * 60

describe('a person stays logged in, sees where, and ends it', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const logIn = async (keep: boolean) => {
    const visitor = house.visitor()
    await visitor.visit('/login')
    const answer = await visitor.agent
      .post('/login')
      .set({ Origin: house.visitor().appUrl })
      .type('form')
      .send({ email: 'bob@example.com', password: PASSWORD, ...(keep && { remember: '1' }) })
    const cookie = [answer.headers['set-cookie']].flat().find((one) => one?.startsWith('session='))
    return { visitor, cookie }
  }

  test('"Keep me logged in" is not ticked; only ticked does the cookie outlive the browser', async () => {
    const page = await house.visitor().visit('/login')
    expect(page.$('label[for="remember"]').text()).toBe('Keep me logged in')
    expect(page.$('#remember').attr('checked')).toBeUndefined()
    expect((await logIn(false)).cookie).not.toContain('Max-Age')
    expect(await house.db('sessions').where({ remember: 1 })).toEqual([])
    expect((await logIn(true)).cookie).toContain(`Max-Age=${90 * 86_400};`)
    expect(await house.db('sessions').where({ remember: 1 })).toHaveLength(1)
    await page.visit('/admin/login')
    expect(page.$('#remember')).toHaveLength(0)
  })

  test('H29 after 30 idle days it is over; used, it lasts 90 and no longer', async () => {
    const idle = (await logIn(true)).visitor
    const used = (await logIn(true)).visitor
    for (const days of [29, 29, 29]) {
      moveClock(days * DAY)
      expect((await used.visit('/user/profile')).path).toBe('/user/profile')
    }
    expect((await idle.visit('/user/profile')).path).toContain('/login')
    moveClock(4 * DAY)
    expect((await used.visit('/user/profile')).path).toContain('/login')
  })
})
