// Handing over mail that waits, to a peer on this machine that takes everything at once, beside a bare pool of nodemailer
// with as many connections and the same message.

import type { ChildProcess } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { inDays, timestamp } from '../../src/platform/clock.ts'
import { type Figure, reaches } from './figures.ts'
import { fill } from './fill.ts'
import { begin, memoryOf, stop } from './processes.ts'
import type { Stage } from './stage.ts'

const RATIO_LEAST = 0.5

/** Takes what comes, and remembers when. */
async function startPeer() {
  let last = ''
  const times: number[] = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        times.push(performance.now())
        last = Buffer.concat(chunks).toString('utf8')
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** The latest message, as it came. */
    source: () => last,
    /** Waits for so many from this process, and gives how many a second there were; then forgets them. */
    async rateOf(sender: ChildProcess, count: number) {
      while (times.length < count) {
        if (sender.exitCode !== null) throw new Error('Who sends mail ended before it was done: see its log.')
        await pause(20)
      }
      const [first = 0, end = 0] = [times[0], times[count - 1]]
      times.length = 0
      return ((count - 1) / (end - first)) * 1000
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** As many as there are pending invitations: a message about one that is over is not sent. */
async function queue({ db }: Stage, most: number): Promise<number> {
  const pending = await db('invitations as i')
    .where({ 'i.status': 'pending', 'i.send_count': 1 })
    .where('i.expires_at', '>', timestamp())
    .limit(most)
    .select('i.id', 'i.client_id', 'i.email')
  await db('emails').where({ status: 'waiting' }).update({ status: 'superseded' })
  const due = { next_attempt_at: timestamp(), retry_until: inDays(1), created_at: timestamp() }
  const data = JSON.stringify({ inviter: 'Somebody', client: 'Some client' })
  return fill(
    db,
    'emails',
    pending.map(({ id, client_id, email }) => {
      const about = { client_id, invitation_id: id, send_count: 1, to_address: email }
      const subject = 'Somebody invited you'
      return {
        template: 'invitation',
        data,
        ...about,
        subject,
        message_id: `<due${id}@bench.example>`,
        ...due,
      }
    }),
  )
}

export async function measureMail(stage: Stage, most: number): Promise<Figure> {
  const peer = await startPeer()
  const count = await queue(stage, most)
  const environment = { ...stage.environment, SMTP_URL: peer.url }
  const worker = begin('src/server.ts', ['worker'], environment, join(stage.folder, 'worker.log'))
  const ours = await peer.rateOf(worker, count)
  const memory = memoryOf(worker.pid ?? 0)
  await stop(worker)
  const bytes = peer.source().length
  const settings = JSON.stringify({ url: peer.url, count, bytes })
  const bare = begin('test/bench/floor-mail.ts', [settings], {}, join(stage.folder, 'floor-mail.log'))
  const floor = await peer.rateOf(bare, count)
  await stop(bare)
  await peer.close()
  const ratio = ours / floor
  return {
    name: `Mail: ${count.toLocaleString('en')} messages to a fast peer`,
    on: stage.name,
    latchkey: ours,
    floor,
    ratio,
    memory,
    aim: 'at least 0.5 of a bare nodemailer pool',
    isReached: reaches([{ least: RATIO_LEAST, is: ratio }]),
    note: `messages of ${bytes.toLocaleString('en')} bytes, over three connections at once`,
  }
}
