// The cookie is SameSite=Lax, and to a browser another port of the same host is the same site: so what is
// refused here is refused by the server, not kept from it by the browser.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { atEnd } from '../support/at-end.ts'
import { logIn, startBrowser } from '../support/browser.ts'
import { startHouse, type TestHouse } from '../support/house.ts'

let house: TestHouse
let alice: Page
let ada: Page
let evil: string
let page = ''
const arrived: string[] = []

beforeAll(async () => {
  house = await startHouse()
  const browser = await startBrowser(house.appUrl)
  alice = await browser.open()
  await logIn(alice, 'alice@example.com')
  ada = await browser.open()
  await logIn(ada, 'ada@latchkey.test', '/admin/login')
  const server = createServer((req, res) => {
    arrived.push(req.url ?? '')
    res.setHeader('Content-Type', 'text/html; charset=utf-8').end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  evil = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  atEnd(() => new Promise((resolve) => server.close(resolve)))
})

const TABLES = ['users', 'admins', 'clients', 'associations', 'invitations', 'settings', 'emails', 'activity']
const state = async () => {
  const rows = await Promise.all(
    ['sessions', ...TABLES].map((table) => house.db(table).select('*').orderBy(1)),
  )
  return JSON.stringify(rows.map((some) => some.map(({ expires_at, last_seen_at, ...row }) => row)))
}

const inputs = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    .join('')

/** Forms that would do something if they came from one of our pages. */
async function targets(): Promise<{ by: Page; path: string; fields: Record<string, string> }[]> {
  const { id } = await house.clientNamed('Acme Hosting')
  const { id: bob } = await house.db('users').where({ email: 'bob@example.com' }).first()
  return [
    { by: alice, path: '/account/users/invite', fields: { email: 'mallory@example.com', which: 'all' } },
    { by: alice, path: `/account/users/${bob}/remove`, fields: {} },
    { by: alice, path: '/user/accounts/new', fields: { company_name: 'Mallory' } },
    { by: alice, path: '/logout', fields: {} },
    { by: alice, path: '/login', fields: { email: 'bob@example.com', password: 'open-sesame-42' } },
    { by: alice, path: '/password/reset', fields: { email: 'alice@example.com' } },
    { by: ada, path: `/admin/clients/${id}/users/${bob}`, fields: { make_owner: '1' } },
    { by: ada, path: `/admin/clients/${id}/close`, fields: {} },
    { by: ada, path: '/admin/settings', fields: { name: 'Mallory' } },
    { by: ada, path: '/admin/logout', fields: {} },
  ]
}

test('forms that send themselves: each type of body is answered with a refusal, and nothing changes', async () => {
  const before = await state()
  for (const { by, path, fields } of await targets())
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']) {
      page = `<form method="post" action="${house.appUrl}${path}" enctype="${type}">${inputs(fields)}</form>
        <script>document.forms[0].submit()</script>`
      const answered = by.waitForResponse((answer) => answer.request().method() === 'POST')
      await by.goto(`${evil}/form`)
      expect([path, type, (await answered).status()]).toEqual([path, type, 403])
      await by.getByText('This request did not come from one of our pages').waitFor()
    }
  expect(await state()).toEqual(before)
})

const refusals = () => house.logged.filter((line) => /"method":"POST".*"status":403/.test(line)).length

test('fetch with the cookies, without asking first: the same, and the answer is kept from it', async () => {
  const before = await state()
  page = '<h1>A nice page</h1>'
  for (const { by, path, fields } of await targets()) {
    await by.goto(`${evil}/fetch`)
    const refusedBefore = refusals()
    const read = await by.evaluate(
      async ([url, body]) => {
        const sent = { method: 'POST', mode: 'no-cors', credentials: 'include' } as const
        const sending = fetch(url ?? '', { ...sent, body: new URLSearchParams(body) })
        return sending.then(
          (answer) => answer.text(),
          () => 'kept',
        )
      },
      [`${house.appUrl}${path}`, new URLSearchParams(fields).toString()],
    )
    expect([path, read, refusals() - refusedBefore]).toEqual([path, 'kept', 1])
  }
  expect(await state()).toEqual(before)
})

test('with a method or a header that needs leave, the browser gets none', async () => {
  const before = await state()
  await alice.goto(`${evil}/leave`)
  const tried = await alice.evaluate(async (url) => {
    const ways: RequestInit[] = [
      { method: 'PUT' },
      { method: 'DELETE' },
      { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"email":"m@example.com"}' },
      { method: 'POST', headers: { 'HX-Request': 'true' }, body: 'email=m@example.com' },
    ]
    const one = (way: RequestInit) =>
      fetch(url, { ...way, credentials: 'include' }).then(String, () => 'refused')
    return Promise.all(ways.map(one))
  }, `${house.appUrl}/account/users/invite`)
  expect(tried).toEqual(Array(4).fill('refused'))
  expect(await state()).toEqual(before)
})

test('pictures, links, frames and scripts: looking changes nothing, and nothing is shown inside', async () => {
  const before = await state()
  const paths = (await targets()).map(({ path }) => path)
  for (const by of [alice, ada]) {
    const asked: string[] = []
    by.on('request', (request) => asked.push(request.url()))
    page = `<h1>A nice page</h1>${paths
      .map((path) => `${house.appUrl}${path}`)
      .map((url) => `<img src="${url}"><iframe src="${url}"></iframe><script src="${url}"></script>`)
      .join('')}`
    await by.goto(`${evil}/pictures`)
    await by.waitForLoadState('load')
    for (const path of paths) expect(asked).toContain(`${house.appUrl}${path}`)
    for (const frame of by.frames().slice(1)) expect(frame.url()).not.toContain(house.appUrl)
  }
  expect(await state()).toEqual(before)
})

test('a page that opened ours keeps no hold on it, and is not told which page led to it', async () => {
  page = `<a target="_blank" rel="opener" href="${house.appUrl}/user/accounts">Win a prize</a>`
  await alice.goto(`${evil}/opener`)
  const [opened] = await Promise.all([alice.waitForEvent('popup'), alice.getByText('Win a prize').click()])
  await opened.getByRole('heading', { level: 1 }).waitFor()
  expect(await opened.evaluate(() => window.opener)).toBeNull()
  await opened.close()
})

test('and still everybody is who they were', async () => {
  await alice.goto('/clientarea')
  await alice.getByText('Hello, Alice!').waitFor()
  await ada.goto('/admin/clients')
  await ada.getByRole('heading', { level: 1 }).waitFor()
  expect(new URL(ada.url()).pathname).toBe('/admin/clients')
  expect(arrived.length).toBeGreaterThan(30)
})
