import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

interface Answer {
  status: number
  headers: Record<string, string>
}

const HTTPS = 'https://accounts.example.com'

describe('every answer carries the headers that protect', () => {
  let house: TestHouse
  let onHttps: TestHouse
  let alice: Visitor
  let ada: Visitor
  let guest: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
    guest = house.visitor()
    // The sample data is in no production, so its cast comes in afterwards.
    onHttps = await startHouse({
      environment: {
        NODE_ENV: 'production',
        APP_URL: HTTPS,
        APP_SECRET: 'a secret of more than thirty-two bytes',
        SMTP_URL: 'smtp://127.0.0.1:9',
        MAIL_FROM: 'Accounts <accounts@example.com>',
      },
    })
  })

  /** What is wrong with one answer's headers, in words. */
  function faults({ headers }: Answer, { mail = false, kept = false } = {}) {
    const policy = headers['content-security-policy'] ?? ''
    // A message's styles are inline; it is shown in a sandbox that runs and fetches nothing.
    const checked = mail ? policy.replace("style-src 'unsafe-inline'", '') : policy
    const powers = headers['permissions-policy'] ?? ''
    const rules: [string, boolean][] = [
      ['a policy', policy.startsWith("default-src 'none'")],
      ['nothing unsafe', !/unsafe-|\*|https?:/.test(checked)],
      ['a mail is in a sandbox', !mail || (/;\s*sandbox/.test(policy) && !/script/.test(policy))],
      ['frames', /frame-ancestors '(none|self)'/.test(policy)],
      ['nosniff', headers['x-content-type-options'] === 'nosniff'],
      ['referrer', headers['referrer-policy'] === 'strict-origin'],
      ['opener', headers['cross-origin-opener-policy'] === 'same-origin'],
      ['resource', headers['cross-origin-resource-policy'] === 'same-origin'],
      ['powers', ['camera', 'microphone', 'usb', 'payment'].every((one) => powers.includes(`${one}=()`))],
      ['passkeys are ours alone', powers.includes('publickey-credentials-get=(self)')],
      ['no-store', kept || headers['cache-control'] === 'no-store'],
      ['who made it', headers['x-powered-by'] === undefined],
    ]
    return rules.filter(([, holds]) => !holds).map(([name]) => name)
  }

  const get = (visitor: Visitor, path: string, headers = {}) => visitor.agent.get(path).set(headers)
  const post = (visitor: Visitor, path: string, body: string | object = '', headers = {}) =>
    visitor.agent
      .post(path)
      .set({ Origin: house.appUrl, ...headers })
      .type('form')
      .send(body)

  test('pages, parts of pages, frames, redirects, files and probes', async () => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dora@example.com' })
    await house.mailTo('dora@example.com')
    const { id } = await house.db('emails').first()
    const [mail] = (await get(guest, '/dev/mail.json')).body
    const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }
    const found: [string, Answer, object?][] = [
      ['page', await get(alice, '/account/users')],
      ['page of a guest', await get(guest, '/login')],
      ['admin page', await get(ada, '/admin/clients')],
      ['part', await get(ada, '/admin/emails', part)],
      ['page with a frame', await get(ada, `/admin/emails/${id}`)],
      ['frame', await get(ada, `/admin/emails/${id}/html`), { mail: true }],
      ['mail of the sample mode', await get(guest, `/dev/mail/${mail.id}`), { mail: true }],
      ['json', await get(guest, '/dev/mail.json')],
      ['redirect to the login', await get(guest, '/clientarea')],
      ['redirect after a form', await post(alice, '/user/accounts/new', { company_name: 'Second' })],
      ['asset', await get(guest, '/assets/theme.css'), { kept: true }],
      ['icon', await get(guest, '/favicon.ico')],
      ['alive', await get(guest, '/healthz')],
      ['ready', await get(guest, '/readyz')],
      ['security.txt', await get(guest, '/.well-known/security.txt')],
      ['change-password', await get(guest, '/.well-known/change-password')],
    ]
    for (const [name, answer, how] of found) expect([name, faults(answer, how)]).toEqual([name, []])
    expect(found.map(([, { status }]) => status)).toEqual([
      ...[200, 200, 200, 200, 200, 200, 200, 200],
      ...[303, 303, 200, 301, 200, 200, 200, 302],
    ])
  })

  test('an asset is kept for a year by its version alone, and nothing else is kept', async () => {
    await guest.visit('/login')
    const address = guest.$('link[rel="stylesheet"]').attr('href') ?? ''
    expect((await get(guest, address)).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect((await get(guest, '/assets/theme.css?v=x')).headers['cache-control']).toBe('no-cache')
  })

  test('refusals too: 401, 403, 404, 413, 421, 422, 429', async () => {
    const found: [number, Answer][] = [
      [401, await post(guest, '/account/users/invite', { email: 'x@example.com' })],
      [403, await post(guest, '/login', {}, { Origin: 'https://evil.example' })],
      [404, await get(guest, '/nothing')],
      [404, await get(guest, '/assets/nothing.css')],
      [413, await post(guest, '/login', `x=${'x'.repeat(103_000)}`)],
      [421, await get(guest, '/login', { 'X-Forwarded-For': '192.0.2.1' })],
      [422, await post(guest, '/login', {})],
    ]
    for (let times = 0; times < 60; times++)
      await post(guest, '/login', { email: 'alice@example.com', password: 'a wrong password' })
    found.push([429, await post(guest, '/login', { email: 'alice@example.com', password: PASSWORD })])
    for (const [status, answer] of found)
      expect([status, answer.status, faults(answer)]).toEqual([status, status, []])
  })

  test('on https browsers come back by https alone, and every cookie is bound to this host', async () => {
    const visitor = onHttps.visitor()
    for (const path of ['/login', '/healthz', '/assets/theme.css', '/nothing', '/.well-known/security.txt'])
      expect((await visitor.agent.get(path)).headers['strict-transport-security']).toBe(
        'max-age=63072000; includeSubDomains',
      )
    expect((await get(guest, '/login')).headers['strict-transport-security']).toBeUndefined()
    const { headers } = await visitor.agent
      .post('/login')
      .set('Origin', HTTPS)
      .type('form')
      .send({ email: 'alice@example.com', password: PASSWORD })
    const cookies = [headers['set-cookie'] ?? []].flat()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies)
      expect(cookie).toMatch(
        /^__Host-(?=.*; HttpOnly)(?=.*; Secure)(?=.*; SameSite=(Lax|Strict))(?=.*; Path=\/(;|$))(?!.*Domain)/,
      )
  })

  test('security.txt says whom to tell, for how long, and whose it is', async () => {
    const told = async (of: TestHouse) => (await of.visitor().agent.get('/.well-known/security.txt')).text
    const first = await told(onHttps)
    expect(first).toMatch(/^Contact: mailto:accounts@example\.com$/m)
    expect(first).toMatch(/^Canonical: https:\/\/accounts\.example\.com\/\.well-known\/security\.txt$/m)
    expect(first).toMatch(/^Preferred-Languages: en$/m)
    const expires = Date.parse(/^Expires: (\S+)$/m.exec(first)?.[1] ?? '')
    expect(expires).toBeGreaterThan(Date.now() + 30 * 86_400_000)
    expect(expires).toBeLessThan(Date.now() + 365 * 86_400_000)
    await ada.visit('/admin/settings')
    await ada.press('Save', { 'Support address': 'help@example.com' })
    expect(await told(house)).toMatch(/^Contact: mailto:help@example\.com$/m)
  })

  test('a password manager is led to a page that is there', async () => {
    await guest.visit('/.well-known/change-password')
    expect([guest.status, guest.path]).toEqual([200, '/login?returnTo=%2Fuser%2Fpassword'])
    await alice.visit('/.well-known/change-password')
    expect([alice.status, alice.path]).toEqual([200, '/user/password'])
    expect((await get(guest, '/.well-known/nothing')).status).toBe(404)
  })

  // Last, since nothing works afterwards.
  test('so do 500 and 503', async () => {
    await house.db.schema.renameTable('associations', 'elsewhere')
    const broken = await get(alice, '/user/accounts')
    expect([broken.status, faults(broken)]).toEqual([500, []])
    await house.db.schema.renameTable('elsewhere', 'associations')
    await onHttps.db.destroy()
    const away = await onHttps.visitor().agent.get('/readyz')
    expect([away.status, faults(away)]).toEqual([503, []])
    // It is closed like every other.
    onHttps.db.initialize()
  })
})
