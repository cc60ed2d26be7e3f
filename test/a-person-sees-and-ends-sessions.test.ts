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

  test('another device is ended and out at its next click; a stranger’s id and a second click find nothing', async () => {
    await house.db('sessions').delete()
    const here = (await logIn(false)).visitor
    const there = (await logIn(false)).visitor
    const carol = await house.user('carol')
    const ada = await house.admin()
    await here.visit('/user/security')
    await here.follow('Where you are logged in')
    expect(here.$('.tag-ok').text()).toBe('This device')
    const url = String(here.$('form[action$="/end"]').attr('action'))
    expect((await carol.post(url)).status).toBe(404)
    expect((await ada.post(url.replace('/user', '/admin'))).status).toBe(404)
    expect((await there.visit('/user/profile')).path).toBe('/user/profile')
    await here.press('End')
    expect(here.told).toBe('That device is logged out.')
    expect((await there.visit('/user/profile')).path).toContain('/login')
    expect((await here.post(url)).status).toBe(404)
    expect(await house.db('activity').where({ action: 'session.ended' })).toHaveLength(1)
    const third = (await logIn(false)).visitor
    await here.visit('/user/security/sessions')
    await here.press('End all others')
    expect((await third.visit('/user/profile')).path).toContain('/login')
    for (const visitor of [here, carol])
      expect((await visitor.visit('/user/profile')).path).toBe('/user/profile')
    expect((await ada.visit('/admin/security/sessions')).status).toBe(200)
  })
})
