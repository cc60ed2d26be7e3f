import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { timestamp } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const WORDS = 'Hello <b>Dora</b> & all,\n\nsee https://example.com/offer "soon".'

describe('an invitation carries a message of whoever invites', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
  })
  beforeEach(async () => {
    await house.db('users').where({ email: 'alice@example.com' }).update({ email_verified_at: timestamp() })
    alice = await house.user('alice', 'Acme Hosting')
    await alice.visit('/account/users')
  })

  const messageOf = async (email: string) =>
    (await house.db('invitations').where({ email }).orderBy('id', 'desc').first()).message
  const send = (email: string, Message: string) =>
    alice.press('Send Invite', { 'Email address': email, Message })

  test('in the mail as plain text, marked as theirs; nothing of it becomes HTML or a link', async () => {
    await send('dora@example.com', `  ${WORDS.replace(/\n/g, '\r\n')}\r\n`)
    expect(await messageOf('dora@example.com')).toBe(WORDS)
    const [mail] = await house.mailTo('dora@example.com')
    expect(mail?.text).toContain(
      'Alice Ames writes:\n\n> Hello <b>Dora</b> & all,\n> \n> see https://example.com/offer "soon".\n',
    )
    expect(mail?.html).toContain('Alice Ames writes:')
    expect(mail?.html).toContain('Hello &lt;b&gt;Dora&lt;/b&gt; &amp; all,')
    expect(mail?.html).not.toContain('<b>Dora')
    const links = [...(mail?.html ?? '').matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href)
    expect(links.filter((href) => href.includes('example.com/offer'))).toEqual([])
  })

  test('on the accept page, too, as the words of the inviter', async () => {
    const [mail] = await house.mailTo('dora@example.com')
    const page = await house.visitor().visit(String(/\/invite\/\S+/.exec(mail?.text ?? '')))
    expect(page.$('.welcome-message').text()).toBe(WORDS)
    expect(page.$('.welcome-message').prev().text()).toBe('Alice Ames writes:')
    expect(page.$('.welcome-message').find('a, b').length).toBe(0)
  })

  test('inviting again replaces it; Resend Invite keeps it', async () => {
    await send('dora@example.com', 'Another word.')
    expect((await house.mailTo('dora@example.com'))[0]?.text).toContain('> Another word.\n')
    await alice.press('Resend Invite: dora@example.com')
    expect((await house.mailTo('dora@example.com'))[0]?.text).toContain('> Another word.\n')
    await send('dora@example.com', '')
    const [mail] = await house.mailTo('dora@example.com')
    expect([await messageOf('dora@example.com'), mail?.text.includes('writes:')]).toEqual(['', false])
    const page = await house.visitor().visit(await house.linkTo('dora@example.com'))
    expect(page.text).not.toContain('writes:')
  })

  test('whoever resends the invitation of somebody else does not send their words', async () => {
    await send('erik@example.com', 'Words of Alice.')
    const { id } = await house.clientNamed('Acme Hosting')
    const ada = await house.admin()
    await ada.visit(`/admin/clients/${id}/users`)
    await ada.press('Resend Invite: erik@example.com')
    const [mail] = await house.mailTo('erik@example.com')
    expect(mail?.subject).toBe('Ada Admin invited you to Acme Hosting')
    expect(mail?.text).not.toContain('Words of Alice.')
  })

  test('500 characters will do, 501 are kept and told', async () => {
    await send('fay@example.com', 'é'.repeat(501))
    expect([alice.status, alice.told]).toEqual([422, 'This is too long: at most 500 characters.'])
    expect(alice.value('Message').trim()).toBe('é'.repeat(501))
    expect(alice.value('Email address').trim()).toBe('fay@example.com')
    expect(alice.$('#message').is('[aria-invalid="true"][autofocus]')).toBe(true)
    expect(await house.db('invitations').where({ email: 'fay@example.com' })).toEqual([])
    await send('fay@example.com', 'é'.repeat(500))
    expect(await messageOf('fay@example.com')).toBe('é'.repeat(500))
  })

  test('what cannot be seen, or turns text around, is left out', async () => {
    await send('gus@example.com', 'a\u0000b\u202ec\td\u2066\u0007e')
    expect(await messageOf('gus@example.com')).toBe('abc de')
  })

  test('H24 nobody writes whose own address is not verified, and the page says why', async () => {
    await house.db('users').where({ email: 'alice@example.com' }).update({ email_verified_at: null })
    await alice.visit('/account/users')
    expect(alice.$('textarea[name="message"]').length).toBe(0)
    expect(alice.text).toContain('You can add a message of your own once your email address is verified.')
    for (const email of ['hal@example.com', 'hal@example.com, ida@example.com']) {
      await alice.post('/account/users/invite', { email, message: 'Buy now' })
      expect(alice.status).toBe(422)
      expect(alice.told).toContain('You can add a message of your own once your email address is verified.')
    }
    expect(await house.db('invitations').whereIn('email', ['hal@example.com', 'ida@example.com'])).toEqual([])
    await alice.post('/account/users/invite', { email: 'hal@example.com' })
    expect(alice.told, 'without one').toContain('hal@example.com is invited.')
  })

  test('an admin writes one with Associate User; it is for invitations alone', async () => {
    const { id } = await house.clientNamed('Acme Hosting')
    const ada = await house.admin()
    const url = `/admin/clients/${id}/users/associate`
    await ada.visit(`${url}?search=jo@example.com`)
    const form = { 'Create new user': true, 'View Domains': true }
    await ada.press('Invite User', { ...form, Message: 'x'.repeat(501) })
    expect([ada.status, ada.told]).toEqual([422, 'This is too long: at most 500 characters.'])
    await ada.press('Invite User', { ...form, Message: 'Welcome!' })
    expect(ada.told).toContain('jo@example.com is invited.')
    const [mail] = await house.mailTo('jo@example.com')
    expect(mail?.text).toContain('Ada Admin writes:\n\n> Welcome!\n')
  })
})
