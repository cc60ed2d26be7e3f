// A whole Latchkey against a mail server that goes wrong in every way it can: each message ends as promised.

import { beforeAll, beforeEach, expect, test } from 'vitest'
import { moveClock, now } from '../../src/platform/clock.ts'
import { LIMITS } from '../../src/platform/mail.ts'
import { CUT, HANG, type Script, startBadSmtp } from '../support/bad-smtp.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import type { Visitor } from '../support/visitor.ts'

const PASSWORD = 'correct-horse'
const DAY = 24 * 60
const LIMIT_MS = 1_500

let house: TestHouse
let alice: Visitor
let peer: Awaited<ReturnType<typeof startBadSmtp>>
let people = 0

beforeAll(async () => {
  peer = await startBadSmtp()
  LIMITS.messageMs = LIMIT_MS
  house = await startHouse({
    environment: {
      SMTP_URL: peer.url.replace('//', `//mailer:${PASSWORD}@`),
      MAIL_FROM: 'accounts@example.com',
    },
  })
})

// Each test finds a peer in order, connections of its own, and nothing that waits.
beforeEach(async () => {
  await be({})
  moveClock(DAY)
  await round()
  peer.taken.length = 0
  alice = await house.user('alice')
})

async function be(script: Script, extensions: string[] = []) {
  peer.drop()
  peer.script = script
  peer.extensions = extensions
}
const round = async () => {
  house.delivery.wake()
  await house.delivery.settled()
}
/** Invites somebody over HTTP; gives the address. */
async function invite() {
  const email = `person${++people}@example.com`
  await alice.post('/account/users/invite', { email })
  expect(alice.told).toContain(`${email} is invited.`)
  return email
}
const rowOf = (to_address: string) => house.db('emails').where({ to_address }).first()
const takenFor = (email: string) => peer.taken.filter(({ to }) => to === email)
const idsFor = (email: string) =>
  takenFor(email).map(({ source }) => /^Message-ID: (\S+)/m.exec(source)?.[1] ?? '')
const pauseOf = (row: { next_attempt_at: string }) =>
  Math.round((new Date(row.next_attempt_at).getTime() - now().getTime()) / 60_000)

interface Bad {
  says: Script
  extensions?: string[]
  fault: string
  error: string
}

test.each<[string, Bad]>([
  ['421 as a greeting', { says: { GREETING: '421 Too busy' }, fault: 'passing', error: '421 Too busy' }],
  ['450', { says: { RCPT: '450 Greylisted' }, fault: 'passing', error: '450 Greylisted' }],
  ['451 after DATA', { says: { END: '451 Not now' }, fault: 'passing', error: '451 Not now' }],
  ['a cut in mid-message', { says: { BODY: CUT }, fault: 'passing', error: 'closed' }],
  [
    'a wrong password',
    { says: { AUTH: `535 ${PASSWORD}?` }, extensions: ['AUTH PLAIN'], fault: 'settings', error: '535 …?' },
  ],
  ['an unknown certificate', { says: {}, extensions: ['STARTTLS'], fault: 'settings', error: 'certificate' }],
  ['a refused sender', { says: { MAIL: '550 Not you' }, fault: 'settings', error: '550 Not you' }],
  ['a login wanted', { says: { RCPT: '530 Login first' }, fault: 'settings', error: '530 Login first' }],
])('%s: tried again, and sent whole and once when the server is well, with the id it had', async (_, bad) => {
  await be(bad.says, bad.extensions)
  const email = await invite()
  await round()
  const row = await rowOf(email)
  expect(row).toMatchObject({ status: 'waiting', fault: bad.fault, attempts: 1, sent_at: null })
  expect(row.error).toContain(bad.error)
  expect(pauseOf(row)).toBe(1)

  await be({})
  peer.taken.length = 0
  await round()
  expect(takenFor(email), 'not before its time').toEqual([])
  moveClock(1.1)
  await round()
  expect(idsFor(email)).toEqual([row.message_id])
  expect(takenFor(email)[0]?.source, 'with its end').toMatch(/--[-\w]+--\s*$/)
  expect(await rowOf(email)).toMatchObject({ status: 'sent', attempts: 2, error: null, fault: null })
})

test.each([
  ['550 at RCPT', { RCPT: '550 5.1.1 No such user' }],
  ['554 after DATA', { END: '554 5.7.1 Refused by policy' }],
])('%s is final at once, and holds nobody else back', async (_, script) => {
  await be(script)
  const refused = await invite()
  await round()
  const said = Object.values(script)[0]
  const row = await rowOf(refused)
  expect(row).toMatchObject({ status: 'failed', fault: 'address', attempts: 1 })
  expect(row.error).toContain(said)
  await be({})
  peer.taken.length = 0
  const other = await invite()
  await round()
  moveClock(DAY)
  await round()
  expect(takenFor(refused)).toEqual([])
  expect(idsFor(other)).toHaveLength(1)
})

test.each([
  ['passing', { RCPT: '450 Greylisted' }, []],
  ['settings', { AUTH: '535 No' }, ['AUTH PLAIN']],
])(
  'a %s fault is tried after 1, 2, 5, 15, 60 minutes … 6 hours, for a day, then given up',
  async (fault, script, extensions) => {
    await be(script, extensions)
    const email = await invite()
    await round()
    const pauses: number[] = []
    for (let attempt = 1; (await rowOf(email)).status === 'waiting'; attempt++) {
      const row = await rowOf(email)
      expect(row.attempts).toBe(attempt)
      pauses.push(pauseOf(row))
      moveClock(pauseOf(row) - 0.2)
      await round()
      expect((await rowOf(email)).attempts, 'not before its time').toBe(attempt)
      moveClock(0.3)
      await round()
    }
    expect(pauses.slice(0, 9)).toEqual([1, 2, 5, 15, 60, 120, 240, 360, 360])
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThan(DAY - 10)
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThanOrEqual(DAY)
    expect(await rowOf(email)).toMatchObject({ status: 'failed', fault })
  },
)

test('a hang after DATA ends within the limit with the connection gone; sent again with the same id', async () => {
  await be({ END: HANG })
  const email = await invite()
  const before = Date.now()
  await round()
  expect(Date.now() - before).toBeLessThan(10 * LIMIT_MS)
  await expect.poll(() => peer.open.size, { timeout: 5_000 }).toBe(0)
  const row = await rowOf(email)
  expect(row).toMatchObject({ status: 'waiting', fault: 'passing', attempts: 1 })
  expect(row.error).toContain('no last answer within 1.5 seconds')
  await be({})
  moveClock(1.1)
  await round()
  expect(idsFor(email), 'it had come in, unsaid: twice, and known as one').toEqual([
    row.message_id,
    row.message_id,
  ])
  expect(await rowOf(email)).toMatchObject({ status: 'sent', attempts: 2 })
})

test('a server that takes the message and closes without a word: again, with the same id', async () => {
  await be({ END: CUT })
  const email = await invite()
  await round()
  const row = await rowOf(email)
  expect(row).toMatchObject({ status: 'waiting', fault: 'passing' })
  await be({})
  moveClock(1.1)
  await round()
  expect(idsFor(email)).toEqual([row.message_id, row.message_id])
})

test('a server that hangs delays no page', async () => {
  await be({ GREETING: HANG })
  await invite()
  const before = Date.now()
  for (let n = 0; n < 10; n++) await alice.visit('/account/users')
  expect(alice.status).toBe(200)
  expect(Date.now() - before, 'had each waited').toBeLessThan(10 * LIMIT_MS)
  await house.delivery.settled()
})
