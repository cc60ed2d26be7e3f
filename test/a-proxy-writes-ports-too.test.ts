// Some proxies tell a visitor's address with the port behind it, as Azure's Application Gateway does. It is the same
// visitor all the same, however often they connect.

import { beforeAll, expect, test } from 'vitest'
import { caller, keyOf } from './support/api.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { APP_URL, production } from './support/production.ts'
import { startSmtp } from './support/smtp.ts'

let house: TestHouse

beforeAll(async () => {
  const smtp = await startSmtp()
  house = await startHouse({ environment: production(smtp.url) })
})

const from = (address: string) => ({ 'X-Forwarded-For': `6.6.6.6:66, ${address}` })

test.each([
  ['203.0.113.9', (nth: number) => `203.0.113.9:${40_000 + nth}`],
  ['2001:db8::9', (nth: number) => `[2001:db8::9]:${40_000 + nth}`],
])(
  '%s: guessing gets slower though each guess comes by another port; the log has the address',
  async (ip, at) => {
    const email = `${ip.replaceAll(':', '-')}@example.com`
    const guess = async (nth: number) => {
      const { agent } = house.visitor()
      const answer = await agent
        .post('/login')
        .type('form')
        .set({ Origin: APP_URL, ...from(at(nth)) })
        .send({ email, password: 'not the password' })
      return answer.status
    }
    const statuses: number[] = []
    for (let nth = 0; nth < 7; nth++) statuses.push(await guess(nth))
    expect(statuses.slice(0, 5)).toEqual([422, 422, 422, 422, 422])
    expect(statuses.slice(5)).toContain(429)
    const { agent } = house.visitor()
    await agent
      .post('/password/reset')
      .type('form')
      .set({ Origin: APP_URL, ...from(at(9)) })
      .send({ email })
    const entry = await house
      .db('activity')
      .where({ action: 'password.resetRequested' })
      .orderBy('id', 'desc')
      .first()
    expect(entry.ip).toBe(ip)
  },
)

test('a key that may come from a network comes from there', async () => {
  const key = await keyOf(house, { addresses: '203.0.113.0/24, 2001:db8::/32' })
  const program = house.visitor().agent
  for (const address of ['203.0.113.9:4711', '[2001:db8::9]:4711', '203.0.113.9', '2001:db8::9']) {
    const answer = await program
      .get('/api/v1/permissions')
      .set({ Authorization: `Bearer ${key}`, ...from(address) })
    expect([address, answer.status]).toEqual([address, 200])
  }
  expect((await caller(house, key)('GET', '/permissions')).status).toBe(403)
})
