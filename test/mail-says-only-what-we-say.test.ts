import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isWebAddress } from '../src/domain/names.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { startSmtp } from './support/smtp.ts'
import type { Visitor } from './support/visitor.ts'

const INJECTION = '\r\nBcc: victim@example.com\r\nSubject: Win a prize\r\n\r\nhello'

/** Refused with a sentence: they have no place in a line. */
const REFUSED = [
  'Acme \u202Emoc.elpmaxe@live\u202C GmbH',
  `Acme${INJECTION}`,
  'Acme\nBcc: victim@example.com',
  'Acme\rBcc: victim@example.com',
  'Acme\u0000Bcc: victim@example.com',
  'Acme\tBcc: victim@example.com\tX',
  'Acme\u0085Bcc: victim@example.com',
  'x'.repeat(5_000),
]

/** Taken, since people are called all sorts of things; each is only a name. */
const TAKEN = [
  'Acme <victim@example.com>, Bcc: victim@example.com',
  '=?utf-8?q?=0D=0ABcc:_victim@example.com?=',
  '%0d%0aBcc: victim@example.com',
  '\\r\\nBcc: victim@example.com',
  'Acme\u2028Bcc: victim@example.com',
  'Acme "quoted" \'and\' `so` ; , : @ <b>bold</b>',
  '\u{1F600}'.repeat(20),
  'ACME \u0301\u0301\u0301\u0301',
  'x '.repeat(49),
  '. . .',
]

/** One address nowhere; many where a list may be pasted. */
const LISTS = [
  `dora@example.com${INJECTION}`,
  'dora@example.com\nBcc: victim@example.com',
  'dora@example.com\r\nRCPT TO:<victim@example.com>',
  'dora@example.com, victim@example.com',
  'dora@example.com;victim@example.com',
  'dora@example.com victim@example.com',
  'Dora <victim@example.com>',
  '<dora@example.com> NOTIFY=SUCCESS',
  'group: dora@example.com, victim@example.com;',
]

describe('mail says only what we say, to whom we say it', () => {
  let house: TestHouse
  let smtp: Awaited<ReturnType<typeof startSmtp>>
  let alice: Visitor
  let nth = 0

  beforeAll(async () => {
    smtp = await startSmtp()
    house = await startHouse({ environment: { SMTP_URL: smtp.url, MAIL_FROM: 'accounts@example.com' } })
    alice = await house.user('alice', 'Acme Hosting')
  })

  const headersOf = (source: string) =>
    (source.split(/\r\n\r\n/)[0] ?? '').replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const KNOWN = [
    ...['from', 'to', 'subject', 'message-id', 'date', 'mime-version', 'content-type'],
    ...['content-transfer-encoding', 'auto-submitted'],
  ]

  afterEach(async () => {
    house.delivery.wake()
    await house.delivery.settled()
    for (const { from, to, source } of smtp.received) {
      expect([from, to.length]).toEqual(['accounts@example.com', 1])
      expect(to[0]).not.toContain('victim')
      const headers = headersOf(source)
      const names = headers.map((line) => line.split(':')[0]?.toLowerCase() ?? '')
      expect(names.filter((name) => !KNOWN.includes(name))).toEqual([])
      expect(new Set(names).size, names.join()).toBe(names.length)
      expect(headers.find((line) => /^to:/i.test(line))?.toLowerCase()).toBe(`to: ${to[0]}`)
      // Everything but ASCII is encoded; no line is longer than a peer must take.
      expect(headers.join('')).toMatch(/^[\x20-\x7e]*$/)
      for (const line of source.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
    }
  })

  async function rename(company: string) {
    await alice.visit('/account/details')
    const fields = Object.fromEntries(
      alice
        .$('form[action="/account/details"]')
        .serializeArray()
        .map(({ name, value }) => [name, value]),
    )
    return alice.post('/account/details', { ...fields, company_name: company })
  }

  const invite = (email: string) => alice.post('/account/users/invite', { email, which: 'all' })

  test('a company’s name with lines, controls or without end is refused with a sentence', async () => {
    for (const company of REFUSED) {
      await rename(company)
      expect([company, alice.status]).toEqual([company, 422])
      expect(alice.told).not.toBe('')
    }
    expect(await house.clientNamed('Acme Hosting')).toBeDefined()
  })

  test('any other is only a name, in one header, to one person', async () => {
    for (const company of TAKEN) {
      await rename(company)
      expect([company, alice.status]).toEqual([company, 200])
      await invite(`guest${nth++}@example.com`)
      expect(alice.status).toBe(200)
    }
    await house.delivery.settled()
    expect(smtp.received.length).toBe(TAKEN.length)
  })

  test('so it is with the names of a newcomer', async () => {
    const before = smtp.received.length
    for (const name of [...REFUSED, ...TAKEN]) {
      const newcomer = house.visitor()
      const email = `new${nth++}@example.com`
      await newcomer.post('/register', {
        first_name: name,
        last_name: name,
        email,
        password: 'a long sentence of mine',
      })
      const isRefused = REFUSED.includes(name) || isWebAddress(name)
      expect([name, newcomer.status]).toEqual([name, isRefused ? 422 : 200])
    }
    house.delivery.wake()
    await house.delivery.settled()
    expect(smtp.received.length - before).toBe(TAKEN.filter((name) => !isWebAddress(name)).length)
  })

  test('an address that is more than one address is none', async () => {
    const before = smtp.received.length
    const addresses = [
      ...LISTS,
      'dora@example.com\u0000@victim.example',
      'dora\u202E@example.com',
      '"dora\r\n"@example.com',
      '"a b"@example.com',
      '(comment)dora@example.com',
      `${'x'.repeat(300)}@example.com`,
      `dora@${'x.'.repeat(200)}com`,
    ]
    for (const email of addresses) {
      if (!LISTS.includes(email)) {
        await invite(email)
        expect([email, alice.status]).toEqual([email, 422])
      }
      for (const path of ['/register', '/password/reset']) {
        const person = { first_name: 'Eve', last_name: 'Adams', password: 'a long sentence of mine' }
        const stranger = await house.visitor().post(path, { ...person, email })
        expect([path, email, stranger.status]).toEqual([path, email, 422])
      }
    }
    house.delivery.wake()
    await house.delivery.settled()
    expect(smtp.received.length).toBe(before)
  })

  test('where a list may be pasted it is one: each address gets a mail of its own, and the rest is nothing', async () => {
    const before = smtp.received.length
    for (const list of LISTS) await invite(list.replaceAll('victim', 'erik'))
    house.delivery.wake()
    await house.delivery.settled()
    const reached = smtp.received.slice(before).map(({ to }) => to.join())
    expect([...new Set(reached)].sort()).toEqual(['dora@example.com', 'erik@example.com'])
  })
})
