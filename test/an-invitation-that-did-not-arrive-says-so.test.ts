import { beforeAll, describe, expect, test } from 'vitest'
import { startHouse, type TestHouse } from './support/house.ts'
import { startSmtp } from './support/smtp.ts'
import type { Visitor } from './support/visitor.ts'

const HINT = 'Check the address. If it is right, resend the invite.'

describe('an invitation whose mail did not arrive says so', () => {
  let house: TestHouse
  let alice: Visitor
  let ada: Visitor
  /** What the mail server says to each recipient, until it changes its mind. */
  const answers: Record<string, number> = { 'typo@example.com': 550, 'full@example.com': 452 }

  beforeAll(async () => {
    const { url } = await startSmtp({ answer: (to) => answers[to] ?? 250 })
    house = await startHouse({ environment: { SMTP_URL: url, MAIL_FROM: 'a@example.com' } })
    alice = await house.user('alice', 'Acme Hosting')
    ada = await house.admin()
    for (const name of ['typo', 'full', 'dora']) {
      await alice.visit('/account/users')
      await alice.press('Send Invite', { 'Email address': `${name}@example.com` })
    }
    await deliver()
  })

  const deliver = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }
  /** What the list of pending invites says of an address, to its owner and to an admin. */
  const rowsOf = async (address: string) => {
    const { id } = await house.clientNamed('Acme Hosting')
    await alice.visit('/account/users')
    await ada.visit(`/admin/clients/${id}/users`)
    return [alice, ada].map(({ $ }) =>
      $('[aria-labelledby="pending"] .row-item')
        .filter((_, one) => $(one).text().includes(address))
        .text()
        .replace(/\s+/g, ' '),
    )
  }

  test('a refused address is named with a hint, in both areas; one that is tried again or was sent is not', async () => {
    for (const row of await rowsOf('typo@example.com')) {
      expect(row).toContain('Email was refused')
      expect(row).toContain(HINT)
    }
    for (const address of ['full@example.com', 'dora@example.com'])
      for (const row of await rowsOf(address)) {
        expect(row).toContain(address)
        expect(row).not.toContain(HINT)
      }
  })

  test('a message that was given up after a day is named, too', async () => {
    const failed = { status: 'failed', fault: 'passing' }
    await house.db('emails').where({ to_address: 'full@example.com' }).update(failed)
    for (const row of await rowsOf('full@example.com')) expect(row).toContain('Email was not delivered')
  })

  test('once it was sent again and arrived, it is gone', async () => {
    answers['typo@example.com'] = 250
    await alice.visit('/account/users')
    await alice.press('Resend Invite: typo@example.com')
    await deliver()
    for (const row of await rowsOf('typo@example.com')) {
      expect(row).toContain('typo@example.com')
      expect(row).not.toContain(HINT)
    }
  })
})
