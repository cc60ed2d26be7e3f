// Many at once on MariaDB, over HTTP: what may happen once happens once, the others are told the same, nobody
// sees something broken, and the rows are sound afterwards.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACTS, type ActName, acts, contest } from '../support/contested.ts'
import { tally } from '../support/crowd.ts'
import { doctorFinds } from '../support/doctor.ts'
import { amount, chance, figures, inLanes, seed } from '../support/faults.ts'
import { startHouse, type TestHouse } from '../support/house.ts'
import { faultsIn, lastEvent } from '../support/invariants.ts'
import {
  type Answer,
  addUsers,
  adminCookie,
  type Connection,
  connect,
  cookieOf,
  sentenceOf,
} from '../support/load.ts'

const LANES = 8

let house: TestHouse
const connections: Connection[] = []

beforeAll(async () => {
  house = await startHouse()
  await house.delivery.stop()
})

afterAll(() => {
  for (const connection of connections) connection.close()
})

const connectMany = (count: number) => {
  while (connections.length < count) connections.push(connect(house.appUrl))
  return connections.slice(0, count)
}

/** Every request as soon as its connection is free: as many at once as there are connections. */
async function flood(connectionCount: number, requests: ((on: Connection) => Promise<Answer>)[]) {
  const pool = connectMany(connectionCount)
  const answers: Answer[] = []
  let next = 0
  await Promise.all(
    pool.map(async (on) => {
      while (next < requests.length) {
        const request = requests[next++]
        if (request) answers.push(await request(on))
      }
    }),
  )
  return answers
}

const statuses = (answers: Answer[]) => tally(answers.map(({ status }) => status))

// Fails when takeClient takes nothing and endInvitation's update has no condition on status and nonce.
test('many people accept one link: one wins, all others read the same sentence', async () => {
  const [count, at] = [amount(1_000, 200), amount(50, 20)]
  const { client, link } = await contest(house, 'one-link@example.com', 'owner')
  const ids = await addUsers(house.db, count, 'hand')
  const cookies: string[] = []
  for (const id of ids) cookies.push(await cookieOf(house.db, id))
  const before = (await house.db('associations').where({ client_id: client.id })).length
  const started = Date.now()
  const answers = await flood(
    at,
    cookies.map((cookie) => (on) => on.post(`${link}/accept`, cookie)),
  )
  figures('races, one link', {
    acceptances: count,
    connections: at,
    won: statuses(answers)[303] ?? 0,
    ms: Date.now() - started,
  })

  expect(statuses(answers)).toEqual({ 303: 1, 404: count - 1 })
  const sentences = answers.filter(({ status }) => status === 404).map(sentenceOf)
  expect([...new Set(sentences)]).toHaveLength(1)
  expect(sentences[0]).toContain('This invitation')
  expect(await house.db('associations').where({ client_id: client.id })).toHaveLength(before + 1)
  expect(await faultsIn(house.db, { clients: [client.id] })).toEqual([])
})

// Fails when takeClient takes nothing and replacePending reads before it writes: the first ones all insert, and
// meet the unique key of open_email; without that, there are 200 rows.
test('one address invited 200 times at once: one row, and every sending has its e-mail', async () => {
  const [count, at] = [200, amount(50, 20)]
  const { client, ownerCookie } = await contest(house, 'someone@example.com', 'owner')
  const fields = { email: 'often@example.com', which: 'all' }
  const once = (on: Connection) => on.post('/account/users/invite', ownerCookie, fields)
  const answers = await flood(
    at,
    Array.from({ length: count }, () => once),
  )
  const rows = await house.db('invitations').where({ client_id: client.id, email: fields.email })
  figures('races, one address', { invitations: count, connections: at, rows: rows.length })

  expect(statuses(answers)).toEqual({ 303: count })
  expect(rows).toMatchObject([{ status: 'pending', send_count: count }])
  expect(await faultsIn(house.db, { clients: [client.id] })).toEqual([])
})

// Fails when takeClient takes nothing.
test('two random acts on one client at once: sound rows, and nobody sees something broken', async () => {
  const luck = chance(seed)
  const pairs = Array.from({ length: amount(2_000, 100) }, () => [luck.of(ACTS), luck.of(ACTS)] as const)
  const ada = await adminCookie(house.db)
  const guest = await cookieOf(house.db, (await addUsers(house.db, 1, 'guest'))[0] ?? 0)
  const pool = connectMany(LANES * 2)
  const free = Array.from({ length: LANES }, (_, nth) => nth)
  const wrong: string[] = []
  const all: number[] = []
  const started = Date.now()
  await inLanes(LANES, pairs, async ([one, other], nth) => {
    const lane = free.pop() ?? 0
    const eventsFrom = await lastEvent(house.db)
    const it = await contest(house, `pair${nth}@example.com`, nth % 2 ? 'owner' : 'admin')
    const run = (name: ActName, on: number) => acts[name](pool[on] as Connection, it, { ada, guest })
    const answers = await Promise.all([run(one, lane * 2), run(other, lane * 2 + 1)])
    all.push(...answers.map(({ status }) => status))
    const faults = await faultsIn(house.db, { clients: [it.client.id], eventsFrom })
    if (answers.some(({ status }) => status === 0 || status >= 500)) faults.push('something broke')
    for (const fault of faults) wrong.push(`${one} and ${other} (${answers.map((a) => a.status)}): ${fault}`)
    free.push(lane)
  })
  const done = all.filter((status) => status === 303).length
  const seconds = Math.round((Date.now() - started) / 1000)
  figures('races, pairs', {
    pairs: pairs.length,
    done,
    refused: all.length - done,
    faults: wrong.length,
    seconds,
    seed,
  })
  expect(wrong, `FAULTS_SEED=${seed}`).toEqual([])
  expect(await faultsIn(house.db)).toEqual([])
  expect(await doctorFinds(house.config.databaseUrl)).toEqual([])
})
