import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'

describe('H8: the sample mode, whose passwords everyone knows, stays on this machine', () => {
  let house: TestHouse

  beforeAll(async () => {
    house = await startHouse()
  })

  test('any Host but its own gets 421, whatever the page', async () => {
    const { host, port } = new URL(house.appUrl)
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      `${host}.evil.example`,
    ])
      for (const path of ['/login', '/admin', '/dev/mail', '/dev/mail.json', '/assets/app.js']) {
        const visitor = house.visitor()
        await visitor.visit(path, { Host: name })
        expect([visitor.status, visitor.html], `${name}${path}`).toEqual([
          421,
          `Sample mode answers at ${house.appUrl} only.\n`,
        ])
      }
  })

  test('whatever came through a proxy is refused', async () => {
    for (const header of [
      'Forwarded',
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded-Proto',
      'X-Real-IP',
    ]) {
      const visitor = house.visitor()
      await visitor.visit('/login', { [header]: '127.0.0.1' })
      expect([visitor.status, visitor.html], header).toEqual([
        421,
        'Sample mode cannot stand behind a proxy. Set NODE_ENV=production.\n',
      ])
    }
  })

  test('whoever watches the process may ask by any name', async () => {
    const visitor = house.visitor()
    for (const [path, word] of [
      ['/healthz', 'alive\n'],
      ['/readyz', 'ready\n'],
    ] as const) {
      await visitor.visit(path, { Host: '10.0.0.1:9000' })
      expect([visitor.status, visitor.html]).toEqual([200, word])
    }
  })

  test('at its own address it answers, and has a mailbox', async () => {
    const visitor = house.visitor()
    await visitor.visit('/password/reset')
    await visitor.press('Send link', { 'Email address': 'alice@example.com' })
    await house.mailTo('nobody')
    await visitor.visit('/dev/mail')
    expect(visitor.text).toContain('Set a new password')
    expect(visitor.$('pre a[href*="/password/reset/"]').length).toBe(1)
    await visitor.visit('/dev/mail.json')
    const [mail] = JSON.parse(visitor.html)
    expect(Object.keys(mail).sort()).toEqual(['createdAt', 'html', 'id', 'status', 'subject', 'text', 'to'])
    expect(mail).toMatchObject({ to: 'alice@example.com', status: 'sent' })
    await visitor.visit('/dev/mail')
    await visitor.follow('as HTML')
    expect(visitor.headers['content-security-policy']).toContain('sandbox')
    await visitor.visit('/dev/views')
    await visitor.follow('client-area/invite')
    expect(visitor.title).toBe('Alice Ames invites you to Acme Hosting')
    for (const path of ['/dev/mail/none', '/dev/views/9999', '/dev/views/x', '/dev'])
      expect((await visitor.visit(path)).status, path).toBe(404)
  })
})
