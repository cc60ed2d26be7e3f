// Many messages and a mail server that is slow, away, or the last that a dying process talked to.

import { expect, test } from 'vitest'
import { moveClock } from '../../src/platform/clock.ts'
import { SENDERS } from '../../src/platform/mail.ts'
import { HANG, startBadSmtp } from '../support/bad-smtp.ts'
import { freshDatabase } from '../support/databases.ts'
import { amount } from '../support/faults.ts'
import { startHouse } from '../support/house.ts'
import { folder, freePort, start } from '../support/processes.ts'
import { startSmtp } from '../support/smtp.ts'
import { Visitor } from '../support/visitor.ts'

const MAIL_FROM = 'accounts@example.com'
const idOf = (source: string) => /^Message-ID: (\S+)/im.exec(source)?.[1] ?? ''

/** Addresses that alice invited, one after another. */
async function inviteMany(alice: Visitor, many: number) {
  const addresses = Array.from({ length: many }, (_, n) => `person${n}@example.com`)
  for (const email of addresses) {
    await alice.post('/account/users/invite', { email })
    expect(alice.told).toContain(`${email} is invited.`)
  }
  return addresses
}

const median = (ms: number[]) =>
  ms.sort((a, b) => a - b)[Math.floor(ms.length / 2)] ?? Number.POSITIVE_INFINITY

async function loading(alice: Visitor) {
  const began = performance.now()
  await alice.visit('/account/details')
  expect(alice.status).toBe(200)
  return performance.now() - began
}

test('down for ten minutes and back: everything arrives, each message once, under the id it had', async () => {
  const port = await freePort()
  const house = await startHouse({ environment: { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM } })
  const round = async () => {
    house.delivery.wake()
    await house.delivery.settled()
  }
  const addresses = await inviteMany(await house.user('alice'), 20)
  for (let minute = 0; minute < 10; minute++) {
    await round()
    moveClock(1)
  }
  expect(await house.db('emails').whereNot({ status: 'waiting' })).toEqual([])
  const before = await house.db('emails').select('to_address', 'message_id').orderBy('id')

  const smtp = await startSmtp({ port })
  for (let minute = 0; minute < 16; minute++) {
    await round()
    moveClock(1)
  }
  expect(smtp.received.map(({ to }) => to[0]).sort()).toEqual(addresses.sort())
  const sent = smtp.received.map(({ to, source }) => ({ to_address: to[0], message_id: idOf(source) }))
  expect(sent).toHaveLength(before.length)
  expect(sent).toEqual(expect.arrayContaining(before))
  expect(await house.db('emails').whereNot({ status: 'sent', error: null })).toEqual([])
})

const MANY = amount(200, 60)

test('a slow server and many messages: three connections, three in hand, and pages as fast as ever', async () => {
  const peer = await startBadSmtp({ script: { GREETING: '421 Too busy' } })
  const house = await startHouse({ environment: { SMTP_URL: peer.url, MAIL_FROM } })
  const alice = await house.user('alice')
  const addresses = await inviteMany(alice, MANY)
  await house.delivery.settled()
  expect(await house.db('emails').where({ status: 'waiting' })).toHaveLength(MANY)
  const usual: number[] = []
  for (let page = 0; page < 20; page++) usual.push(await loading(alice))
  peer.script = {}
  peer.slowMs = 300
  peer.connections = 0
  moveClock(60)
  house.delivery.wake()

  const pages: number[] = []
  let mostInHand = 0
  let over = false
  const settled = house.delivery.settled().then(() => {
    over = true
  })
  while (!over) {
    pages.push(await loading(alice))
    const inHand = await house.db('emails').whereNotNull('claim_token')
    mostInHand = Math.max(mostInHand, inHand.length)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await settled
  expect(peer.taken.map(({ to }) => to).sort()).toEqual(addresses.sort())
  expect(new Set(peer.taken.map(({ source }) => idOf(source))).size).toBe(MANY)
  expect(peer.mostOpen).toBe(SENDERS)
  expect(peer.connections, 'each is used for many').toBeLessThan(10)
  expect(mostInHand).toBeLessThanOrEqual(SENDERS)
  // A page that waits for a message waits for 300 ms and more.
  expect(median(pages)).toBeLessThan(Math.max(100, 3 * median(usual)))
})

test('killed while the server thinks about the message: a fresh process sends it with the same id', async () => {
  const peer = await startBadSmtp({ script: { END: HANG } })
  const database = await freshDatabase(folder)
  const port = await freePort()
  const settings = { PORT: String(port), DATABASE_URL: database.url, SMTP_URL: peer.url, MAIL_FROM }
  expect(await start('smtp', settings, 'src/cli/sample-data.ts').ended).toBe(0)
  const first = start('smtp', settings)
  await first.until('Latchkey is ready')
  const alice = new Visitor(`http://localhost:${port}`)
  await alice.visit('/login')
  await alice.press('Log in', { 'Email address': 'alice@example.com', Password: 'open-sesame-42' })
  await inviteMany(alice, 1)
  await expect.poll(() => peer.taken.length).toBe(1)
  first.child.kill('SIGKILL')
  await first.ended

  peer.script = {}
  const second = start('smtp', settings)
  await second.until('Latchkey is ready')
  // Until the first is known to be dead.
  await expect.poll(() => peer.taken.length, { timeout: 200_000, interval: 500 }).toBe(2)
  const [one, other] = peer.taken
  expect(idOf(one?.source ?? '')).toMatch(/^<.+>$/)
  expect(idOf(other?.source ?? '')).toBe(idOf(one?.source ?? ''))
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
  expect(peer.taken).toHaveLength(2)
  await database.drop()
})
