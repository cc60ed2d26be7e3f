// Latchkey as a process of its own, the way an operator starts it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ACTIVITY_KEY, ROOT } from './sources.ts'

/** Where the processes of the file that runs now keep their things: each file gets a folder of its own. */
export let folder = ''
const noHooks = () => join(folder, 'no-hooks')
const children = new Set<ReturnType<typeof spawn>>()

export function makeFolder() {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-start-'))
  mkdirSync(noHooks())
}

/** However the file ended, nothing of it goes on. */
export function endProcesses() {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
  rmSync(folder, { recursive: true, force: true })
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The real thing: a process of its own, with these settings and nothing of ours around it. */
export function start(name: string, settings: Record<string, string> = {}, file = 'src/server.ts') {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', ...file.split(' ')], {
    cwd: ROOT,
    env: {
      PATH,
      HOME,
      DATA_DIR: join(folder, name),
      HOOKS_DIR: noHooks(),
      ACTIVITY_KEY,
      ...settings,
    },
  })
  children.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const ended = once(child, 'exit').then(([code]) => {
    children.delete(child)
    return code as number | null
  })
  const until = (text: string) => expect.poll(() => output, { timeout: 90_000, interval: 20 }).toContain(text)
  return { child, ended, until, output: () => output }
}
