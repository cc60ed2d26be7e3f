// A private MariaDB for one test run: its own folder and port, fast and careless, gone when the run is.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { constants as os, tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'

const START_SECONDS = 60
const STOP_MS = 5_000
const ROOM_BYTES = 2 * 1024 ** 3

const FAST = [
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--innodb-buffer-pool-size=128M',
  '--skip-log-bin',
  '--skip-name-resolve',
  '--max-connections=400',
  '--character-set-server=utf8mb4',
]

export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
}

export const hasMariadb = () => Boolean(findProgram('mariadbd') && findProgram('mariadb-install-db'))

/** Memory is faster, but a container often gives it 64 MB only, or read-only. */
export function roomyFolder() {
  try {
    accessSync('/dev/shm', constants.W_OK)
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > ROOM_BYTES ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir()
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

export interface Mariadb {
  url: string
  /** Sends a signal: SIGKILL for a crash, SIGSTOP and SIGCONT for one that hangs. */
  signal(name: NodeJS.Signals): void
  /** Starts it again, after a crash, where it was. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Starts it and waits until it answers. */
export async function startMariadb(): Promise<Mariadb> {
  const folder = mkdtempSync(join(roomyFolder(), 'latchkey-mariadb-'))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  let server: ChildProcess | undefined
  // However the run ends: vitest and vite leave by process.exit on a signal, before anything can be awaited.
  const atExit = () => {
    server?.kill('SIGKILL')
    remove()
  }
  process.once('exit', atExit)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(128 + os.signals[signal]))

  const data = join(folder, 'data')
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const install = findProgram('mariadb-install-db') ?? 'mariadb-install-db'
  const auth = '--auth-root-authentication-method=normal'
  execFileSync(install, ['--no-defaults', `--datadir=${data}`, auth, ...asRoot], { stdio: 'pipe' })

  const port = await freePort()
  const where = [`--datadir=${data}`, `--socket=${join(folder, 's')}`, `--port=${port}`]
  const options = ['--no-defaults', ...asRoot, ...where, '--bind-address=127.0.0.1', ...FAST]
  const url = `mysql://root@127.0.0.1:${port}/`
  const start = async () => {
    const started = spawn(findProgram('mariadbd') ?? 'mariadbd', options, { stdio: 'ignore' })
    server = started
    await answers(url, started)
    return started
  }
  let running = await start()
  return {
    url,
    signal: (name) => void running.kill(name),
    async restart() {
      await end(running)
      running = await start()
    },
    async stop() {
      running.kill('SIGCONT')
      await end(running)
      remove()
      process.off('exit', atExit)
    },
  }
}

const hasEnded = (server: ChildProcess) => server.exitCode !== null || server.signalCode !== null

async function answers(url: string, server: ChildProcess) {
  server.once('error', () => {})
  for (let tries = 0; tries < START_SECONDS * 10 && server.pid && !hasEnded(server); tries++) {
    try {
      const connection = await mysql.createConnection(url)
      await connection.end()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  throw new Error('The private MariaDB did not start.')
}

async function end(server: ChildProcess) {
  if (hasEnded(server)) return
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_MS)
  server.kill('SIGTERM')
  await gone
  clearTimeout(timer)
}
