// Latchkey as a process of its own, the way an operator starts it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { ACTIVITY_KEY, ROOT } from './sources.ts'

export const folder = mkdtempSync(join(tmpdir(), 'latchkey-start-'))
const noHooks = join(folder, 'no-hooks')
mkdirSync(noHooks)
const children = new Set<ReturnType<typeof spawn>>()
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

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
      HOOKS_DIR: noHooks,
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
  const until = (text: string) => expect.poll(() => output, { timeout: 15_000, interval: 20 }).toContain(text)
  return { child, ended, until, output: () => output }
}
