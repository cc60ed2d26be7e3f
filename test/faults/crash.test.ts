// kill -9 in the middle of everything, again and again, on MariaDB with a real SMTP peer and a hook that writes
// down what it was given. What was answered must have happened in full, e-mails and hooks included.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/platform/database.ts'
import { type Part, startParts } from '../support/cluster.ts'
import { HOOKED, judge, waiting } from '../support/crash-judge.ts'
import { type Journal, prepare, startLoad } from '../support/crash-load.ts'
import { tally } from '../support/crowd.ts'
import { freshDatabase } from '../support/databases.ts'
import { doctorFinds } from '../support/doctor.ts'
import { amount, chance, figures, isFull, pause, seed } from '../support/faults.ts'
import { faultsIn } from '../support/invariants.ts'
import { folder, freePort, start } from '../support/processes.ts'
import { startSmtp } from '../support/smtp.ts'
import { widenLimits } from '../support/wide-limits.ts'

/** What runs, and is killed. */
const ROLES: Pick<Part, 'role' | 'args'>[] = [
  { role: 'web', args: 'src/server.ts web' },
  { role: 'worker', args: 'src/server.ts worker' },
]

const ROUNDS = amount(40, 3)
const CONNECTIONS = 16
/** Between two acts of one connection, at the most. */
const PACE_MS = amount(60, 100)
const LIVE_MS = { least: 500, more: 2_000 }
/** How long what a dead process held may take to be taken over and delivered. */
const SETTLE_SECONDS = Number(process.env.FAULTS_SETTLE_SECONDS ?? 300)

/** A hooks folder whose only file appends the id of each event to a file. */
function writeHook() {
  const [hooks, log] = [join(folder, 'crash-hooks'), join(folder, 'hook-runs.txt')]
  mkdirSync(hooks)
  writeFileSync(log, '')
  const text = `import { appendFileSync } from 'node:fs'
export default (addHook) => {
  for (const name of ${JSON.stringify(HOOKED)})
    addHook(name, 1, ({ id }) => appendFileSync(${JSON.stringify(log)}, id + '\\n'))
}
`
  writeFileSync(join(hooks, 'writes-down.js'), text)
  return { hooks, ran: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) }
}

async function begin() {
  const database = await freshDatabase(folder)
  const smtp = await startSmtp()
  const { hooks, ran } = writeHook()
  const port = String(await freePort())
  const appUrl = `http://127.0.0.1:${port}`
  const settings = {
    PORT: port,
    HOST: '127.0.0.1',
    APP_URL: appUrl,
    DATABASE_URL: database.url,
    SMTP_URL: smtp.url,
    MAIL_FROM: 'accounts@example.com',
    HOOKS_DIR: hooks,
    LOG_LEVEL: 'error',
  }
  const filled = start('crash', settings, 'src/cli/sample-data.ts')
  expect(await filled.ended, filled.output()).toBe(0)
  const db = openDatabase(database.url)
  await widenLimits(db)
  const cluster = startParts(
    'crash',
    ROLES.map((part) => ({ ...part, settings })),
  )
  await cluster.allReady()
  return { database, db, smtp, ran, appUrl, cluster }
}

const statusesOf = (journal: Journal) =>
  tally(
    Object.values(journal)
      .flat()
      .map(({ status }) => status),
  )

// Fails when an e-mail or a delivery is written down as done before it was handed over, and when a dead worker
// keeps its claims.
test('kill -9 under load: everything that was answered has happened, once, with its e-mail and its hook', async () => {
  const { database, db, smtp, ran, appUrl, cluster } = await begin()
  const load = startLoad(db, appUrl, await prepare(db, appUrl), smtp.received, seed)
  const started = Date.now()
  const working = load.run(CONNECTIONS, PACE_MS)
  const luck = chance(seed)
  for (let round = 0; round < ROUNDS; round++) {
    await pause(LIVE_MS.least + luck.below(LIVE_MS.more))
    await cluster.killAndRestart(luck.below(ROLES.length))
  }
  load.stop()
  await working
  const loadSeconds = Math.round((Date.now() - started) / 1000)

  await expect.poll(() => waiting(db), { timeout: SETTLE_SECONDS * 1000, interval: 250 }).toBe(0)
  const settleSeconds = Math.round((Date.now() - started) / 1000) - loadSeconds
  expect(await cluster.stop()).toEqual(ROLES.map(() => 0))
  const { lost, ghosts, doubledEmails, doubledHookRuns } = await judge(db, load.journal, smtp.received, ran())
  const statuses = statusesOf(load.journal)
  const all = Object.values(load.journal).flat().length
  figures('crash', {
    kills: ROUNDS,
    operations: statuses[303] ?? 0,
    refused: all - (statuses[303] ?? 0) - (statuses[0] ?? 0),
    unanswered: statuses[0] ?? 0,
    'e-mails': smtp.received.length,
    'hook runs': ran().length,
    lost: lost.length,
    'from nothing': ghosts.length,
    'doubled e-mails': doubledEmails,
    'doubled hook runs': doubledHookRuns,
    'load seconds': loadSeconds,
    'settle seconds': settleSeconds,
    seed,
  })
  // A short run may be over before somebody cancels.
  for (const [kind, tries] of Object.entries(isFull ? load.journal : { invites: load.journal.invites })) {
    const answers = tries.map((one: { status: number }) => one.status)
    expect(answers, `there were ${kind}`).toContain(303)
  }
  expect(lost, `FAULTS_SEED=${seed}`).toEqual([])
  expect(ghosts).toEqual([])
  expect(Object.keys(statuses).filter((status) => Number(status) >= 500 && status !== '503')).toEqual([])
  expect(await faultsIn(db)).toEqual([])
  expect(await doctorFinds(database.url)).toEqual([])
  await db.destroy()
  await database.drop()
})
