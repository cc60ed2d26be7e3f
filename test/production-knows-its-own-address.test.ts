import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { APP_URL, production } from './support/production.ts'
import { startSmtp, unquoted } from './support/smtp.ts'

describe('in production every link is built from APP_URL, whatever a request says', () => {
  let house: TestHouse
  let smtp: Awaited<ReturnType<typeof startSmtp>>

  beforeAll(async () => {
    smtp = await startSmtp()
    house = await startHouse({ environment: production(smtp.url) })
  })

  const EVIL = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http' }
  const post = (path: string, body: object, headers = {}) =>
    house
      .visitor()
      .agent.post(path)
      .type('form')
      .set({ Origin: APP_URL, ...EVIL, ...headers })
      .send(body)

  test('a mailed link leads to APP_URL when the request names another host', async () => {
    const answer = await post('/password/reset', { email: 'alice@example.com' })
    expect(answer.status).toBe(200)
    house.delivery.wake()
    await house.delivery.settled()
    const [message] = smtp.received
    const source = unquoted(message?.source ?? '')
    expect(source).toContain(`${APP_URL}/password/reset/`)
    expect(source).not.toContain('evil.example')
    expect(source).toMatch(/^Message-ID: <[\da-f]{32}@accounts\.example\.com>/m)
    expect(source).toMatch(/^From: Accounts <accounts@example\.com>/m)
    expect(source).toMatch(/^Auto-Submitted: auto-generated/m)
    expect(message?.from).toBe('accounts@example.com')
  })

  test('no page and no redirect names the host of the request', async () => {
    for (const path of ['/login', '/register', '/', '/clientarea', '/admin', '/nowhere', '/favicon.ico']) {
      const answer = await house.visitor().agent.get(path).set(EVIL)
      expect(`${answer.text} ${JSON.stringify(answer.headers)}`, path).not.toContain('evil.example')
    }
  })

  test('a form from the host of the request is a foreign one', async () => {
    const answer = await post(
      '/login',
      { email: 'alice@example.com', password: PASSWORD },
      { Origin: 'https://evil.example' },
    )
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('did not come from one of our pages')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('cookies are for https alone, with the __Host- prefix; browsers are told to stay on https', async () => {
    const answer = await post('/login', { email: 'alice@example.com', password: PASSWORD })
    expect(answer.status).toBe(303)
    const cookies = answer.headers['set-cookie'] as unknown as string[]
    expect(cookies.filter((cookie) => cookie.startsWith('__Host-session=')).length).toBe(1)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-\w+=\S+; .*Path=\/; .*HttpOnly; Secure; SameSite=Lax/)
      expect(cookie).not.toContain('Domain')
    }
    expect(answer.headers['strict-transport-security']).toMatch(/max-age=\d{8}/)
  })

  test('the visitor’s address is the one that the trusted proxy tells, and no further one', async () => {
    await post(
      '/login',
      { email: 'bob@example.com', password: PASSWORD },
      { 'X-Forwarded-For': '6.6.6.6, 203.0.113.7' },
    )
    const entry = await house
      .db('activity')
      .where({ action: 'user.loggedIn', actor_name: 'Bob Brown' })
      .first()
    expect(entry.ip).toBe('203.0.113.7')
  })

  test('there is no mailbox and no catalogue', async () => {
    for (const path of ['/dev/mail', '/dev/mail.json', '/dev/views', '/dev/views/1', '/dev/mail/1']) {
      const answer = await house.visitor().agent.get(path)
      expect(answer.status, path).toBe(404)
    }
  })
})
