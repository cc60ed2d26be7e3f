// Every form that can be reached is found by following links, and sent with what no person would type. A short
// run beside the stories, ten thousand with FAULTS=full; FAULTS_SEED makes a run again.

import { load } from 'cheerio'
import { beforeAll, describe, expect, test } from 'vitest'
import { amount, type Chance, chance, figures, seed } from './support/faults.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

interface Form {
  who: string
  cookie: string
  method: string
  action: string
  multipart: boolean
  fields: [string, string][]
}

const MARK = 'zq9'
const MARKUP = [
  `<${MARK}>`,
  `"><${MARK} onload=alert(1)>`,
  `'><${MARK}>`,
  `</textarea><${MARK}>`,
  `</script><${MARK}>`,
  `<%= ${MARK} %><${MARK}>`,
]
const ODD = [
  ...['', ' ', '0', '-1', '1e9', '99999999999999999999', 'NaN', 'null', 'undefined', 'true', '[]', '{}'],
  ...['__proto__', 'constructor', "' OR 1=1 --", '"; DROP TABLE users; --', '%', '_', '\\', '%00', '%0d%0a'],
  ...['\u0000', '\r\nBcc: victim@example.com', '\u202E', '\u200B', '\uFEFF', '\uD800', '\u{1F4A9}', 'İıßŉﬁ'],
  ...['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '../../etc/passwd'],
  ...[
    '2026-13-45',
    '2026-01-01T00:00:00Z',
    'data:image/png;base64,AAAA',
    'alice@example.com',
    'eve@example.com',
  ],
]
/** Of a whole run: more from one network would only meet the limits. */
const GUEST_TRIES = 100
const SHOWN_FOR = 'shown_for'
const LONG = [1_000, 20_000]
/** What ends the story: a session, an account, an access. */
const ENDS = /\/(logout|close|remove|leave|end|delete|disable|merge|decline)\b/

/** The pages that links lead to from here, two of a kind, and the forms on them. */
async function crawl(visitor: Visitor, who: string, cookie: string, from: string[]) {
  const kindOf = (path: string) =>
    path
      .replace(/\d+/g, '1')
      .replace(/[\w-]{40,}/g, 'T')
      .replace(/=[^&]*/g, '')
  const seen = new Map<string, number>()
  const forms = new Map<string, Form>()
  const pages: string[] = []
  const queue = [...from]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const times = seen.get(kindOf(path)) ?? 0
    if (times >= 2) continue
    seen.set(kindOf(path), times + 1)
    await visitor.visit(path)
    if (!/html/.test(visitor.headers['content-type'] ?? '')) continue
    expect([path, visitor.status < 500]).toEqual([path, true])
    pages.push(path)
    const $ = load(visitor.html)
    for (const a of $('a[href^="/"]').toArray()) {
      const href = String($(a).attr('href'))
      if (!/^\/(assets|dev|logout|admin\/logout)\b/.test(href)) queue.push(href)
    }
    for (const one of $('form').toArray()) {
      const form = $(one)
      const action = form.attr('action') ?? visitor.path
      const method = form.attr('method') ?? 'get'
      const names = form
        .find('[name]')
        .map((_, field) => String($(field).attr('name')))
        .get()
      const fields = [...new Set(names)].map((name): [string, string] => [
        name,
        String(form.find(`[name="${name}"]`).first().val() ?? ''),
      ])
      const multipart = form.attr('enctype') === 'multipart/form-data'
      if (fields.length > 0 && !ENDS.test(action))
        forms.set(`${method} ${kindOf(action)} ${names}`, { who, cookie, method, action, multipart, fields })
    }
  }
  return { forms: [...forms.values()], pages }
}

function mutate(luck: Chance, fields: [string, string][]): [string, string][] {
  const value = (before: string) => {
    const way = luck.below(10)
    if (way < 4) return luck.of(MARKUP) + (way === 0 ? before : '')
    if (way < 8) return luck.of(ODD)
    if (way === 8) return 'x'.repeat(luck.of(LONG))
    return before + String.fromCodePoint(luck.below(0xd7ff))
  }
  const mutated: [string, string][] = []
  for (const [name, before] of fields) {
    // For whom the form was shown is mostly left alone, or nothing would be taken.
    const way = name === SHOWN_FOR && luck.below(20) > 0 ? 4 : luck.below(12)
    if (way === 0) continue
    if (way === 1) mutated.push([`${name}[]`, value(before)])
    else if (way === 2) mutated.push([name, before], [name, value(before)])
    else mutated.push([name, way < 6 ? before : value(before)])
  }
  if (luck.below(3) === 0) mutated.push([luck.of(ODD), value('')])
  return mutated
}

describe('every form takes anything', () => {
  let house: TestHouse
  let forms: Form[]
  let acmeId: number
  const pages: Record<string, { visitor: Visitor; paths: string[] }> = {}

  beforeAll(async () => {
    house = await startHouse()
    acmeId = (await house.clientNamed('Acme Hosting')).id
    const alice = await house.user('alice', 'Acme Hosting')
    const ada = await house.admin()
    await alice.post('/account/users/invite', { email: 'dora@example.com', which: 'all' })
    const people = [
      { who: 'owner', visitor: alice, cookie: `session=${alice.cookie('session')}`, from: ['/clientarea'] },
      {
        who: 'admin',
        visitor: ada,
        cookie: `admin_session=${ada.cookie('admin_session')}`,
        from: ['/admin'],
      },
      { who: 'guest', visitor: house.visitor(), cookie: '', from: ['/login', '/register', '/admin/login'] },
    ]
    const found = []
    for (const { who, visitor, cookie, from } of people) {
      const crawled = await crawl(visitor, who, cookie, from)
      pages[who] = { visitor, paths: crawled.pages }
      found.push(...crawled.forms)
    }
    forms = found
  }, 60_000)

  async function send({ cookie, method, action, multipart }: Form, fields: [string, string][]) {
    const encoded = new URLSearchParams(fields)
    const url = new URL(action, house.appUrl)
    if (method === 'get') url.search = encoded.toString()
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    return fetch(url, {
      method,
      redirect: 'manual',
      headers: { Cookie: cookie, Origin: house.appUrl },
      ...(method !== 'get' && { body: multipart ? body : encoded }),
    })
  }

  async function backToAcme(form: Form) {
    const { agent } = house.visitor()
    await agent
      .post('/user/accounts')
      .set({ Origin: house.appUrl, Cookie: form.cookie })
      .type('form')
      .send({ client_id: acmeId })
  }

  const isOurs = (location: string) =>
    location.startsWith('/') && new URL(location, house.appUrl).origin === house.appUrl

  test('forms of the owner, the admin and the guest are found', () => {
    const actions = forms.map(({ action }) => action)
    for (const one of ['/login', '/register', '/account/users/invite', '/account/details', '/admin/settings'])
      expect(actions).toContain(one)
    expect(forms.length).toBeGreaterThan(15)
  })

  test('never a broken page, no markup of a stranger, no way to another host', async () => {
    const luck = chance(seed)
    const times = amount(10_000, 400)
    const statuses: Record<number, number> = {}
    for (let nth = 0; nth < times; nth++) {
      const isGuest = luck.below(times) < GUEST_TRIES
      const form = luck.of(forms.filter(({ who }) => (who === 'guest') === isGuest))
      const fields = mutate(luck, form.fields)
      const answer = await send(form, fields)
      const text = await answer.text()
      const what = `seed ${seed}, ${nth}: ${form.who} ${form.method} ${form.action} ${JSON.stringify(fields)}`
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
      // A new account is the one that is acted for; the forms are of another.
      if (answer.status === 409 && form.who === 'owner') await backToAcme(form)
      if (answer.status >= 500) expect.fail(`${answer.status}: ${what}\n${house.logged.slice(-3).join('')}`)
      if (text.includes(`<${MARK}`)) expect.fail(`markup comes back: ${what}`)
      const location = answer.headers.get('location')
      if (location && !isOurs(location)) expect.fail(`leads to ${location}: ${what}`)
    }
    expect(statuses[422]).toBeGreaterThan(times / 20)
    figures('fuzz', { seed, mutations: times, forms: forms.length, ...statuses })
  }, 600_000)

  test('what was taken in is shown as text, on every page and in every message', async () => {
    for (const { visitor, paths } of Object.values(pages))
      for (const path of paths) {
        await visitor.visit(path)
        expect([path, visitor.status < 500, visitor.html.includes(`<${MARK}`)]).toEqual([path, true, false])
      }
    await house.delivery.settled()
    const { body } = await house.visitor().agent.get('/dev/mail.json')
    for (const { html } of body) expect(html).not.toContain(`<${MARK}`)
  }, 60_000)
})
