// One child process with one hook file, and the calls that are in its hands. It is told `call` and `ping`, and
// tells `ready`, `loaded` or `broken`, `started`, `done` or `failed`, `pong`, `stray`. Nothing it tells is
// trusted to be well formed. When it ends before its time, the one function that had started is to blame; if
// there were several, none is, and src/hook-runner.ts lets them run one at a time until the culprit is found.

import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { type Duplex, PassThrough } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readHookEnvironment } from './config.ts'
import { Postponed } from './domain/hook-functions.ts'
import { CHANNEL_FD, type Message, openChannel } from './hook-channel.ts'
import { passOn } from './hook-output.ts'

const START_MS = 20_000
const LOAD_MS = 5_000
const PING_MS = 500
const END_MS = 500
const HEAP_MB = 512
const TEXT_MAX = 500
const INTERRUPTED_SECONDS = 2
const START_SECONDS = 10
const NO_PROCESS = 'its process does not start'

const PROGRAM = fileURLToPath(new URL('./hook-host.ts', import.meta.url))
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** The file is wrong; the message is the sentence to show. */
export class BrokenHook extends Error {}

/** The function hung, or cost its process: it has to rest. */
export class Blamed extends Error {}

export interface Listener {
  /** A line that it printed. */
  line(text: string, isError: boolean): void
  /** An error that nobody caught. */
  stray(error: string): void
  /** It takes no further calls; `violently` when something in it went wrong. */
  over(violently: boolean): void
  /** It has ended. */
  gone(): void
}

interface Call {
  limitMs: number
  started: boolean
  /** It answered shortly before its limit: the process lives, and only this call hangs. */
  alive: boolean
  /** Its caller has been told; it may still run. */
  settled: boolean
  timer?: NodeJS.Timeout
  resolve(text: string): void
  reject(error: Error): void
}

const seconds = (ms: number) => `${ms / 1000} seconds`
const textOf = ({ text }: Message) => (typeof text === 'string' ? text.slice(0, TEXT_MAX) : '')

export class HookProcess {
  /** What its file says it added. Throws BrokenHook; or Postponed, when it did not even come up. */
  readonly loaded: Promise<unknown>
  over = false
  readonly #child: ChildProcess
  readonly #listener: Listener
  readonly #calls = new Map<number, Call>()
  readonly #pipe: Duplex
  readonly #tell: (message: object) => void
  #hearLoading: (message: Message) => void = () => {}
  #count = 0
  readonly #ended: Promise<void>

  constructor(path: string, listener: Listener) {
    this.#listener = listener
    const program = ['--import', TSX, `--max-old-space-size=${HEAP_MB}`, PROGRAM, path, String(process.pid)]
    this.#child = spawn(process.execPath, program, {
      env: readHookEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.#child
    if (stdout) passOn(stdout, (line) => listener.line(line, false))
    if (stderr) passOn(stderr, (line) => listener.line(line, true))
    // Without any: the system gave no process, which `error` tells.
    this.#pipe = (this.#child.stdio?.[CHANNEL_FD] as Duplex | undefined) ?? new PassThrough()
    this.#tell = openChannel(this.#pipe, (message) => this.#hear(message))
    this.#ended = this.#whenGone()
    this.#pipe.once('close', () => this.#killSoon())
    this.loaded = this.#load()
    this.loaded.catch(() => {})
  }

  get pid() {
    return this.#child.pid
  }

  /** Runs a function of the file; gives the text that it returned. */
  call(name: string, event: unknown, limitMs: number): Promise<string> {
    if (this.over) throw new Postponed('its process just ended', INTERRUPTED_SECONDS)
    const number = ++this.#count
    return new Promise((resolve, reject) => {
      const call: Call = { limitMs, started: false, alive: false, settled: false, resolve, reject }
      this.#calls.set(number, call)
      this.#tell({ type: 'call', call: number, name, event })
      call.timer = setTimeout(() => this.#ping(number, call), limitMs - PING_MS)
    })
  }

  /** Takes no further calls, and ends when those it has are settled. */
  retire() {
    this.#setOver(false)
    if ([...this.#calls.values()].every(({ settled }) => settled)) void this.end()
  }

  /** Ends it now; whoever still waits is postponed. */
  async end() {
    this.#setOver(false)
    for (const call of this.#calls.values()) this.#settle(call, new Postponed('its process was ended', 1))
    this.#pipe.destroy()
    await this.#ended
  }

  /** Without its pipe it ends by itself, unless it is busy. */
  #killSoon() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS)
    void this.#ended.then(() => clearTimeout(timer))
  }

  #hear(heard: Message) {
    if (heard.type === 'stray') this.#listener.stray(textOf(heard))
    this.#hearLoading(heard)
    const call = typeof heard.call === 'number' ? this.#calls.get(heard.call) : undefined
    if (!call) return
    if (heard.type === 'started') call.started = true
    if (heard.type === 'pong') call.alive = true
    if (heard.type !== 'done' && heard.type !== 'failed') return
    this.#calls.delete(heard.call as number)
    this.#settle(call, heard.type === 'failed' ? new Error(textOf(heard)) : textOf(heard))
    if (this.over) this.retire()
  }

  #settle(call: Call, result: string | Error) {
    clearTimeout(call.timer)
    if (call.settled) return
    call.settled = true
    if (result instanceof Error) call.reject(result)
    else call.resolve(result)
  }

  #ping(number: number, call: Call) {
    this.#tell({ type: 'ping', call: number })
    // Not before what has already arrived was read: it may be this process that was busy.
    call.timer = setTimeout(() => setImmediate(() => this.#giveUp(call)), PING_MS)
  }

  #giveUp(call: Call) {
    if (call.settled) return
    const late = `it took longer than ${seconds(call.limitMs)}`
    if (!call.alive) return this.#kill(call, late)
    this.#settle(call, new Blamed(late))
    this.retire()
  }

  #kill(call: Call, late: string) {
    this.#child.kill('SIGKILL')
    this.#blame((culprit) => (culprit === call ? late : 'it kept its process from answering'))
  }

  /** The one function that had started is told what it did; all others are postponed. */
  #blame(words: (culprit: Call) => string) {
    this.#setOver(true)
    const started = [...this.#calls.values()].filter((call) => call.started)
    for (const call of this.#calls.values()) {
      const guilty = started.length === 1 && call.started
      const interrupted = 'another function of its file ended or blocked their process'
      this.#settle(call, guilty ? new Blamed(words(call)) : new Postponed(interrupted, INTERRUPTED_SECONDS))
    }
  }

  #setOver(violently: boolean) {
    if (this.over) return
    this.over = true
    this.#listener.over(violently)
  }

  async #whenGone() {
    const exit = new Promise<string>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`))
      this.#child.on('error', (error) => resolve(error.message))
    })
    const closed = new Promise((resolve) => this.#pipe.once('close', resolve))
    const how = await exit
    // What it said last may be read after its end.
    await Promise.race([closed, pause(END_MS, undefined, { ref: false })])
    this.#blame(() => `it ended its process (${how})`)
    this.#listener.gone()
  }

  #load(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        this.#child.kill('SIGKILL')
        this.#setOver(false)
        reject(error)
      }
      const late = new BrokenHook(`It takes longer than ${seconds(LOAD_MS)} to load.`)
      let timer = setTimeout(() => fail(new Postponed(NO_PROCESS, START_SECONDS)), START_MS)
      this.#hearLoading = ({ type, text, added }) => {
        if (type !== 'ready' && type !== 'broken' && type !== 'loaded') return
        clearTimeout(timer)
        if (type === 'ready') timer = setTimeout(() => setImmediate(() => fail(late)), LOAD_MS)
        if (type === 'broken') fail(new BrokenHook(textOf({ text })))
        if (type === 'loaded') resolve(added)
      }
      void this.#ended.then(() => {
        clearTimeout(timer)
        if (this.pid) reject(new BrokenHook('It ends its process while it is loaded.'))
        else reject(new Postponed(NO_PROCESS, START_SECONDS))
      })
    })
  }
}
