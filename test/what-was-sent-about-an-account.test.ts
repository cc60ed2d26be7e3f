import { beforeAll, describe, expect, test } from 'vitest'
import { EMAIL_AUDIENCE } from '../src/domain/email-readers.ts'
import { actAs } from './support/acting.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { readSources } from './support/sources.ts'
import type { Visitor } from './support/visitor.ts'

const URL = '/account/emails'
/** Not due before this story ends. */
const LATER = '2099-01-01T00:00:00.000Z'
const SEARCH = 'Search by address or subject'

describe('what was sent about an account: Email History', () => {
  let house: TestHouse
  let alice: Visitor
  let bob: Visitor

  const settle = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }
  const allow = async (who: string, permission: string) => {
    await alice.visit('/account/users')
    await alice.follow(`Manage Permissions: ${who}`)
    await alice.press('Save', { [permission]: true })
  }
  const subjects = (who: Visitor) =>
    who
      .$('#emails a[href^="/account/emails/"]')
      .map((_, one) => who.$(one).text())
      .get()
  const mail = (template: string, to_address: string) =>
    house.db('emails').where({ template, to_address }).orderBy('id', 'desc').first()

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice', 'Acme Hosting')
    bob = await house.user('bob', 'Acme Hosting')
    for (const name of ['dora', 'erik']) {
      await alice.visit('/account/users')
      await alice.press('Send Invite', { 'Email address': `${name}@example.com` })
    }
    const dora = house.visitor()
    await dora.visit(await house.linkTo('dora@example.com'))
    const names = { 'First name': 'Dora', 'Last name': 'Diaz', Password: 'a long sentence of mine' }
    await dora.press('Create account', { ...names, 'Email address': 'dora@example.com' })
    await settle()
  })

  test('without the permission: neither in the menu nor by its address', async () => {
    await expect(bob.follow('Email History')).rejects.toThrow('No link')
    const { id } = await mail('invitation', 'dora@example.com')
    for (const path of [URL, `${URL}/${id}`, `${URL}/${id}/html`]) {
      await bob.visit(path)
      expect([path, bob.status, bob.text.includes('View Emails')]).toEqual([path, 403, true])
    }
  })

  test('the owner reads all that is about the account, newest first; found by address and subject', async () => {
    await alice.visit('/clientarea')
    await alice.follow('Email History')
    expect(alice.title).toBe('Email History')
    const invited = 'Alice Ames invited you to Acme Hosting'
    const accepted = 'Dora Diaz accepted the invitation to Acme Hosting'
    expect(subjects(alice)).toEqual([accepted, invited, invited])
    const search = async (text: string) => {
      await alice.visit(URL)
      await alice.press('Search', { [SEARCH]: text })
      return subjects(alice)
    }
    expect(await search('ERIK@')).toEqual([invited])
    expect(await search('accepted')).toEqual([accepted])
    expect(await search('hosting erik'), 'not by the name of the account alone').toEqual([invited])
    expect(await search('alice@example.com')).toEqual([accepted])
    expect(await search('100%')).toEqual([])
    expect([alice.value(SEARCH), alice.text.includes('No email found.')]).toEqual(['100%', true])
    expect((await alice.visit(`${URL}?search=a&search=b&before=x`)).status).toBe(200)
  })

  test('one message as it was sent, its link nowhere on the page (R23)', async () => {
    const { id } = await mail('invitation', 'erik@example.com')
    await alice.visit(`${URL}/${id}`)
    expect(alice.title).toBe('Alice Ames invited you to Acme Hosting')
    expect(alice.text).toContain('[link left out]')
    expect(alice.$('iframe').attr('src')).toBe(`${URL}/${id}/html`)
    expect(alice.$('iframe').attr('sandbox')).toBe('')
    const page = alice.html
    await alice.visit(`${URL}/${id}/html`)
    expect(alice.text).toContain('Alice Ames invites you to Acme Hosting.')
    for (const html of [page, alice.html]) expect(html).not.toMatch(/\d-[\w-]{43}|\/invite\//)
    expect(alice.$('[href], [src], form, script').length, 'nothing to follow or to load').toBe(0)
    expect(alice.headers['content-security-policy']).toMatch(/^default-src 'none'.* sandbox;/)
    await alice.visit(URL)
    expect(alice.headers['content-security-policy'], 'no frame elsewhere').not.toContain('frame-src')
  })

  test('a user with the permission reads what concerns the account, and of access only what was sent to them', async () => {
    await allow('Bob Brown', 'View Emails')
    await settle()
    await bob.visit('/clientarea')
    await bob.follow('Email History')
    const own = 'What you may do in Acme Hosting was changed'
    expect(subjects(bob)).toEqual([own])
    await bob.follow(own)
    expect([bob.status, bob.text.includes('View Emails')]).toEqual([200, true])
    for (const [template, to] of [
      ['invitation', 'erik@example.com'],
      ['invitation-accepted', 'alice@example.com'],
    ] as const) {
      const { id } = await mail(template, to)
      for (const path of [`${URL}/${id}`, `${URL}/${id}/html`])
        expect([path, (await bob.visit(path)).status]).toEqual([path, 404])
    }
    await bob.visit(`${URL}?search=erik`)
    expect(bob.text).not.toContain('erik@example.com')

    const ada = await house.admin()
    const { id } = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/clients/${id}/users`)
    await ada.follow('Manage User: Dora Diaz')
    await ada.press('Save', { 'Make Owner': true })
    await settle()
    await bob.visit(URL)
    expect(subjects(bob)).toEqual(['Dora Diaz now owns Acme Hosting', 'You now own Acme Hosting', own])
    await alice.visit(URL)
    expect(subjects(alice), 'no owner any more').not.toContain(own)
    await ada.visit(`/admin/clients/${id}/users`)
    await ada.follow('Manage User: Alice Ames')
    await ada.press('Save', { 'Make Owner': true })
  })

  test('a login that was merged into theirs counts as theirs', async () => {
    const [user, old] = [
      await house.db('users').where({ email: 'bob@example.com' }).first(),
      'old@example.com',
    ]
    const { id: _, ...row } = user
    await house.db('users').insert({ ...row, email: old, status: 'merged', merged_into_id: user.id })
    const { id: user_id } = await house.db('users').where({ email: old }).first()
    const { id } = await mail('permissions-changed', 'bob@example.com')
    await house.db('emails').where({ id }).update({ user_id })
    expect((await bob.visit(`${URL}/${id}`)).status).toBe(200)
  })

  test('what is about logins, of another client, or was not sent, is not there', async () => {
    const acme = await house.clientNamed('Acme Hosting')
    const bakery = await house.clientNamed('Brown Bakery')
    const { id } = await mail('owner-received', 'alice@example.com')
    const set = (row: object) => house.db('emails').where({ id }).update(row)
    const status = async () => (await alice.visit(`${URL}/${id}`)).status
    expect(await status()).toBe(200)
    for (const row of [
      { client_id: bakery.id },
      { client_id: null },
      { template: 'new-device' },
      { template: 'password-reset' },
      { template: 'admin-welcome' },
      { template: 'of-another-version' },
      ...['waiting', 'failed', 'superseded'].map((other) => ({ status: other, next_attempt_at: LATER })),
    ]) {
      await set(row)
      expect([row, await status()]).toEqual([row, 404])
      await alice.visit(URL)
      expect(alice.html).not.toContain(`${URL}/${id}"`)
      await set({ client_id: acme.id, template: 'owner-received', status: 'sent' })
    }
    const carol = await house.user('carol')
    expect((await carol.visit(`${URL}/${id}`)).status).toBe(404)
    for (const odd of ['0', '-1', 'x', '999999'])
      expect((await alice.visit(`${URL}/${odd}`)).status).toBe(404)
  })

  test('a page holds 25; an admin who acts as the user sees what the user sees', async () => {
    const { id: _, ...row } = await mail('owner-received', 'alice@example.com')
    for (let nth = 0; nth < 30; nth++)
      await house.db('emails').insert({ ...row, message_id: `<m${nth}@x>`, subject: `Mail ${nth}` })
    const ada = await house.admin()
    await actAs(house, ada, 'alice')
    await ada.visit(`${URL}?search=mail`)
    expect(subjects(ada)).toHaveLength(25)
    expect(subjects(ada)[0]).toBe('Mail 29')
    await ada.follow('Older')
    expect(subjects(ada).slice(0, 5)).toEqual(['Mail 4', 'Mail 3', 'Mail 2', 'Mail 1', 'Mail 0'])
    expect(ada.value(SEARCH)).toBe('mail')
  })

  test('of every template it is decided who reads it', () => {
    const templates = readSources('views/emails', '.html.eta')
      .map(({ path }) => path.replace(/.*\/|\.html\.eta/g, ''))
      .filter((name) => !name.startsWith('_'))
    expect(templates.length).toBeGreaterThan(30)
    expect(templates.filter((name) => !Object.hasOwn(EMAIL_AUDIENCE, name))).toEqual([])
    const secret =
      /^(admin-|register|password|passkey|two-factor|recovery|email-|verify|new-device|factor|login)/
    for (const [name, audience] of Object.entries(EMAIL_AUDIENCE))
      if (secret.test(name)) expect([name, audience]).toEqual([name, 'nobody'])
  })
})
