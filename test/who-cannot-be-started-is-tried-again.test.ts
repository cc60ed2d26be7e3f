import { existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, start } from './support/processes.ts'
import { ROOT } from './support/sources.ts'

// While Node itself is exchanged, or the machine has no process left, a process that died cannot be replaced at once.
const keeper = (node: string, child: string) => `
import cluster from 'node:cluster'
import { Supervisor } from '${ROOT}/src/supervisor.ts'
process.execPath = '${node}'
cluster.setupPrimary({ exec: '${child}', execArgv: [] })
const log = { warn: (detail, message) => console.log(message) }
const supervisor = new Supervisor(log)
await supervisor.keep('web').then(() => console.log('kept'), () => console.log('not begun'))
process.on('SIGTERM', () => supervisor.stop().then(() => process.exit(0)))
`
const CHILD = `
const { appendFileSync } = require('node:fs')
appendFileSync(__filename + '.pids', process.pid + '\\n')
process.on('SIGTERM', () => process.exit(0))
process.send('ready')
setInterval(() => {}, 1000)
`

test('who dies while no process can be started is replaced as soon as one can', async () => {
  const at = (name: string) => join(folder, name)
  const [node, child, file] = [at('node'), at('child.cjs'), at('keeper.mts')]
  writeFileSync(child, CHILD)
  writeFileSync(file, keeper(node, child))
  const pids = () =>
    existsSync(`${child}.pids`) ? readFileSync(`${child}.pids`, 'utf8').trim().split('\n').map(Number) : []

  const never = start('never', {}, file)
  await never.until('A process could not be started')
  await never.until('not begun')
  never.child.kill('SIGTERM')

  symlinkSync(process.execPath, node)
  const keeping = start('keeping', {}, file)
  await keeping.until('kept')
  renameSync(node, `${node}.away`)
  process.kill(Number(pids()[0]), 'SIGKILL')
  await keeping.until('A process could not be started')
  renameSync(`${node}.away`, node)
  await expect.poll(() => pids().length, { timeout: 20_000 }).toBe(2)
  keeping.child.kill('SIGTERM')
  expect(await keeping.ended).toBe(0)
})
