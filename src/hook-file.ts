// One hook file: which process holds it now, who may be called, and who has to rest. A process is started when
// it is needed; one that is asked questions is kept ready, since a person waits for those.

import { constants, setPriority } from 'node:os'
import { Postponed } from './domain/hook-functions.ts'
import { Blamed, BrokenHook, HookProcess, type Listener } from './hook-process.ts'
import { now } from './platform/clock.ts'

const RUN_MS = 10_000
const ASK_MS = 2_000
const CALLS_AT_ONCE = 10
const REST_SECONDS = 60
const CAREFUL_SECONDS = 60
const IDLE_MS = 60_000
const BUSY_SECONDS = 1

type Kind = 'event' | 'question'

const secondsUntil = (moment: number) => Math.ceil((moment - now().getTime()) / 1000)
const inSeconds = (seconds: number) => now().getTime() + seconds * 1000

export class HookFile {
  readonly #path: string
  readonly #listener: Pick<Listener, 'line' | 'stray'>
  /** Decided by what it added. */
  #answersQuestions = false
  #current: HookProcess | undefined
  /** Those without calls to come, too, until they have ended. */
  readonly #processes = new Set<HookProcess>()
  readonly #running: Record<Kind, number> = { event: 0, question: 0 }
  /** By name of the hook point. */
  readonly #restUntil = new Map<string, number>()
  #carefulUntil = 0
  #idle: NodeJS.Timeout | undefined
  #closed = false

  constructor(path: string, listener: Pick<Listener, 'line' | 'stray'>) {
    this.#path = path
    this.#listener = listener
  }

  /** What the file says it added; throws BrokenHook. */
  load(): Promise<unknown> {
    return this.#process().loaded
  }

  /** Now that it is known to be right. */
  keep(answersQuestions: boolean) {
    this.#answersQuestions = answersQuestions
    this.#yieldToPages(this.#process())
    this.#endWhenIdle()
  }

  run = (name: string, event: unknown) => this.#call('event', name, event)
  ask = (name: string, event: unknown) => this.#call('question', name, event)

  async close() {
    this.#closed = true
    clearTimeout(this.#idle)
    await Promise.all([...this.#processes].map((one) => one.end()))
  }

  async #call(kind: Kind, name: string, event: unknown): Promise<string> {
    this.#admit(kind, name)
    this.#running[kind]++
    clearTimeout(this.#idle)
    try {
      const process = this.#process()
      await (kind === 'question' ? inTime(ASK_MS, process.loaded) : process.loaded)
      return await process.call(name, event, kind === 'question' ? ASK_MS : RUN_MS)
    } catch (error) {
      if (error instanceof Blamed || error instanceof BrokenHook)
        this.#restUntil.set(name, inSeconds(REST_SECONDS))
      throw error
    } finally {
      this.#running[kind]--
      this.#endWhenIdle()
    }
  }

  /** After something went wrong events run one at a time, so that who did it is found alone. */
  limit(name: string, kind: Kind = 'event'): number {
    if (this.#closed || this.#restOf(name) > 0) return 0
    return kind === 'event' && secondsUntil(this.#carefulUntil) > 0 ? 1 : CALLS_AT_ONCE
  }

  #restOf = (name: string) => secondsUntil(this.#restUntil.get(name) ?? 0)

  #admit(kind: Kind, name: string) {
    if (this.#closed) throw new Postponed('Latchkey is stopping', BUSY_SECONDS)
    const rest = this.#restOf(name)
    if (rest > 0) throw new Postponed('it rests after it hung or ended its process', rest)
    if (this.#running[kind] >= this.limit(name, kind))
      throw new Postponed('its file has as many calls as it may', BUSY_SECONDS)
  }

  #process(): HookProcess {
    if (this.#current) return this.#current
    const started: HookProcess = new HookProcess(this.#path, {
      ...this.#listener,
      over: (violently) => this.#over(started, violently),
      gone: () => this.#processes.delete(started),
    })
    this.#current = started
    this.#processes.add(started)
    started.loaded.then(
      () => this.#yieldToPages(started),
      () => {},
    )
    return started
  }

  #over(ended: HookProcess, violently: boolean) {
    if (this.#current === ended) this.#current = undefined
    if (violently) this.#carefulUntil = inSeconds(CAREFUL_SECONDS)
    // The next question is not to wait for a start.
    if (this.#answersQuestions && this.#running.event + this.#running.question > 0 && !this.#closed)
      this.#process()
  }

  /** Whom nobody waits for uses what pages leave over. */
  #yieldToPages({ pid, over }: HookProcess) {
    if (!pid || over || this.#answersQuestions) return
    try {
      setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
    } catch {
      // It is gone already, or the machine knows no priorities.
    }
  }

  #endWhenIdle() {
    clearTimeout(this.#idle)
    if (this.#answersQuestions || this.#running.event > 0 || this.#closed) return
    this.#idle = setTimeout(() => this.#current?.end(), IDLE_MS).unref()
  }
}

function inTime<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Postponed('its process is being started', 1)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
