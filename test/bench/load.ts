// Two kinds of load. The closed loop asks again as soon as it was answered: how many requests a second there can be.
// The fixed rate asks by the clock, whether or not earlier ones were answered, and counts from the moment when a request
// was due: so whoever has to wait is counted as waiting.

import { setTimeout as pause } from 'node:timers/promises'
import { Connection } from './connection.ts'

export interface Source {
  port: number
  /** The next request; nothing when there are no more. */
  next(): Buffer | undefined
  status: number
}

export interface Result {
  count: number
  perSecond: number
  p50: number
  p99: number
  worst: number
}

const CONNECTIONS = 16
const CONNECTIONS_MAX = 128

function resultOf(times: number[], seconds: number): Result {
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const count = sorted.length
  return { count, perSecond: count / seconds, p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? 0 }
}

async function sendOne(connection: Connection, request: Buffer, { status }: Source) {
  const answer = await connection.send(request)
  if (answer.status === status) return
  const text = answer.body
    .toString('utf8')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
  throw new Error(
    `${answer.status} instead of ${status}: ${request.toString().split('\r\n')[0]} ${text.slice(0, 400)}`,
  )
}

export interface Limits {
  seconds?: number
  requests?: number
  connections?: number
}

export async function closedLoop(
  source: Source,
  { seconds = 3_600, requests = Infinity, connections = CONNECTIONS }: Limits,
) {
  const times: number[] = []
  const began = performance.now()
  const until = began + seconds * 1000
  let left = requests
  const worker = async () => {
    const connection = new Connection(source.port)
    try {
      while (performance.now() < until && left-- > 0) {
        const request = source.next()
        if (!request) return
        const sent = performance.now()
        await sendOne(connection, request, source)
        times.push(performance.now() - sent)
      }
    } finally {
      connection.close()
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  return resultOf(times, (performance.now() - began) / 1000)
}

/** So many a second, for so long, or until `isOver`. */
export async function fixedRate(source: Source, perSecond: number, seconds: number, isOver = () => false) {
  const times: number[] = []
  const [free, all]: [Connection[], Connection[]] = [[], []]
  const waiting: { request: Buffer; due: number }[] = []
  let failed: Error | undefined
  const run = async (connection: Connection, request: Buffer, due: number): Promise<void> => {
    await sendOne(connection, request, source)
    times.push(performance.now() - due)
    const next = waiting.shift()
    if (next) return run(connection, next.request, next.due)
    free.push(connection)
  }
  const connect = () => {
    const connection = new Connection(source.port)
    all.push(connection)
    return connection
  }
  const takeFree = () => {
    for (;;) {
      const connection = free.pop()
      if (!connection || connection.mayBeUsed) return connection
      connection.close()
      all.splice(all.indexOf(connection), 1)
    }
  }
  const began = performance.now()
  for (let nth = 0; nth < perSecond * seconds && !failed && !isOver(); nth++) {
    const due = began + (nth / perSecond) * 1000
    while (performance.now() < due) await pause(Math.max(0, Math.floor(due - performance.now())))
    const request = source.next()
    if (!request) break
    const connection = takeFree() ?? (all.length < CONNECTIONS_MAX ? connect() : undefined)
    if (!connection) waiting.push({ request, due })
    else
      run(connection, request, due).catch((error) => {
        failed = error
      })
  }
  const elapsed = (performance.now() - began) / 1000
  while (!failed && free.length < all.length) await pause(2)
  for (const connection of all) connection.close()
  if (failed) throw failed
  return resultOf(times, elapsed)
}
