// Writing down that many invitations have run out, beside the one statement that marks as many; and whether pages wait
// meanwhile.

import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { inDays, timestamp } from '../../src/platform/clock.ts'
import { type Figure, reaches } from './figures.ts'
import { fill, type Row } from './fill.ts'
import { fixedRate, type Source } from './load.ts'
import { begin, ended, peakOf, type Running } from './processes.ts'
import type { Stage } from './stage.ts'

const TIMES_MOST = 5
const WAIT_MOST_MS = 100
const MEMORY_MOST_MB = 200
const PAGES_A_SECOND = 10
const LOOK_EVERY_MS = 50

let made = 0

function* ranOut({ size }: Stage, count: number): Iterable<Row> {
  const [sent_at, expires_at] = [inDays(-8), inDays(-1)]
  for (let nth = 0; nth < count; nth++) {
    const email = `late${++made}@example.org`
    const what = { client_id: 1 + (made % size.clients), email, open_email: email, permissions: 'invoices' }
    const dates = { sent_at, expires_at, created_at: sent_at, updated_at: sent_at }
    yield { ...what, status: 'pending', nonce: `late ${made}`, invited_by_user_id: 1, ...dates }
  }
}

/** On a connection of its own: the application waits for no statement that long. */
async function markAll({ config }: Stage): Promise<number> {
  const connection = await createConnection(config.databaseUrl)
  const [at, began] = [timestamp(), performance.now()]
  const set = "status = 'expired', open_email = NULL, ended_at = ?, updated_at = ?"
  const due = "status = 'pending' AND expires_at <= ?"
  await connection.execute(`UPDATE invitations SET ${set} WHERE ${due}`, [at, at, at])
  const ms = performance.now() - began
  await connection.end()
  return ms
}

async function runJob({ environment, folder }: Stage) {
  const began = performance.now()
  const child = begin('src/cli/job.ts', ['expire-invitations'], environment, join(folder, 'job.log'))
  let [isOver, peak] = [false, 0]
  const end = ended(child).then((code) => {
    isOver = true
    if (code !== 0) throw new Error('The job failed: see its log.')
  })
  while (!isOver) {
    peak = Math.max(peak, isOver ? 0 : peakOf(child.pid ?? 0))
    await pause(LOOK_EVERY_MS)
  }
  await end
  return { ms: performance.now() - began, peak }
}

/** `pages` is what goes on meanwhile. */
export async function measureExpiring(
  stage: Stage,
  latchkey: Running,
  pages: Source,
  count: number,
): Promise<Figure> {
  await fill(stage.db, 'invitations', ranOut(stage, count))
  const floorMs = await markAll(stage)
  await fill(stage.db, 'invitations', ranOut(stage, count))
  let isOver = false
  const meanwhile = fixedRate({ ...pages, port: latchkey.port }, PAGES_A_SECOND, 36_000, () => isOver)
  const job = runJob(stage).finally(() => {
    isOver = true
  })
  const [{ ms, peak }, { worst }] = await Promise.all([job, meanwhile])
  const [left] = await stage
    .db('invitations')
    .where({ status: 'pending' })
    .where('expires_at', '<=', timestamp())
    .count({ n: '*' })
  if (Number(left?.n) > 0) throw new Error('The job left invitations that have run out.')
  const times = ms / floorMs
  return {
    name: `Expire ${count.toLocaleString('en')} invitations`,
    on: stage.name,
    latchkey: (count / ms) * 1000,
    floor: (count / floorMs) * 1000,
    ratio: floorMs / ms,
    p99: worst,
    memory: peak,
    aim: 'at most 5 times the single UPDATE; memory under 200 MB; no page waits more than 100 ms',
    isReached: reaches([
      { most: TIMES_MOST, is: times },
      { most: MEMORY_MOST_MB, is: peak },
      { most: WAIT_MOST_MS, is: worst },
    ]),
    note: `${(ms / 1000).toFixed(1)} s with the start of the job, ${times.toFixed(1)} times the single UPDATE; the longest that a page waited meanwhile stands under p99`,
  }
}
