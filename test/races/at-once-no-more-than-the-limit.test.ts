import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { Actor } from '../../src/domain/change.ts'
import type { Client } from '../../src/domain/clients.ts'
import { claimEmails, type Message } from '../../src/domain/emails.ts'
import { invite, resendInvitation } from '../../src/domain/inviting.ts'
import { forgetLimits } from '../../src/domain/limits.ts'
import { TooMany } from '../../src/domain/refusal.ts'
import { endWorker, startWorker } from '../../src/domain/workers.ts'
import { moveClock } from '../../src/platform/clock.ts'
import { type Db, openDatabase } from '../../src/platform/database.ts'
import { atOnce, tally } from '../support/crowd.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { setLimit } from '../support/wide-limits.ts'

let house: TestHouse
let other: Db
let acme: Client
let nth = 0

beforeAll(async () => {
  house = await startHouse()
  other = openDatabase(house.config.databaseUrl)
  acme = await house.clientNamed('Acme Hosting')
  return () => other.destroy()
})

beforeEach(async () => {
  moveClock(9 * 24 * 60)
  await forgetLimits(house.db, undefined)
})

const by = (kind: 'user' | 'admin'): Actor => ({
  kind,
  id: 1,
  name: 'test',
  ip: '',
  requestId: Math.random().toString(36),
  entries: { next: 0 },
})

const told = (act: Promise<unknown>) =>
  act.then(
    () => 'done',
    (error) => (error instanceof TooMany ? 'too many' : String(error)),
  )

/** Some by the owner, some by an admin, over two pools of connections. */
const inviteAtOnce = (count: number, client = acme, kind?: 'user' | 'admin') =>
  atOnce(
    Array.from({ length: count }, (_, each) => () => {
      const email = `guest${++nth}@example.com`
      const actor = by(kind ?? (each % 3 ? 'user' : 'admin'))
      return told(invite(each % 2 ? house.db : other, actor, client, { email, permissions: ['tickets'] }))
    }),
  )

// This and the next fail when takeClient is left out of takeToInvite.
test('H24 of twenty invitations at once no more are pending than may be', async () => {
  await setLimit(house.db, 'pendingOfClient', 7)
  expect(tally(await inviteAtOnce(20))).toEqual({ done: 7, 'too many': 13 })
  const pending = house.db('invitations').where({ client_id: acme.id, status: 'pending' })
  expect(await pending.pluck('id')).toHaveLength(7)
  await setLimit(house.db, 'pendingOfClient', 10_000)
})

test('H24 of twenty sent again at once no more messages are queued than may be', async () => {
  const { invitation } = await invite(house.db, by('user'), acme, {
    email: 'dora@example.com',
    permissions: ['tickets'],
  })
  await setLimit(house.db, 'invitesOfClient', 8)
  const answers = await atOnce(
    Array.from(
      { length: 20 },
      (_, each) => () => told(resendInvitation(each % 2 ? house.db : other, by('user'), acme, invitation)),
    ),
  )
  expect(tally(answers)).toEqual({ done: 7, 'too many': 13 })
  const mails = house.db('emails').where({ to_address: 'dora@example.com' })
  expect(await mails.pluck('id')).toHaveLength(8)
  await setLimit(house.db, 'invitesOfClient', 10_000)
})

test('H24 one inviter, two accounts, two processes: no more than the limit', async () => {
  await setLimit(house.db, 'invitesOfUser', 6)
  const consulting = await house.clientNamed('Ames Consulting')
  const answers = await Promise.all([inviteAtOnce(10, acme, 'user'), inviteAtOnce(10, consulting, 'user')])
  expect(tally(answers.flat())).toEqual({ done: 6, 'too many': 14 })
  await setLimit(house.db, 'invitesOfUser', 10_000)
})

test('H17 four messages to one address, two workers: three go out, once each', async () => {
  await house.delivery.settled()
  await house.delivery.stop()
  await setLimit(house.db, 'mailsToInvited', 3)
  const clients: Client[] = await house.db('clients').limit(4)
  for (const client of clients)
    await invite(house.db, by('admin'), client, { email: 'erik@example.com', permissions: ['tickets'] })
  const sent: Message[] = []
  const send = async (message: Message) => void sent.push(message)
  const workers = [await startWorker(house.db), await startWorker(other)]
  const dbs = [house.db, other]
  const work = async () => {
    const claimed = await Promise.all(
      workers.map((worker, each) => claimEmails(dbs[each] as Db, worker, send, 10)),
    )
    await Promise.all(claimed.flat().map((deliver) => deliver()))
  }
  await work()
  await work()
  const toErik = () => sent.filter(({ to }) => to === 'erik@example.com').length
  expect(toErik()).toBe(3)
  moveClock(24 * 60 + 1)
  await work()
  expect(toErik()).toBe(clients.length)
  for (const [each, worker] of workers.entries()) await endWorker(dbs[each] as Db, worker)
})
