import { beforeAll, describe, expect, test } from 'vitest'
import { isWebAddress, linksSomewhere } from '../src/domain/names.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const LINKS = [
  'https://evil.example',
  'HTTP://EVIL.EXAMPLE',
  'Claim your prize: hxxp://evil.example',
  'www.evil.example',
  'see WWW.evil.example now',
  'evil.example/x',
  'Bank (evil.example/)',
  'evil.example:8080',
  'ｅｖｉｌ．ｅｘａｍｐｌｅ／ｘ',
  'пример.рф/вход',
  '//evil.example/x',
]
const DOMAINS = [
  'evil.example',
  'Your prize at evil.example',
  'sub.evil.example',
  'x@evil.example',
  'пример.рф',
]
const COMPANIES = [
  'Acme.com Ltd',
  'Booking.com',
  'Müller & Söhne GmbH',
  'A/S Norsk',
  'wwwhat?',
  'Nr. 1: Best',
  '1.5/2',
]
const PEOPLE = [
  'J.R.R.',
  'St. John',
  'Anna-Lena',
  "O'Neill",
  'María José',
  'M.',
  'Dr. Who',
  'D.J.',
  'Wwwilliam',
]

const NAME = 'A name cannot be a web address.'
const COMPANY = 'A company name cannot hold a link.'

describe('H24 no name is a link', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
  })

  test('what is a link, and what is only a name', () => {
    for (const name of LINKS)
      expect([name, linksSomewhere(name), isWebAddress(name)]).toEqual([name, true, true])
    for (const name of DOMAINS)
      expect([name, linksSomewhere(name), isWebAddress(name)]).toEqual([name, false, true])
    for (const name of COMPANIES) expect([name, linksSomewhere(name)]).toEqual([name, false])
    for (const name of PEOPLE) expect([name, isWebAddress(name)]).toEqual([name, false])
  })

  const person = { first_name: 'Dora', last_name: 'Diaz', email: 'dora@example.com' }
  const changed = {
    company_name: 'evil.example/x',
    first_name: 'evil.example',
    last_name: 'www.evil.example',
  }
  const errors = (who: Visitor) =>
    ['company_name', 'first_name', 'last_name'].map((name) =>
      who.$(`[name="${name}"]`).closest('.field').find('.field-error').text(),
    )
  const both = [expect.stringContaining(NAME), expect.stringContaining(NAME)]

  test('registering: a sentence beside each, and no mail', async () => {
    const guest = house.visitor()
    await guest.post('/register', { ...person, ...changed, password: 'a long sentence of mine' })
    expect([guest.status, errors(guest)]).toEqual([422, [expect.stringContaining(COMPANY), ...both]])
    expect(guest.value('Company name'), 'what was typed is kept').toBe('evil.example/x')
    expect(await house.mailTo('dora@example.com')).toEqual([])
  })

  test('accepting an invitation with a new login', async () => {
    await alice.post('/account/users/invite', { email: 'dora@example.com', which: 'all' })
    const guest = await house.visitor().visit(await house.linkTo('dora@example.com'))
    await guest.post(`${new URL(guest.path, house.appUrl).pathname}/register`, {
      ...{ ...person, first_name: 'evil.example' },
      password: 'a long sentence of mine',
    })
    expect([guest.status, guest.told]).toEqual([422, expect.stringContaining(NAME)])
  })

  test('a name turns nothing the other way round; one that is written from the right is a name', async () => {
    for (const sign of ['\u202e', '\u202a', '\u2066']) {
      await alice.post('/user/profile', { ...person, first_name: `Ada${sign}gpj.exe`, language: 'english' })
      expect([alice.status, errors(alice)[1]]).toEqual([422, expect.stringContaining('cannot be understood')])
    }
    await alice.post('/user/profile', { first_name: 'דנה', last_name: '\u200fלוי', language: 'english' })
    expect([alice.status, alice.told]).toEqual([200, expect.not.stringContaining('cannot be understood')])
  })

  test('one’s profile, the account’s details, a further account', async () => {
    await alice.post('/user/profile', { ...changed, language: 'english' })
    expect([alice.status, errors(alice).slice(1)]).toEqual([422, both])
    await alice.post('/account/details', { ...person, ...changed })
    expect([alice.status, errors(alice)]).toEqual([422, [expect.stringContaining(COMPANY), ...both]])
    await alice.post('/user/accounts/new', { company_name: 'https://evil.example' })
    expect([alice.status, alice.told]).toEqual([422, expect.stringContaining(COMPANY)])
    await alice.post('/account/details', { ...person, company_name: 'Acme.com Ltd' })
    expect(alice.status, 'a company may be called like its domain').toBe(200)
    expect(await house.clientNamed('Acme.com Ltd')).toBeDefined()
  })

  test('what an admin types: a new client, a profile, a new user', async () => {
    const { id } = await house.clientNamed('Acme.com Ltd')
    for (const path of ['/admin/clients/new', `/admin/clients/${id}/profile`]) {
      await ada.post(path, { ...person, ...changed, user_id: 'new' })
      expect([path, ada.status, errors(ada)]).toEqual([
        path,
        422,
        [expect.stringContaining(COMPANY), ...both],
      ])
    }
    await ada.post(`/admin/clients/${id}/users/associate`, {
      ...{ search: 'gil@example.com', user_id: 'new', send_invite: 'no', permissions: 'tickets' },
      ...{ first_name: 'evil.example', last_name: 'Gil' },
    })
    expect([ada.status, ada.told]).toEqual([422, expect.stringContaining(NAME)])
  })

  test('a name as long as a request may be is too long, and costs nobody their time', async () => {
    const long = 'x'.repeat(90_000)
    const started = performance.now()
    await house.visitor().post('/register', { ...person, first_name: long })
    await alice.post('/account/details', { ...person, last_name: long })
    expect(errors(alice)).toContain('This is too long: at most 100 characters.')
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
