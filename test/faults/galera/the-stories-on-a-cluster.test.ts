import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, expect, test } from 'vitest'
import { atEnd } from '../../support/at-end.ts'
import { type Galera, startGalera } from '../../support/galera.ts'
import { ROOT } from '../../support/sources.ts'

let cluster: Galera

beforeAll(async () => {
  cluster = await startGalera({ consecutiveIds: true })
})
atEnd(() => cluster?.stop())

test('every user story passes on a cluster of three nodes', async () => {
  const env = { ...process.env, TEST_DATABASE_URL: cluster.url(), FAULTS: '' }
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'mariadb', '--reporter', 'dot']
  const running = spawn(process.execPath, vitest, { cwd: ROOT, env })
  let output = ''
  for (const stream of [running.stdout, running.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const [code] = await once(running, 'exit')
  console.log(output.match(/Tests .*/)?.[0])
  expect(code, output.slice(-5_000)).toBe(0)
})
