// What a worker does beside answering pages: it beats, buries the dead, tells add-ons, sends mail, and works off
// jobs when it holds their lease. `npm start` does it in the same process, `npm run worker` in one of its own.

import type { Logger } from 'pino'
import { type Delivery, Lanes, together } from './delivery.ts'
import { claimEmails, type Send } from './domain/emails.ts'
import { claimHooks } from './domain/hook-fan-out.ts'
import type { Hooks } from './domain/hook-functions.ts'
import { registerHooks } from './domain/hook-registry.ts'
import { contend, giveBack, JOBS_LEASE, type Lease } from './domain/leases.ts'
import { BEAT_SECONDS, beat, buryDead, endWorker, startWorker, type Worker } from './domain/workers.ts'
import { startJobs } from './jobs.ts'
import { watchStill } from './platform/clock.ts'
import type { Db } from './platform/database.ts'
import { SENDERS } from './platform/mail.ts'

const HOOKS_AT_ONCE = 32
const BEATS_A_REGISTRATION = 12

export interface Tools {
  db: Db
  hooks: Hooks
  send: Send
  log: Logger
}

/** Registers this process as a worker, and begins to deliver; jobs begin with `startJobs`. */
export async function startWork(tools: Tools): Promise<Work> {
  const worker = await startWorker(tools.db)
  await registerHooks(tools.db, tools.hooks, true)
  return new Work(worker, tools)
}

export class Work {
  readonly delivery: Delivery
  readonly #worker: Worker
  readonly #tools: Tools
  readonly #watch = watchStill()
  readonly #beating: ReturnType<typeof repeat>
  #lease: Lease | undefined
  #jobs: ReturnType<typeof startJobs> | undefined
  #beats = 0

  constructor(worker: Worker, tools: Tools) {
    this.#worker = worker
    this.#tools = tools
    this.delivery = deliverAs(worker, tools)
    this.#beating = repeat(
      BEAT_SECONDS * 1000,
      () => this.#beat(),
      (error) => tools.log.warn({ err: error }, 'The beat of this worker failed; it is tried again'),
    )
    this.delivery.wake()
  }

  startJobs() {
    const { db, log } = this.#tools
    this.#jobs = startJobs(db, {
      lease: () => this.#lease,
      onError: (job, error) => log.error({ err: error, job }, 'A job failed'),
      onDone: () => this.delivery.wake(),
    })
    this.#beating.now()
  }

  /** Begins nothing more; over when what runs is over. */
  async stop() {
    await Promise.all([this.delivery.stop(), this.#jobs?.stop()])
  }

  /** After `stop`: gives back what is left. */
  async leave() {
    await this.#beating.stop()
    if (this.#lease) await giveBack(this.#tools.db, this.#lease)
    await endWorker(this.#tools.db, this.#worker)
  }

  async #beat() {
    const { db, hooks } = this.#tools
    await beat(db, this.#worker)
    if ((await buryDead(db, this.#worker, this.#watch)) > 0) this.delivery.wake()
    if (++this.#beats % BEATS_A_REGISTRATION === 0) await registerHooks(db, hooks)
    if (this.#jobs) await this.#contend(this.#jobs)
  }

  /** Whoever takes the lease runs every job once: the last holder may have missed its hour. */
  async #contend({ runAll }: ReturnType<typeof startJobs>) {
    const before = this.#lease
    this.#lease = await contend(this.#tools.db, JOBS_LEASE, this.#worker.id, before, this.#watch)
    if (this.#lease && this.#lease.generation !== before?.generation) void runAll()
  }
}

function deliverAs(worker: Worker, { db, hooks, send, log }: Tools): Delivery {
  const onError = (error: unknown) => log.error({ err: error }, 'Delivering failed; it is tried again')
  return together(
    new Lanes({ most: HOOKS_AT_ONCE, next: (free) => claimHooks(db, worker, hooks, free), onError }),
    new Lanes({ most: SENDERS, next: (free) => claimEmails(db, worker, send, free), onError }),
  )
}

/** Runs it again and again, never twice at once; what it throws stops nothing. */
function repeat(everyMs: number, run: () => Promise<void>, onError: (error: unknown) => void) {
  let running: Promise<void> | undefined
  const now = () => {
    running ??= run()
      .catch(onError)
      .finally(() => {
        running = undefined
      })
  }
  const timer = setInterval(now, everyMs).unref()
  return {
    now,
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
