// Several processes on one machine: starts them, and starts again what ends. They share one port, which Node's
// cluster keeps; a process that dies takes only its own requests along, and what it had promised is delivered by
// the others. When this one is gone, the others end.

import cluster, { type Worker } from 'node:cluster'
import { setTimeout as pause } from 'node:timers/promises'
import { RateLimiterClusterMaster } from 'rate-limiter-flexible'
import type { Role } from './house.ts'

const KILL_AFTER_MS = 11_000
const QUICK_END_MS = 5_000
const QUICK_PAUSE_MS = 500
const PAUSE_MAX_MS = 30_000

interface Log {
  warn(detail: object, message: string): void
}

/** Starts a process for each role, the first alone, so that what is wrong with a setting is said once. */
export async function supervise([first, ...others]: Role[], log: Log): Promise<Supervisor> {
  const supervisor = new Supervisor(log)
  try {
    if (first) await supervisor.keep(first)
    await Promise.all(others.map((role) => supervisor.keep(role)))
  } catch {
    await supervisor.stop()
    process.exit(1)
  }
  return supervisor
}

interface Ended {
  wasQuick: boolean
  code: number
  signal: string
}

export class Supervisor {
  readonly #log: Log
  readonly #running = new Set<Worker>()
  #isStopping = false

  constructor(log: Log) {
    this.#log = log
    // Here the calls of all processes are counted (domain/call-limits.ts).
    new RateLimiterClusterMaster()
  }

  /** Runs a process for this role until all is to stop; over when it was ready for the first time. */
  async keep(role: Role): Promise<void> {
    const { ready, ended } = this.#begin(role)
    if ((await Promise.race([ready, ended])) !== true) throw new Error('It has said what was wrong.')
    void this.#replace(role, ended)
  }

  async stop() {
    this.#isStopping = true
    const all = [...this.#running]
    const gone = all.map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of all) child.process.kill('SIGTERM')
    const late = setTimeout(() => {
      for (const child of this.#running) child.process.kill('SIGKILL')
    }, KILL_AFTER_MS)
    await Promise.all(gone)
    clearTimeout(late)
  }

  #begin(role: Role) {
    cluster.setupPrimary({ args: [role] })
    const child = cluster.fork()
    const began = performance.now()
    this.#running.add(child)
    const ended = new Promise<Ended>((resolve) => {
      const end = (code: number, signal: string) => {
        this.#running.delete(child)
        resolve({ wasQuick: performance.now() - began < QUICK_END_MS, code, signal })
      }
      child.once('exit', end)
      // What it asked before it died cannot be answered any more, and its exit tells that it is gone; whoever could not
      // even be started has no exit.
      child.on('error', (error) => {
        if (child.process.pid !== undefined) return
        this.#log.warn({ role, error: error.message }, 'A process could not be started')
        end(1, '')
      })
    })
    const ready = new Promise<true>((resolve) =>
      child.on('message', (message) => message === 'ready' && resolve(true)),
    )
    return { ready, ended }
  }

  async #replace(role: Role, first: Promise<Ended>) {
    let ended = first
    for (let quickEnds = 0; ; ) {
      const { wasQuick, code, signal } = await ended
      if (this.#isStopping) return
      quickEnds = wasQuick ? quickEnds + 1 : 0
      this.#log.warn({ role, code, signal }, 'A process ended; another takes its place')
      await pause(Math.min(QUICK_PAUSE_MS * 2 ** quickEnds, PAUSE_MAX_MS))
      if (this.#isStopping) return
      ended = this.#begin(role).ended
    }
  }
}
