// Processes that are measured: Latchkey as an operator starts it, the floor, and the database server; what each takes of
// processor and memory, as Linux tells it.

import { type ChildProcess, spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ROOT } from '../support/sources.ts'
import { ask } from './connection.ts'

const TICKS_A_SECOND = 100
const MB = 1_024
const READY_WITHIN_MS = 60_000

export interface Running {
  pid: number
  port: number
  /** How long it took until it answered. */
  readyMs: number
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A process of our sources, its output in a file. */
export function begin(file: string, args: string[], env: Record<string, string>, log: string): ChildProcess {
  const output = openSync(log, 'a')
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', output, output],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

export const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) =>
    child.exitCode !== null || child.signalCode !== null
      ? resolve(child.exitCode)
      : child.once('exit', resolve),
  )

export async function stop(child: ChildProcess) {
  child.kill('SIGTERM')
  await ended(child)
}

/** Begins it and waits until it answers at `path`. */
export async function serve(begun: () => ChildProcess, port: number, path: string): Promise<Running> {
  const started = performance.now()
  const child = begun()
  const isReady = () =>
    ask(port, { path }).then(
      ({ status }) => status === 200,
      () => false,
    )
  while (!(await isReady())) {
    if (child.exitCode !== null || performance.now() - started > READY_WITHIN_MS)
      throw new Error('A process that is to be measured did not start: see its log.')
    await pause(5)
  }
  const readyMs = performance.now() - started
  return { pid: child.pid ?? 0, port, readyMs, stop: () => stop(child) }
}

/** A process and those it began. */
function familyOf(pid: number): number[] {
  const children = readFileSync(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8')
  return [
    pid,
    ...children
      .split(' ')
      .filter(Boolean)
      .flatMap((child) => familyOf(Number(child))),
  ]
}

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)

/** Seconds of processor so far. */
export const cpuOf = (pid: number) =>
  sum(
    familyOf(pid).map((one) => {
      const fields = readFileSync(`/proc/${one}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
    }),
  )

const kilobytes = (pid: number, name: string) =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

export const memoryOf = (pid: number) => sum(familyOf(pid).map((one) => kilobytes(one, 'VmRSS'))) / MB

/** The most that it ever had. */
export const peakOf = (pid: number) => kilobytes(pid, 'VmHWM') / MB
