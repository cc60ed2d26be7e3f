// SQLite under the same treatment: killed while it writes, and shared by two processes. What was answered is
// there, what was not is absent or whole, and the file is sound.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Db, openDatabase } from '../../src/platform/database.ts'
import { startParts } from '../support/cluster.ts'
import { tally } from '../support/crowd.ts'
import { doctorFinds } from '../support/doctor.ts'
import { amount, chance, figures, pause, seed } from '../support/faults.ts'
import { faultsIn } from '../support/invariants.ts'
import { type Connection, connect, cookieOf } from '../support/load.ts'
import { folder, freePort, start } from '../support/processes.ts'
import { widenLimits } from '../support/wide-limits.ts'

const CONNECTIONS = 4
const LIVE_MS = { least: 100, more: 500 }

/** A file with the sample data, and Alice's session in it. */
async function prepare(name: string) {
  mkdirSync(join(folder, name), { recursive: true })
  const url = `sqlite:${join(folder, name, 'latchkey.db')}`
  const filled = start(name, { DATABASE_URL: url }, 'src/cli/sample-data.ts')
  expect(await filled.ended, filled.output()).toBe(0)
  const db = openDatabase(url)
  await widenLimits(db)
  const acme = await db('clients').where({ company_name: 'Acme Hosting' }).first()
  return { url, db, cookie: await cookieOf(db, acme.owner_id, acme.id) }
}

async function serverOn(url: string) {
  const port = String(await freePort())
  const settings = { PORT: port, HOST: '127.0.0.1', APP_URL: `http://127.0.0.1:${port}`, DATABASE_URL: url }
  return { role: 'web' as const, args: 'src/server.ts', settings }
}

interface Sent {
  email: string
  status: number
}

let people = 0

async function inviteOne(on: Connection, cookie: string): Promise<Sent> {
  const email = `person${people++}@example.com`
  const { status } = await on.post('/account/users/invite', cookie, { email, which: 'all' })
  return { email, status }
}

/** Of those who were told "sent", everybody whose invitation is not there. */
async function lost(db: Db, sent: Sent[]) {
  const there = new Set(await db('invitations').pluck('email'))
  return sent.filter(({ status, email }) => status === 303 && !there.has(email))
}

const isSound = async (db: Db) => (await db.raw('PRAGMA integrity_check'))[0]?.integrity_check

// Fails when transaction() runs its body outside a transaction: then invitations are half.
test('kill -9 while it writes: nothing that was answered is lost, nothing is half', async () => {
  const rounds = amount(40, 3)
  const { url, db, cookie } = await prepare('sqlite-killed')
  const part = await serverOn(url)
  const cluster = startParts('sqlite-killed', [part])
  await cluster.allReady()
  const luck = chance(seed)
  const sent: Sent[] = []
  let stopped = false
  const lanes = Array.from({ length: CONNECTIONS }, async () => {
    const on = connect(part.settings.APP_URL)
    while (!stopped) {
      const one = await inviteOne(on, cookie)
      if (one.status >= 0) sent.push(one)
      else await pause(50)
    }
    on.close()
  })
  for (let round = 0; round < rounds; round++) {
    await pause(LIVE_MS.least + luck.below(LIVE_MS.more))
    await cluster.killAndRestart(0)
  }
  stopped = true
  await Promise.all(lanes)
  expect(await cluster.stop()).toEqual([0])

  const missing = await lost(db, sent)
  const statuses = tally(sent.map(({ status }) => status))
  const { 303: done = 0, 0: unanswered = 0 } = statuses
  figures('sqlite, killed', { kills: rounds, done, unanswered, lost: missing.length })
  expect(missing).toEqual([])
  expect(Object.keys(statuses).sort()).toEqual(['0', '303'])
  expect(await isSound(db)).toBe('ok')
  expect(await faultsIn(db)).toEqual([])
  expect(await doctorFinds(url)).toEqual([])
  await db.destroy()
})

// Fails when the busy_timeout (src/platform/database.ts) is 0.
test('two processes on one file: each waits for the other, nothing is lost, nobody gets a 500', async () => {
  const each = amount(400, 60)
  const { url, db, cookie } = await prepare('sqlite-shared')
  const [one, other] = [await serverOn(url), await serverOn(url)]
  const cluster = startParts('sqlite-shared', [one, other])
  await cluster.allReady()
  const started = Date.now()
  const sent: Sent[] = []
  const lanes = [one, other].flatMap(({ settings }) =>
    Array.from({ length: CONNECTIONS }, async () => {
      const on = connect(settings.APP_URL)
      for (let nth = 0; nth < each / CONNECTIONS; nth++) sent.push(await inviteOne(on, cookie))
      on.close()
    }),
  )
  await Promise.all(lanes)
  const ms = Date.now() - started
  expect(await cluster.stop()).toEqual([0, 0])

  const missing = await lost(db, sent)
  const statuses = tally(sent.map(({ status }) => status))
  figures('sqlite, shared', { processes: 2, done: statuses[303] ?? 0, lost: missing.length, ms })
  expect(statuses).toEqual({ 303: each * 2 })
  expect(missing).toEqual([])
  expect(await isSound(db)).toBe('ok')
  expect(await faultsIn(db)).toEqual([])
  expect(await doctorFinds(url)).toEqual([])
  await db.destroy()
})
