import { beforeAll, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { freePort } from './support/processes.ts'
import { startSmtp } from './support/smtp.ts'
import type { Visitor } from './support/visitor.ts'

const SEARCH = 'Search by address, subject or client'
const MESSAGES = {
  'dora@example.com': 'View & Pay Invoices',
  'bob@example.com': 'Hello Bob',
  'gus@example.com': 'wants to create a login with this address',
}

describe('an admin looks after mail', () => {
  let house: TestHouse
  let ada: Visitor
  let alice: Visitor
  let port: number
  /** What the mail server says to each recipient, until it changes its mind. */
  const answers: Record<string, number> = { 'nobody@example.com': 550, 'full@example.com': 452 }

  beforeAll(async () => {
    port = await freePort()
    house = await startHouse({
      environment: { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'a@example.com' },
    })
    await startSmtp({ port, answer: (to) => answers[to] ?? 250 })
    ada = await house.admin()
    alice = await house.user('alice', 'Acme Hosting')
    for (const name of ['dora', 'nobody', 'full']) await invite(`${name}@example.com`)
    const bob = house.visitor()
    await bob.visit('/password/reset')
    await bob.press('Send link', { 'Email address': 'bob@example.com' })
    const gus = { 'First name': 'Gus', 'Last name': 'G', Password: 'a long sentence of mine' }
    await bob.visit('/register')
    await bob.press('Create account', { ...gus, 'Email address': 'gus@example.com' })
    await deliver()
  })

  const invite = async (email: string) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email })
  }
  const deliver = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }
  const mail = (to_address: string) => house.db('emails').where({ to_address }).orderBy('id', 'desc').first()
  const found = () =>
    ada
      .$('#emails .person-name')
      .map((_, one) => ada.$(one).text().trim())
      .get()
  const row = (address: string) => {
    const rows = ada.$('#emails .row-item').filter((_, one) => ada.$(one).text().includes(address))
    return rows.first().text().replace(/\s+/g, ' ').trim()
  }
  const open = async (address: string) => ada.visit(`/admin/emails/${(await mail(address)).id}`)

  test('Emails: newest first, to whom, about which client, how it stands, and what went wrong', async () => {
    await ada.visit('/admin')
    await ada.follow('Emails')
    expect(ada.title).toBe('Emails')
    const names = ['gus', 'bob', 'full', 'nobody', 'dora']
    expect(found()).toEqual(names.map((name) => `${name}@example.com`))
    expect(row('dora@')).toContain('Alice Ames invited you to Acme Hosting')
    expect(row('dora@')).toMatch(/Acme Hosting just now Sent$/)
    expect(row('nobody@')).toMatch(/Refused here.*Attempts: 1.*Failed$/)
    expect(row('full@')).toMatch(/Refused here.*Next try in (a|1) m\w+.*Waiting$/)
    await ada.follow('Acme Hosting')
    expect(ada.title).toBe('Acme Hosting')
  })

  test('found by address, by subject, by the client’s name or number, and by status', async () => {
    const acme = await house.clientNamed('Acme Hosting')
    const search = async (text: string, Status = '') => {
      await ada.visit('/admin/emails')
      await ada.press('Search', { [SEARCH]: text, Status })
      return found()
    }
    expect(await search('DORA@example')).toEqual(['dora@example.com'])
    expect(await search('new password')).toEqual(['bob@example.com'])
    expect(await search('Äcme HOSTING dora')).toEqual(['dora@example.com'])
    expect(await search(`#${acme.id}`)).toHaveLength(3)
    expect(await search('#999')).toEqual([])
    expect(await search('100%')).toEqual([])
    expect(ada.text).toContain('No email found.')
    expect(await search('', 'failed')).toEqual(['nobody@example.com'])
    expect(await search('example', 'waiting')).toEqual(['full@example.com'])
    expect([ada.value(SEARCH), ada.value('Status')]).toEqual(['example', 'waiting'])
    await ada.visit('/admin/emails?status=nonsense&before=abc&search=')
    expect(found()).toHaveLength(5)
  })

  test('a client’s Emails tab lists what is about that client, and nothing else', async () => {
    const bakery = await house.clientNamed('Brown Bakery')
    await ada.visit(`/admin/clients/${bakery.id}`)
    await ada.follow('Emails')
    await ada.visit(`/admin/clients/${bakery.id}/emails`)
    expect([ada.title, found()]).toEqual(['Brown Bakery', []])
    const acme = await house.clientNamed('Acme Hosting')
    await ada.visit(`/admin/clients/${acme.id}/emails`)
    expect(found()).toHaveLength(3)
    await ada.press('Search', { 'Search by address or subject': 'full' })
    expect(found()).toEqual(['full@example.com'])
    expect(ada.path).toContain(`/admin/clients/${acme.id}/emails?`)
  })

  test('one message as it was sent, but for its link, which is nowhere on the page (R23)', async () => {
    for (const [address, words] of Object.entries(MESSAGES)) {
      await ada.visit('/admin/emails')
      await ada.follow(address)
      const { id, message_id } = await mail(address)
      expect(ada.text).toContain(message_id)
      expect(ada.text).toContain('[link left out]')
      const frame = ada.$('iframe')
      expect([frame.attr('src'), frame.attr('sandbox')]).toEqual([`/admin/emails/${id}/html`, ''])
      expect(ada.headers['content-security-policy']).toMatch(/frame-src 'self'$/)
      const page = ada.html
      await ada.visit(`/admin/emails/${id}/html`)
      expect(ada.text).toContain(words)
      for (const html of [page, ada.html]) {
        expect(html).not.toMatch(/\d-[\w-]{43}/)
        expect(html).not.toMatch(/\/(invite|password\/reset|register)\//)
      }
      expect(ada.$('[href], [src], form, script').length, 'nothing to follow or to load').toBe(0)
      expect(ada.headers['x-frame-options']).toBe('SAMEORIGIN')
      expect(ada.headers['content-security-policy']).toBe(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; form-action 'none'; frame-ancestors 'self'",
      )
    }
    await ada.visit('/admin/emails/999')
    expect(ada.status).toBe(404)
    await ada.visit('/admin/emails')
    expect(ada.headers['content-security-policy'], 'no frame anywhere else').not.toContain('frame-src')
  })

  test('Retry sends a failed one at once, as soon as the other side takes it, and says who asked for it', async () => {
    await open('nobody@example.com')
    expect(ada.text).toContain('Refused here')
    await ada.press('Retry')
    expect(ada.told).toBe('The email to nobody@example.com is on its way again.')
    await deliver()
    expect((await mail('nobody@example.com')).status, 'still refused').toBe('failed')
    answers['nobody@example.com'] = 250
    const before = (await mail('nobody@example.com')).retry_until
    moveClock(1)
    await open('nobody@example.com')
    await ada.press('Retry')
    await deliver()
    const now = await mail('nobody@example.com')
    expect(now).toMatchObject({ status: 'sent', attempts: 3, error: null })
    expect(now.retry_until > before, '24 hours anew').toBe(true)
    await ada.visit('/admin')
    expect(ada.text).toContain(
      'sent the email “Alice Ames invited you to Acme Hosting” to nobody@example.com again',
    )
    const acme = await house.clientNamed('Acme Hosting')
    expect(await house.db('activity').where({ action: 'email.retried', client_id: acme.id })).toHaveLength(2)
  })

  test('Retry sends a waiting one without its pause; one that was sent in the meantime is left alone', async () => {
    await open('full@example.com')
    const tab = ada.newTab()
    await tab.visit(ada.path)
    answers['full@example.com'] = 250
    const { id } = await mail('full@example.com')
    await house.db('emails').where({ id }).update({ claim_token: 'somebody who sends it right now' })
    await ada.press('Retry')
    expect(ada.status).toBe(422)
    await house.db('emails').where({ id }).update({ claim_token: null })
    await ada.press('Retry')
    await deliver()
    expect((await mail('full@example.com')).status).toBe('sent')
    await tab.press('Retry')
    expect([tab.status, tab.told]).toEqual([
      422,
      expect.stringContaining(
        'This email was sent in the meantime, or is being sent right now: nothing was done.',
      ),
    ])
    expect(tab.$('button').text()).not.toContain('Retry')
    expect((await mail('full@example.com')).status).toBe('sent')
  })

  test('H11 what is no longer true cannot be sent again, and says why', async () => {
    const fails = async (name: string) => {
      answers[`${name}@example.com`] = 550
      await invite(`${name}@example.com`)
      await deliver()
      return mail(`${name}@example.com`)
    }
    const replaced = await fails('replaced')
    await alice.press('Resend Invite: replaced@example.com')
    await deliver()
    const cancelled = await fails('cancelled')
    const { id } = await house.db('invitations').where({ email: 'cancelled@example.com' }).first()
    await alice.post(`/account/invites/${id}/cancel`)
    const reset = await house.db('emails').where({ template: 'password-reset' }).first()
    await house.db('emails').where({ id: reset.id }).update({ status: 'failed', error: 'by hand' })
    await house.db('password_resets').update({ used_at: new Date().toISOString() })

    for (const [email, why] of [
      [replaced, 'the invitation was sent again, and only the newer link works.'],
      [cancelled, 'its invitation was accepted, declined or cancelled, ran out, or gives nothing any more.'],
      [reset, 'its link was used or ran out.'],
    ]) {
      await ada.visit(`/admin/emails/${email.id}`)
      expect(ada.text).toContain(why)
      expect(ada.$('button').text(), 'no button').not.toContain('Retry')
      await ada.post(`/admin/emails/${email.id}/retry`)
      expect([ada.status, ada.told]).toEqual([422, expect.stringContaining(why)])
      expect((await house.db('emails').where({ id: email.id }).first()).status).toBe('failed')
    }
    await ada.visit(`/admin/emails/${replaced.id}`)
    expect(ada.text).toContain('permissions and dates are those of now')
  })

  test('Retry all failed asks, says how many, sends those that hold, and marks the others', async () => {
    expect(await house.db('emails').where({ status: 'failed' })).toHaveLength(4)
    for (const address of Object.keys(answers)) answers[address] = 250
    await ada.visit('/admin/emails')
    await ada.follow('Retry all failed')
    expect(ada.text).toContain('Failed emails: 4')
    expect(await house.db('emails').where({ status: 'failed' }), 'asking does nothing').toHaveLength(4)
    await ada.press('Retry all failed')
    expect(ada.told).toBe(
      'Failed emails that are on their way again: 1. Left out, because they are no longer true: 3.',
    )
    await deliver()
    const count = async (status: string) => (await house.db('emails').where({ status })).length
    expect([await count('sent'), await count('superseded'), await count('failed')]).toEqual([5, 3, 0])
    await ada.visit('/admin/emails')
    expect(ada.$('a').text()).not.toContain('Retry all failed')
    await ada.visit('/admin/emails/retry-failed')
    expect(ada.text).toContain('No email has failed.')
    const { detail } = await house.db('activity').where({ action: 'email.allRetried' }).first()
    expect(JSON.parse(detail)).toEqual({ again: 1, over: 3 })
  })

  test('a message that this version cannot render has its facts shown all the same', async () => {
    const { id } = await mail('dora@example.com')
    await house.db('emails').where({ id }).update({ template: 'of-long-ago' })
    await ada.visit(`/admin/emails/${id}`)
    expect([ada.status, ada.text]).toEqual([200, expect.stringContaining('cannot be shown any more')])
    expect((await ada.visit(`/admin/emails/${id}/html`)).status).toBe(404)
    await house.db('emails').where({ id }).update({ template: 'invitation' })
  })
})
