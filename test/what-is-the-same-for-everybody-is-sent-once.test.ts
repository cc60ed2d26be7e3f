import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const SAME = ['/api/docs', '/api/openapi.json']

describe('what is the same for everybody is kept by a browser, which asks whether it changed', () => {
  let house: TestHouse
  let guest: Visitor

  beforeAll(async () => {
    house = await startHouse()
    guest = house.visitor()
  })

  const get = (visitor: Visitor, path: string, headers = {}) => visitor.agent.get(path).set(headers)
  const kept = ({ headers }: { headers: Record<string, string> }) => [headers['cache-control'], headers.etag]
  const nowhere = ['no-store', undefined]

  test.each(SAME)('%s: sent once, then 304 for as long as nothing changed', async (path) => {
    const first = await get(guest, path)
    expect(kept(first)).toEqual(['no-cache', expect.stringMatching(/^W\/"[\w-]{22}"$/)])
    const again = await get(guest, path, { 'If-None-Match': first.headers.etag })
    expect([again.status, again.text]).toEqual([304, ''])
    expect(again.headers['content-security-policy'], 'protected like the page').toBeTruthy()
    expect((await get(guest, path, { 'If-None-Match': 'W/"another"' })).status).toBe(200)
    const whole = await get(guest, path, { 'Accept-Encoding': 'identity' })
    expect(kept(whole), 'however it is compressed').toEqual(kept(first))
    const head = await guest.agent.head(path).set('If-None-Match', String(first.headers.etag))
    expect(head.status).toBe(304)
  })

  test('another address for help, which stands on the page, makes it another', async () => {
    const before = (await get(guest, '/api/docs')).headers.etag
    const ada = await house.admin()
    await ada.visit('/admin/settings')
    const form = ada.$('input[name=supportEmail]').closest('form')
    const fields = { ...Object.fromEntries(form.serializeArray().map(({ name, value }) => [name, value])) }
    await ada.post(String(form.attr('action')), { ...fields, supportEmail: 'help@example.com' })
    const now = await get(guest, '/api/docs', { 'If-None-Match': before })
    expect([now.status, now.text.includes('help@example.com')]).toEqual([200, true])
  })

  test('a user who is logged in gets a page of their own, which is kept nowhere', async () => {
    const alice = await house.user('alice', 'Acme Hosting')
    for (const path of SAME) {
      const tag = (await get(guest, path)).headers.etag
      const theirs = await get(alice, path, { 'If-None-Match': tag })
      expect([path, theirs.status, ...kept(theirs)]).toEqual([path, 200, ...nowhere])
    }
  })

  test('outside the Admin Area an admin is nobody, and has the page of everybody', async () => {
    const ada = await house.admin()
    expect(kept(await get(ada, '/api/docs'))).toEqual(kept(await get(guest, '/api/docs')))
    await ada.visit('/api/docs')
    expect(ada.$('header').text()).not.toContain('Ada')
    expect(kept(await get(ada, '/admin'))).toEqual(nowhere)
  })

  test('forms for a guest, what is told once, refusals and probes are kept nowhere', async () => {
    for (const path of [
      ...['/login', '/admin/login', '/register', '/password/reset', '/admin/password/reset', '/nothing'],
      ...['/healthz', '/readyz', '/.well-known/security.txt', '/invite/1.x', '/dev/mail', '/api/v1/clients'],
    ]) {
      const answer = await get(guest, path)
      expect([path, ...kept(answer)]).toEqual([path, ...nowhere])
    }
    const alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/logout')
    await alice.agent.post('/logout').set('Origin', house.appUrl)
    const told = await get(alice, '/api/docs')
    expect([told.text.includes('flash'), ...kept(told)]).toEqual([true, ...nowhere])
    expect(kept(await get(alice, '/api/docs'))[0], 'told once').toBe('no-cache')
  })
})
