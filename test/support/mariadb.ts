// A private MariaDB for one test run: its own folder and port, fast and careless, gone when the run is.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'

const START_SECONDS = 60
const STOP_MS = 5_000

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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts it and waits until it answers; `stop` ends it and removes its folder. */
export async function startMariadb(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'latchkey-mariadb-'))
  const data = join(folder, 'data')
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const install = findProgram('mariadb-install-db') ?? 'mariadb-install-db'
  const auth = '--auth-root-authentication-method=normal'
  execFileSync(install, ['--no-defaults', `--datadir=${data}`, auth, ...asRoot], { stdio: 'pipe' })

  const port = await freePort()
  const where = [
    `--datadir=${data}`,
    `--socket=${join(folder, 's')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
  ]
  const server = spawn(
    findProgram('mariadbd') ?? 'mariadbd',
    ['--no-defaults', ...asRoot, ...where, ...FAST],
    {
      stdio: 'ignore',
    },
  )
  const url = `mysql://root@127.0.0.1:${port}/`
  await answers(url, server)
  return {
    url,
    async stop() {
      await end(server)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(url: string, server: ChildProcess) {
  for (let tries = 0; tries < START_SECONDS * 10; tries++) {
    if (server.exitCode !== null) break
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
  if (server.exitCode !== null) return
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_MS)
  server.kill('SIGTERM')
  await gone
  clearTimeout(timer)
}
