import { beforeEach, describe, expect, test } from 'vitest'
import { claimEmails } from '../src/domain/emails.ts'
import { startWorker } from '../src/domain/workers.ts'
import { moveClock } from '../src/platform/clock.ts'
import { caller, keyOf } from './support/api.ts'
import { onMariadb } from './support/databases.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

const ALL = ['ann@example.com', 'ben@example.com', 'cy@example.com']

describe('of many that somebody else invites at once the owner is told once', () => {
  let house: TestHouse
  let alice: Visitor
  let robot: ReturnType<typeof caller>
  let acme: { id: number }

  beforeEach(async () => {
    house = await startHouse()
    acme = await house.clientNamed('Acme Hosting')
    robot = caller(house, await keyOf(house, { name: 'Backoffice' }))
    alice = await house.user('alice', 'Acme Hosting')
  })

  const batch = (emails: string[]) =>
    robot('POST', `/clients/${acme.id}/invitations/batch`, { emails, permissions: ['tickets'] })
  const told = async () =>
    (await house.mailTo('alice@example.com')).filter(({ subject }) => / invited /.test(subject))
  const row = () =>
    house.db('emails').where({ to_address: 'alice@example.com' }).orderBy('id', 'desc').first()

  test('by a key: one mail that names each, and leads to where they can be cancelled', async () => {
    const { body } = await batch([ALL[0] as string, 'nonsense', 'bob@example.com', ...ALL.slice(1)])
    expect(body.invited).toBe(3)
    const mails = await told()
    expect(mails.map(({ subject }) => subject)).toEqual([
      'API key Backoffice invited 3 people to Acme Hosting',
    ])
    const { text = '', html = '' } = mails[0] ?? {}
    expect(text).toContain('API key Backoffice invited 3 people to become users of Acme Hosting:')
    expect(text.match(/^- .*$/gm)).toEqual(ALL.map((email) => `- ${email}`))
    expect(html).toContain('<li>ben@example.com</li>')
    for (const email of ['bob@example.com', 'nonsense']) expect(text).not.toContain(email)
    await alice.visit(await house.linkTo('alice@example.com'))
    expect([alice.title, alice.text.includes('cy@example.com')]).toEqual(['User Management', true])
    await alice.visit('/account/emails')
    expect(alice.text).toContain('API key Backoffice invited 3 people to Acme Hosting')
  })

  test('one, of whom alone it came to something, is told of as one; nobody new, and there is no mail', async () => {
    await batch(['ann@example.com', 'bob@example.com'])
    expect((await told()).map(({ subject }) => subject)).toEqual([
      'API key Backoffice invited ann@example.com to Acme Hosting',
    ])
    await batch(['ann@example.com', 'bob@example.com'])
    expect(await told(), 'invited before').toHaveLength(1)
    await house
      .db('associations')
      .where({ client_id: acme.id, user_id: 1 })
      .update({ unwanted_mail: 'invited' })
    await batch(['cy@example.com', 'ben@example.com'])
    expect(await told(), 'does not want to know').toHaveLength(1)
  })

  test('by a user who manages users for the owner, in the pages', async () => {
    await house
      .db('associations')
      .where({ client_id: acme.id, user_id: 2 })
      .update({ permissions: 'tickets,users' })
    const bob = await house.user('bob', 'Acme Hosting')
    await bob.visit('/account/users')
    await bob.press('Send Invite', { 'Email address': ALL.join(', ') })
    expect(bob.told).toContain('3 people are invited.')
    expect((await told()).map(({ subject }) => subject)).toEqual([
      'Bob Brown invited 3 people to Acme Hosting',
    ])
    await alice.visit('/account/users')
    await alice.press('Send Invite', { 'Email address': 'dee@example.com, eve@example.com' })
    expect(await told(), 'of what she does herself she is not told').toHaveLength(1)
  })

  test('cut short by a crash, it goes out by itself, with those that were invited; the rest is told of then', async () => {
    await house.delivery.stop()
    await batch(ALL.slice(0, 2))
    // As a crash behind the second address leaves it.
    const later = new Date(Date.now() + 60_000).toISOString()
    await house
      .db('emails')
      .where({ id: (await row()).id })
      .update({ next_attempt_at: later })
    expect(await row()).toMatchObject({ template: 'invitations-sent', status: 'waiting' })
    moveClock(2)
    const other = await startWorking(house)
    expect(await other()).toEqual([['invitations-sent', 'sent']])
    await batch([...ALL.slice(0, 2), 'dee@example.com'])
    expect((await other()).at(-1)).toEqual(['invitation-sent', 'sent'])
    moveClock(-2)
  })

  test('that it cannot be sent off at once fails nothing: all are invited, and it goes out by itself', async () => {
    await house.delivery.stop()
    await house.db.raw(`CREATE TRIGGER refuses BEFORE UPDATE ON emails ${REFUSES}`)
    const { status, body } = await batch(ALL)
    await house.db.raw('DROP TRIGGER refuses')
    expect([status, body.invited]).toEqual([200, 3])
    moveClock(2)
    expect(await (await startWorking(house))()).toEqual([['invitations-sent', 'sent']])
    moveClock(-2)
  })
})

/** As if the database failed behind the last address. */
const REFUSES = onMariadb
  ? "FOR EACH ROW BEGIN IF NEW.next_attempt_at <> OLD.next_attempt_at THEN SIGNAL SQLSTATE '45000'; END IF; END"
  : "WHEN NEW.next_attempt_at <> OLD.next_attempt_at BEGIN SELECT RAISE(ABORT, 'refused'); END"

/** Another process that delivers. */
async function startWorking(house: TestHouse) {
  const worker = await startWorker(house.db)
  return async () => {
    for (const run of await claimEmails(house.db, worker, async () => {}, 50)) await run()
    const rows = await house.db('emails').where({ to_address: 'alice@example.com' }).orderBy('id')
    return rows.filter(({ template }) => /sent$/.test(template)).map((one) => [one.template, one.status])
  }
}
