import { beforeAll, describe, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('the owner invites somebody, who accepts', () => {
  let house: TestHouse
  let alice: Visitor

  beforeAll(async () => {
    house = await startHouse()
    alice = await house.user('alice')
  })

  const invite = async (email: string, fields = {}) => {
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': email, ...fields })
  }

  test('the invited one gets an e-mail and waits under Pending Invites', async () => {
    await invite('dora@example.com', {
      'Choose Permissions': true,
      'View & Pay Invoices': true,
      'View & Open Support Tickets': true,
    })
    expect(alice.told).toBe('dora@example.com is invited. The link in the mail works for 7 days.')
    expect(alice.$('#lists').text()).toContain('dora@example.com')
    expect(alice.text).toContain('Invoices, tickets')

    const [mail] = await house.mailTo('dora@example.com')
    expect(mail?.subject).toBe('Alice Ames invited you to Acme Hosting')
    for (const body of [mail?.text, mail?.html]) {
      expect(body).toContain('View &')
      expect(body).toContain(`${house.appUrl}/invite/`)
      expect(body).not.toContain('View Domains')
    }
    expect(mail?.html).not.toMatch(/src="http/)
  })

  test('a new person creates an account on the page and is in the account they joined', async () => {
    const dora = house.visitor()
    await dora.visit(await house.linkTo('dora@example.com'))
    expect(dora.title).toBe('Alice Ames invites you to Acme Hosting')
    expect(dora.text).toContain('View & Pay Invoices')
    expect(dora.text).not.toContain('View Domains')
    await dora.press('Create account', {
      'First name': 'Dora',
      'Last name': 'Diaz',
      'Email address': 'dora.private@example.org',
      Password: 'a long sentence of mine',
    })
    expect(dora.path).toBe('/clientarea')
    expect(dora.title).toBe('Acme Hosting')
    expect(dora.text).toContain('Hello, Dora!')
    expect(dora.text).toContain('Invoices, tickets')
    const user = await house.db('users').where({ email: 'dora.private@example.org' }).first()
    expect(user.email_verified_at, 'accepting proves no address').toBeNull()
    await alice.visit('/account/activity')
    expect(alice.text).toContain('Dora Diaz got access, as dora.private@example.org')
    expect(alice.text).not.toContain('gave dora.private@example.org access')

    const [mail] = await house.mailTo('alice@example.com')
    expect(mail?.subject).toBe('Dora Diaz accepted the invitation to Acme Hosting')
    expect(mail?.text).toContain('sent to dora@example.com and accepted by dora.private@example.org')
    expect(mail?.text, 'H6').toContain('Nobody has proven yet to own dora.private@example.org')
  })

  test('a link is dead for strangers once it was used, and leads its user on into the account', async () => {
    await invite('carol@example.com')
    const link = await house.linkTo('carol@example.com')
    const carol = await house.user('carol')
    await carol.visit(link)
    expect(carol.text).toContain('You accept as')
    await carol.press('Accept')
    expect(carol.title).toBe('Acme Hosting')
    await carol.visit(link)
    expect(carol.path).toBe('/clientarea')

    const stranger = house.visitor()
    await stranger.visit(link)
    expect([stranger.status, stranger.title]).toEqual([404, 'This invitation does not work any more.'])
  })

  test('every dead link gives the same page and status', async () => {
    await invite('erik@example.com')
    const replaced = await house.linkTo('erik@example.com')
    await alice.visit('/account/users')
    await alice.press('Resend Invite: erik@example.com')
    const cancelled = await house.linkTo('erik@example.com')
    await alice.follow('Cancel Invite: erik@example.com')
    await alice.press('Cancel Invite')
    await invite('fay@example.com')
    const declined = await house.linkTo('fay@example.com')
    const fay = house.visitor()
    await fay.visit(declined)
    await fay.press('Decline')
    expect(fay.title).toBe('You declined the invitation to Acme Hosting')
    await invite('gus@example.com')
    const expired = await house.linkTo('gus@example.com')
    moveClock(7 * 24 * 60 + 1)

    const unknown = `/invite/999999-${'a'.repeat(43)}`
    const answers = new Set<string>()
    for (const link of [replaced, cancelled, declined, expired, unknown, '/invite/nonsense']) {
      const stranger = house.visitor()
      await stranger.visit(link)
      answers.add(`${stranger.status} ${stranger.html.replaceAll(encodeURIComponent(link), 'LINK')}`)
    }
    expect([...answers].map((answer) => answer.slice(0, 3))).toEqual(['404'])
  })
})
