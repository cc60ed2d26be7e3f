import { beforeAll, beforeEach, expect, test } from 'vitest'
import { PASSWORD } from '../../src/dev/cast.ts'
import { keyOf } from '../support/api.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { whmcsCaller } from '../support/whmcs.ts'

let house: TestHouse
let call: ReturnType<typeof whmcsCaller>
let bob: number

beforeAll(async () => {
  house = await startHouse()
  call = whmcsCaller(house, await keyOf(house))
  bob = (await house.db('users').where({ email: 'bob@example.com' }).first()).id
})
beforeEach(() => house.db('limits').delete())

const sessions = async () => (await house.db('sessions').where({ user_id: bob })).length
const linkOf = async () => {
  const { redirect_url } = await call('CreateSsoToken', { user_id: bob })
  return redirect_url.slice(house.appUrl.length)
}

test('H19 five clicks on one link at once: one login, and one entry of it', async () => {
  for (let times = 0; times < 3; times++) {
    const [before, link] = [await sessions(), await linkOf()]
    const visitors = Array.from({ length: 5 }, () => house.visitor())
    await Promise.all(visitors.map((visitor) => visitor.post(link, {})))
    expect(visitors.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404])
    expect(await sessions()).toBe(before + 1)
  }
  expect(await house.db('activity').where({ action: 'signOn.used' })).toHaveLength(3)
})

test('a link, or making one, against a new password: no login outlives it', async () => {
  let password = PASSWORD
  for (let times = 0; times < 4; times++) {
    await house.db('limits').delete()
    const own = house.visitor()
    await own.visit('/login')
    await own.press('Log in', { 'Email address': 'bob@example.com', Password: password })
    const [link, next] = [await linkOf(), `a lamp over nine doors ${times}`]
    const visitor = house.visitor()
    const [, , late] = await Promise.all([
      own.post('/user/password', { current_password: password, password: next }),
      visitor.post(link, {}),
      call('CreateSsoToken', { user_id: bob }),
    ])
    password = next
    expect([200, 404, 422]).toContain(visitor.status)
    // Whoever was logged in by the old link is so no more; a link that was made afterwards may hold.
    const left = await house.db('sessions').where({ user_id: bob })
    expect(left.length, `${visitor.status} ${late.result}`).toBe(1)
  }
})

test('a link against disabling the login: nobody is logged in afterwards', async () => {
  const ada = await house.admin()
  for (let times = 0; times < 4; times++) {
    const [link, visitor] = [await linkOf(), house.visitor()]
    await Promise.all([ada.newTab().post(`/admin/users/${bob}/disable`, {}), visitor.post(link, {})])
    expect(await sessions()).toBe(0)
    await visitor.visit('/user/profile')
    expect(visitor.path).toMatch(/^\/login/)
    await ada.post(`/admin/users/${bob}/enable`, {})
  }
})
