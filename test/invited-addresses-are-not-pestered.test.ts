import { beforeAll, describe, expect, test } from 'vitest'
import { examine } from '../src/domain/doctor.ts'
import { claimEmails, type Send } from '../src/domain/emails.ts'
import { expireInvitations } from '../src/domain/invitations.ts'
import { invite as sendInvitation } from '../src/domain/inviting.ts'
import { findStuck } from '../src/domain/stuck.ts'
import { endWorker, startWorker } from '../src/domain/workers.ts'
import { moveClock, timestamp } from '../src/platform/clock.ts'
import { bySystem } from './support/asked-for.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import type { Visitor } from './support/visitor.ts'

describe('H17 an invited address gets three invitations a day, and nobody is told', () => {
  let house: TestHouse
  let alice: Visitor
  let consulting: Visitor
  let bob: Visitor
  let carol: Visitor

  beforeAll(async () => {
    house = await startHouse({ limited: true })
    alice = await house.user('alice', 'Acme Hosting')
    consulting = await house.user('alice', 'Ames Consulting')
    bob = await house.user('bob', 'Brown Bakery')
    carol = await house.user('carol')
  })

  async function invite(who: Visitor, email: string) {
    await who.visit('/account/users')
    return who.press('Send Invite', { 'Email address': email })
  }
  const rowOf = (who: Visitor, email: string) =>
    who.$(`.row-item:contains("${email}")`).text().replaceAll(email, 'ADDRESS').replace(/\s+/g, ' ')
  const received = async (email: string) => (await house.mailTo(email)).length
  const statusesOf = async (email: string) => {
    await house.mailTo(email)
    return house.db('emails').where({ to_address: email }).orderBy('id').pluck('status')
  }
  const latest = (email: string) =>
    house.db('emails').where({ to_address: email }).orderBy('id', 'desc').first()

  test('the fourth waits, over all accounts; answer, list and link are the same as ever', async () => {
    for (const who of [alice, consulting, bob]) await invite(who, 'dora@example.com')
    expect(await received('dora@example.com')).toBe(3)

    await invite(carol, 'dora@example.com')
    expect(carol.told).toBe('dora@example.com is invited. The link in the mail works for 7 days.')
    const heldRow = rowOf(carol, 'dora@example.com')
    await invite(carol, 'nobody@example.com')
    expect(heldRow).toBe(rowOf(carol, 'nobody@example.com'))
    expect([await received('dora@example.com'), await received('nobody@example.com')]).toEqual([3, 1])

    const held = await latest('dora@example.com')
    expect([held.status, held.attempts, held.error]).toEqual(['waiting', 0, null])
    const hours = (new Date(held.next_attempt_at).getTime() - Date.now()) / 3_600_000
    expect(Math.round(hours)).toBe(24)
  })

  test('what stands behind a plus is the same mailbox; a plus in front is none', async () => {
    const tagged = ['ivan+a', 'ivan+b', 'ivan', 'ivan+c'].map((name) => `${name}@example.com`)
    for (const email of [...tagged, '+ivan@example.com']) await invite(bob, email)
    expect(await Promise.all(tagged.map(received))).toEqual([1, 1, 1, 0])
    expect(await received('+ivan@example.com')).toBe(1)
  })

  test('an admin sees why it waits; it is neither stuck nor a finding of the doctor', async () => {
    const ada = await house.admin()
    const { id } = await latest('dora@example.com')
    await ada.visit(`/admin/emails/${id}`)
    expect(ada.text).toContain('This address got as many invitations as it may in a day, so this one waits.')
    moveClock(60)
    expect(await findStuck(house.db)).toEqual([])
    const findings = []
    for await (const { check } of examine(house.db, { pauseMs: 0 })) findings.push(check)
    expect(findings.filter((check) => check.startsWith('email'))).toEqual([])
    await ada.post(`/admin/emails/${id}/retry`)
    expect(await received('dora@example.com'), 'Retry does not pester either').toBe(3)
  })

  test('what is stuck behind it is seen', async () => {
    const { id: _, ...row } = await latest('nobody@example.com')
    const ago = (minutes: number) => new Date(Date.now() + (60 - minutes) * 60_000).toISOString()
    await house.db('emails').insert({
      ...row,
      status: 'waiting',
      created_at: ago(40),
      sent_at: null,
      next_attempt_at: new Date(Date.now() + 90 * 60_000).toISOString(),
      retry_until: new Date(Date.now() + (24 * 60 + 20) * 60_000).toISOString(),
    })
    moveClock(1)
    expect(await findStuck(house.db)).toEqual(['emails'])
    await house.db('emails').where({ to_address: 'nobody@example.com', status: 'waiting' }).delete()
  })

  test('it goes out once when its time has come, and its link works', async () => {
    moveClock(24 * 60)
    expect(await received('dora@example.com')).toBe(4)
    expect(await statusesOf('dora@example.com')).toEqual(['sent', 'sent', 'sent', 'sent'])
    const [mail] = await house.mailTo('dora@example.com')
    expect(mail?.subject).toContain('Carol Chen')
    expect((await house.visitor().visit(await house.linkTo('dora@example.com'))).title).toContain('Chen Labs')
  })

  test('Resend waits as well, and only the last link is sent', async () => {
    for (const who of [alice, alice, alice, alice, alice]) await invite(who, 'erik@example.com')
    expect(await received('erik@example.com')).toBeLessThanOrEqual(3)
    const { id } = await house.db('invitations').where({ email: 'erik@example.com' }).first()
    await alice.post(`/account/invites/${id}/resend`)
    expect(alice.told).toContain('A new link went to erik@example.com.')
    const waits = (await statusesOf('erik@example.com')).filter((status) => status === 'waiting')
    expect(waits, 'the others are over at once').toHaveLength(1)
    const before = await received('erik@example.com')
    moveClock(25 * 60)
    expect(await received('erik@example.com')).toBe(before + 1)
    expect((await statusesOf('erik@example.com')).filter((status) => status === 'waiting')).toEqual([])
    expect((await house.visitor().visit(await house.linkTo('erik@example.com'))).status).toBe(200)
  })

  /** Not a day later, when it would go out: nobody is told that it waits. */
  async function isOverAtOnce(email: string) {
    const { id, status, invitation_id } = await latest(email)
    expect(status).toBe('superseded')
    const ada = await house.admin()
    // As one that a worker had in hand at that moment, and could not send.
    await house.db('emails').where({ id }).update({ status: 'waiting' })
    await ada.visit(`/admin/emails/${id}`)
    expect(ada.text).toContain('This email is not sent any more')
    expect(ada.text).not.toMatch(/Waiting|Next try/)
    await house.db('emails').where({ id }).update({ status: 'superseded' })
    expect(await house.db('emails').where({ invitation_id, status: 'waiting' })).toEqual([])
  }

  test('one that is cancelled or runs out meanwhile is never sent', async () => {
    for (const who of [alice, consulting, bob]) await invite(who, 'fay@example.com')
    await house.mailTo('fay@example.com')
    await invite(carol, 'fay@example.com')
    expect(await received('fay@example.com')).toBe(3)
    const { id } = await house
      .db('invitations')
      .where({ email: 'fay@example.com' })
      .orderBy('id', 'desc')
      .first()
    await carol.post(`/account/invites/${id}/cancel`)
    await isOverAtOnce('fay@example.com')
    moveClock(25 * 60)
    expect(await statusesOf('fay@example.com')).toEqual(['sent', 'sent', 'sent', 'superseded'])

    for (const who of [alice, consulting, bob, carol]) await invite(who, 'gil@example.com')
    expect(await received('gil@example.com')).toBe(3)
    const { invitation_id } = await latest('gil@example.com')
    await house.db('invitations').where({ id: invitation_id }).update({ expires_at: timestamp() })
    await expireInvitations(house.db, () => bySystem())
    await isOverAtOnce('gil@example.com')
    moveClock(8 * 24 * 60)
    expect((await statusesOf('gil@example.com')).sort()).toEqual(['sent', 'sent', 'sent', 'superseded'])
  })

  test('what the mail server did not take does not count', async () => {
    await house.delivery.settled()
    await house.delivery.stop()
    const acme = await house.clientNamed('Acme Hosting')
    const by = { kind: 'admin' as const, id: 1, name: 'Ada Admin', ip: '', entries: { next: 0 } }
    const requestId = 'not taken'
    await sendInvitation(house.db, { ...by, requestId }, acme, {
      email: 'hal@example.com',
      permissions: ['tickets'],
    })
    const worker = await startWorker(house.db)
    const deliver = async (send: Send) => {
      for (const run of await claimEmails(house.db, worker, send, 10)) await run()
      const { status, attempts } = await latest('hal@example.com')
      return { status, attempts }
    }
    for (let times = 1; times <= 4; times++) {
      const refuse = () => Promise.reject(new Error('421 come again later'))
      expect(await deliver(refuse)).toEqual({ status: 'waiting', attempts: times })
      moveClock(361)
    }
    expect(await deliver(async () => {})).toEqual({ status: 'sent', attempts: 5 })
    await endWorker(house.db, worker)
  })
})
