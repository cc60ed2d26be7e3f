import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('what did not come from our own pages, or is too large, does nothing', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
  })

  const send = (
    headers: Record<string, string>,
    path = '/account/users/invite',
    body = 'email=dora%40example.com',
  ) => alice.agent.post(path).set(headers).type('form').send(body)
  const refused = (): Record<string, string>[] => [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: `${house.appUrl}.evil.example` },
    { Origin: house.appUrl.replace('127.0.0.1', 'localhost') },
    { Origin: house.appUrl.replace('http:', 'https:') },
    { Origin: house.appUrl, 'Sec-Fetch-Site': 'cross-site' },
    { Origin: house.appUrl, 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': '' },
    { Referer: `${house.appUrl}/account/users` },
    {},
  ]

  test('H26 a foreign Origin, a foreign Sec-Fetch-Site, one right and one wrong, or neither: 403', async () => {
    for (const headers of refused()) {
      const answer = await send(headers)
      expect([headers, answer.status]).toEqual([headers, 403])
      expect(answer.text).toContain('This request did not come from one of our pages, so nothing was done.')
    }
    expect(await house.db('invitations').select('*')).toEqual([])
  })

  test('so it is with every form: logging in and out, registering, accepting', async () => {
    const login = `email=bob%40example.com&password=${PASSWORD}`
    for (const path of [
      '/login',
      '/logout',
      '/register',
      '/password/reset',
      '/invite/x/accept',
      '/user/accounts',
    ])
      expect([path, (await send({ Origin: 'https://evil.example' }, path, login)).status]).toEqual([
        path,
        403,
      ])
    for (const method of ['put', 'patch', 'delete'] as const)
      expect((await alice.agent[method]('/account/details')).status).toBe(403)
    expect((await alice.visit('/clientarea')).text, 'still the one who was').toContain('Hello, Alice!')
  })

  test('either header alone is enough when it is right', async () => {
    const right: Record<string, string>[] = [
      { Origin: house.appUrl },
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
      { Origin: house.appUrl, 'Sec-Fetch-Site': 'same-origin' },
    ]
    for (const headers of right) expect([headers, (await send(headers)).status]).toEqual([headers, 303])
  })

  test('looking is free from anywhere', async () => {
    const linked = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
    expect((await alice.visit('/account/users', linked)).title).toBe('User Management')
  })

  test('a body over 100 KB: 413 with a page, and nothing is done', async () => {
    await alice.visit('/account/details')
    const fields = alice.$('form[action="/account/details"]').serialize()
    for (const extra of [103_000, 5_000_000]) {
      await alice.post('/account/details', `${fields}&x=${'x'.repeat(extra)}`)
      expect([alice.status, alice.title]).toEqual([413, 'That is too much'])
      expect(alice.text).toContain('What was sent is larger than 100 KB, so nothing was done.')
    }
    await alice.follow('Home')
    expect(alice.title).toBe('Acme Hosting')
    await alice.post('/account/details', `${fields}&x=${'x'.repeat(90_000)}`)
    expect([alice.status, alice.told], 'and just below it works').toEqual([200, 'The details are saved.'])
  })

  test('so it is with files, with what unpacks to more, and with too many fields', async () => {
    const post = () => alice.agent.post('/account/details').set({ Origin: house.appUrl })
    const file = await post().attach('logo', Buffer.alloc(200_000), 'logo.png')
    expect(file.status).toBe(413)
    const packed = post().type('form').set('Content-Encoding', 'gzip')
    packed.write(gzipSync(`x=${'x'.repeat(5_000_000)}`))
    expect((await packed).status).toBe(413)
    const many = await post()
      .type('form')
      .send(Array.from({ length: 300 }, (_, i) => `f${i}=1`).join('&'))
    expect([many.status, many.text.includes('That cannot be read')]).toEqual([413, true])
  })

  test('the pages that say so are the host’s own', async () => {
    const ada = await house.admin()
    await ada.visit('/admin/settings')
    await ada.press('Save', { Name: 'Bright Hosting' })
    const tooLarge = await alice.post('/account/details', `x=${'x'.repeat(103_000)}`)
    for (const html of [(await send({})).text, tooLarge.html]) {
      expect(html).toContain('Bright Hosting')
      expect(html).not.toContain('Latchkey')
    }
  })

  test('what is broken gets a page with a sentence, never a stack trace', async () => {
    const post = (type: string) =>
      alice.agent.post('/login').set({ Origin: house.appUrl, 'Content-Type': type })
    const broken = [
      await alice.agent.get('/invite/%E0%A4%A'),
      await alice.agent.get('/account/users/%E0%A4%A/permissions'),
      await post('multipart/form-data').send('x'),
      await post('application/x-www-form-urlencoded; charset=utf-7').send('email=x'),
    ]
    for (const { status, text } of broken) {
      expect([400, 415]).toContain(status)
      expect(text).toContain('What was sent is broken, so nothing was done.')
      expect(text).not.toMatch(/Error|node_modules|at \S+ \(/)
    }
    for (const body of ['', 'email', '=', '&&&', 'email[]=a', 'email=%', '__proto__=x&constructor=y']) {
      const answer = await send({ Origin: house.appUrl }, '/login', body)
      expect([body, answer.status]).toEqual([body, 422])
    }
    const json = await alice.agent
      .post('/login')
      .set({ Origin: house.appUrl })
      .send({ email: 'a@example.com' })
    expect(json.status).toBe(422)
  })
})
