import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('Invite New User', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })
  beforeEach(async () => {
    await alice.visit('/clientarea')
    await alice.follow('User Management')
  })

  const invitations = () => house.db('invitations').select('email', 'permissions', 'status')
  const linkWorks = async (link: string) => (await house.visitor().visit(link)).status === 200

  test('a link at the head of the page leads to the form, however long the lists above it are', () => {
    const link = alice.$('.page-head a').filter((_, a) => alice.$(a).text() === 'Invite somebody')
    expect(alice.$(String(link.attr('href'))).text()).toBe('Invite New User')
  })

  test('an address that cannot be: 422, what was typed is kept, the sentence stands beside the field', async () => {
    const long = `${'x'.repeat(243)}@example.com`
    expect(long).toHaveLength(255)
    for (const [typed, sentence] of [
      ['', 'Enter an email address.'],
      ['   ', 'Enter an email address.'],
      ['dora', 'That email address is not complete: something like name@example.com.'],
      ['dora@example', 'That email address is not complete: something like name@example.com.'],
      ['Dora <dora@>', 'That email address is not complete: something like name@example.com.'],
      [',;', 'That email address is not complete: something like name@example.com.'],
      [long, 'This is too long: at most 254 characters.'],
    ] as const) {
      await alice.press('Send Invite', {
        'Email address': typed,
        'Choose Permissions': true,
        'View Domains': true,
      })
      expect([alice.status, alice.told]).toEqual([422, sentence])
      const field = alice.$('[aria-invalid="true"]')
      expect([field.attr('id'), field.is('[autofocus]'), field.val()]).toEqual(['email', true, typed])
      expect(alice.$(`#${field.attr('aria-describedby')?.split(' ').at(-1)}`).text()).toBe(sentence)
      expect(alice.$('[name="which"][checked]').val()).toBe('choose')
      expect(alice.$('[name="permissions"][checked]').val()).toBe('domains')
    }
    expect(await invitations()).toEqual([])
  })

  test('254 characters will do', async () => {
    const address = `${'x'.repeat(242)}@example.com`
    await alice.press('Send Invite', { 'Email address': address })
    expect(alice.told).toContain('is invited')
    expect(await house.mailTo(address)).toHaveLength(1)
  })

  test('choosing without a choice, unknown permissions and a third way are refused', async () => {
    await alice.press('Send Invite', { 'Email address': 'dora@example.com', 'Choose Permissions': true })
    expect([alice.status, alice.told]).toEqual([422, 'Choose at least one permission.'])
    expect(alice.value('Email address')).toBe('dora@example.com')
    for (const [body, sentence] of [
      ['which=choose&permissions=tickets&permissions=root', 'There is no such permission'],
      ['which=choose&permissions=__proto__', 'There is no such permission'],
      ['which=everything', 'Choose one of the two.'],
    ] as const) {
      await alice.post('/account/users/invite', `email=dora%40example.com&${body}`)
      expect(alice.status).toBe(422)
      expect(alice.told).toContain(sentence)
    }
    expect(await house.db('invitations').where({ email: 'dora@example.com' })).toEqual([])
  })

  test('the same answer for an address that has a login and one that has none', async () => {
    const pages = new Set<string>()
    for (const email of ['carol@example.com', 'nobody@example.com']) {
      await alice.visit('/account/users')
      await alice.press('Send Invite', { 'Email address': email })
      expect(alice.told).toBe(`${email} is invited. The link in the mail works for 7 days.`)
      const row = alice.$(`.row-item:contains("${email}")`)
      pages.add(row.text().replaceAll(email, 'ADDRESS').replace(/\s+/g, ' '))
    }
    expect(pages.size).toBe(1)
    const [known] = await house.mailTo('carol@example.com')
    const [unknown] = await house.mailTo('nobody@example.com')
    const plain = (text = '') => text.replace(/http\S+/g, 'LINK')
    expect(plain(known?.text)).toBe(plain(unknown?.text))
  })

  test('an address that waits already: the new permissions hold, the new link alone works', async () => {
    await alice.press('Send Invite', { 'Email address': 'fay@example.com' })
    const first = await house.linkTo('fay@example.com')
    await alice.press('Send Invite', {
      'Email address': ' FAY@example.com',
      'Choose Permissions': true,
      'View Domains': true,
    })
    expect(alice.told).toBe(
      'FAY@example.com was invited before: the new permissions hold, and only the new link works.',
    )
    const second = await house.linkTo('fay@example.com')
    expect([await linkWorks(first), await linkWorks(second)]).toEqual([false, true])
    expect(await house.db('invitations').where({ email: 'fay@example.com' })).toHaveLength(1)
    expect(alice.$('.row-item:contains("fay@example.com") .row-what').text()).toBe('Domains')
    expect((await house.mailTo('fay@example.com'))[0]?.text).toContain('- View Domains')
  })

  test('who is a user of the account is not invited again', async () => {
    for (const email of ['bob@example.com', 'Alice@Example.com']) {
      const before = await invitations()
      await alice.press('Send Invite', { 'Email address': email })
      expect([alice.status, alice.told]).toEqual([422, 'This person is a user of the account already.'])
      expect(alice.value('Email address')).toBe(email)
      expect(await invitations()).toEqual(before)
    }
    expect(await house.mailTo('bob@example.com')).toEqual([])
  })

  test('the same address can wait for two accounts at once', async () => {
    const consulting = await house.user('alice', 'Ames Consulting')
    await consulting.visit('/account/users')
    expect(consulting.text).not.toContain('fay@example.com')
    await consulting.press('Send Invite', { 'Email address': 'fay@example.com' })
    expect(consulting.told).toBe('fay@example.com is invited. The link in the mail works for 7 days.')
    const links = (await house.mailTo('fay@example.com')).map(({ text }) =>
      String(text.match(/\/invite\/\S+/)),
    )
    expect(await linkWorks(String(links[0])), 'Ames Consulting').toBe(true)
    expect(await linkWorks(String(links[1])), 'Acme Hosting').toBe(true)
  })
})
