import { beforeAll, expect, test } from 'vitest'
import { moveClock } from '../src/platform/clock.ts'
import { startHouse, type TestHouse } from './support/house.ts'
import { freePort } from './support/processes.ts'
import { startSmtp, unquoted } from './support/smtp.ts'
import type { Visitor } from './support/visitor.ts'

let house: TestHouse
let alice: Visitor
let port: number
let smtp: Awaited<ReturnType<typeof startSmtp>>

beforeAll(async () => {
  port = await freePort()
  house = await startHouse({
    environment: { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM: 'accounts@example.com' },
  })
  alice = await house.user('alice')
})

const round = async () => {
  house.delivery.wake()
  await house.delivery.settled()
}
const invite = (email: string) => alice.post('/account/users/invite', { email })
const mails = (email: string) => house.db('emails').where({ to_address: email }).orderBy('id')
const statuses = async (email: string) => (await mails(email)).map(({ status }) => status)

test('while the mail server is away, inviting works, and the mail waits with growing pauses', async () => {
  await invite('dora@example.com')
  expect(alice.told).toContain('dora@example.com is invited.')
  await round()
  const [first] = await mails('dora@example.com')
  expect(first).toMatchObject({ status: 'waiting', attempts: 1, sent_at: null })
  expect(first).toMatchObject({ fault: 'passing', error: expect.stringContaining('ECONNREFUSED') })
  moveClock(1.1)
  await round()
  const [second] = await mails('dora@example.com')
  expect(second.attempts).toBe(2)
  const pause = (row: { next_attempt_at: string }) => new Date(row.next_attempt_at).getTime()
  expect(pause(second) - pause(first)).toBeGreaterThan(2 * 60_000)
})

test('H11 what waits is not sent when its link was replaced, or the invitation is over', async () => {
  for (const name of ['resent', 'cancelled', 'again', 'expired']) await invite(`${name}@example.com`)
  const id = async (email: string) => (await house.db('invitations').where({ email }).first()).id
  await alice.post(`/account/invites/${await id('resent@example.com')}/resend`)
  await alice.post(`/account/invites/${await id('cancelled@example.com')}/cancel`)
  await alice.post('/account/users/invite', {
    email: 'again@example.com',
    which: 'choose',
    permissions: 'tickets',
  })
  moveClock(1.1)
  await round()
  expect(await statuses('resent@example.com')).toEqual(['superseded', 'waiting'])
  expect(await statuses('cancelled@example.com')).toEqual(['superseded'])
  expect(await statuses('again@example.com')).toEqual(['superseded', 'waiting'])
})

test('when it is back, everything that still holds is sent once, with the id that it had from the start', async () => {
  smtp = await startSmtp({
    port,
    answer: (to) => (to.startsWith('nobody') ? 550 : to.startsWith('full') ? 452 : 250),
  })
  moveClock(10)
  await round()
  const sent = smtp.received.map(({ to }) => to[0]).sort()
  expect(sent).toEqual(['again@example.com', 'dora@example.com', 'expired@example.com', 'resent@example.com'])
  const [dora] = await mails('dora@example.com')
  expect(dora).toMatchObject({ status: 'sent', error: null })
  const message = smtp.received.find(({ to }) => to[0] === 'dora@example.com')
  expect(message?.source).toContain(`Message-ID: ${dora.message_id}`)
  expect(message?.source).toContain('Auto-Submitted: auto-generated')
  const again = smtp.received.find(({ to }) => to[0] === 'again@example.com')
  expect(unquoted(again?.source ?? ''), 'what it allows is as it is now').not.toContain('View Domains')
  await round()
  expect(smtp.received).toHaveLength(4)

  await invite('nobody@example.com')
  await invite('full@example.com')
  await round()
  const [nobody] = await mails('nobody@example.com')
  expect(nobody).toMatchObject({ status: 'failed', fault: 'address', attempts: 1 })
  expect(nobody.error).toContain('550 Refused here')
  expect(await mails('full@example.com')).toMatchObject([
    { status: 'waiting', fault: 'passing', attempts: 1 },
  ])
  for (let step = 0; step < 12; step++) {
    moveClock(6 * 60 + 1)
    await round()
  }
  expect((await mails('full@example.com'))[0].status, 'after a day it is given up').toBe('failed')
})

test('a sender that the mail server refuses is a matter of the settings: tried again, and sent once it is mended', async () => {
  smtp.answerSender = () => 550
  await invite('eve@example.com')
  await round()
  expect(await mails('eve@example.com')).toMatchObject([
    { status: 'waiting', fault: 'settings', attempts: 1 },
  ])
  smtp.answerSender = () => 250
  moveClock(1.1)
  await round()
  expect(await mails('eve@example.com')).toMatchObject([{ status: 'sent', fault: null, error: null }])
})
