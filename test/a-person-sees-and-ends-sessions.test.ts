import { hash } from '@node-rs/argon2'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { moveClock } from '../src/platform/clock.ts'
import { setUpTwoFactor } from './support/factors.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const DAY = 24 * 60

describe('a person stays logged in, sees where, and ends it', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  const cheap = () => hash(PASSWORD, { memoryCost: 64, timeCost: 1, parallelism: 1 })
  /** Sends a form; gives the session's cookie with all that is said of it. */
  const send = async ({ agent, appUrl }: Visitor, path: string, body: object) => {
    const answer = await agent.post(path).set({ Origin: appUrl }).type('form').send(body)
    return [answer.headers['set-cookie']].flat().find((one) => one?.startsWith('session='))
  }
  const logIn = async (keep: boolean, email = 'bob@example.com') => {
    const visitor = house.visitor()
    await visitor.visit('/login')
    const form = { email, password: PASSWORD, ...(keep && { remember: '1' }) }
    return { visitor, cookie: await send(visitor, '/login', form) }
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

  test('what was ticked holds through the second step, too, and for the new id that a session gets', async () => {
    const alice = await house.user('alice')
    const app = await setUpTwoFactor(alice)
    for (const keep of [false, true]) {
      const { visitor, cookie: early } = await logIn(keep, 'alice@example.com')
      expect(early).toBeUndefined()
      const cookie = await send(visitor, '/login/second-step', { code: app.next() })
      expect(cookie?.includes(`Max-Age=${90 * 86_400};`), `${keep}`).toBe(keep)
      expect(cookie?.includes('Max-Age') || cookie?.includes('Expires')).toBe(keep)
      const password = `a long sentence of hers ${keep}`
      const renewed = await send(visitor, '/user/password', { current_password: PASSWORD, password })
      expect(renewed?.includes(`Max-Age=${90 * 86_400};`), `renewed, ${keep}`).toBe(keep)
      await house
        .db('users')
        .where({ email: 'alice@example.com' })
        .update({ password_hash: await cheap() })
    }
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
    const [entry, ...more] = await house.db('activity').where({ action: 'session.othersEnded' })
    expect([entry.actor_name, entry.user_id, more]).toEqual(['Bob Brown', entry.actor_id, []])
    for (const visitor of [here, carol])
      expect((await visitor.visit('/user/profile')).path).toBe('/user/profile')
    expect((await ada.visit('/admin/security/sessions')).status).toBe(200)
  })
})
