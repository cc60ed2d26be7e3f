// npm test: brings what the suite needs (a private MariaDB, a Chromium), runs vitest, and ends with one line,
// "N passed, N failed". With CI=true a suite that had to be left out is a failure.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { startVitest, type TestModule } from 'vitest/node'
import { findProgram, hasMariadb, startMariadb } from './support/mariadb.ts'

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']

function installMissing() {
  const missing = [
    ...(hasMariadb() || process.env.TEST_DATABASE_URL ? [] : ['mariadb-server']),
    ...(findProgram(...CHROMIUM) ? [] : ['chromium']),
  ]
  const isDebianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (missing.length === 0 || !isDebianRoot) return
  console.log(`Installing ${missing.join(' and ')} from Debian's packages …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const run = (...args: string[]) =>
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  run('update', '-qq')
  run('install', '-y', '-qq', '--no-install-recommends', ...missing)
}

function leftOut(): string[] {
  const all: string[] = []
  if (!process.env.TEST_DATABASE_URL && !hasMariadb())
    all.push(
      'MariaDB is missing (mariadbd, mariadb-install-db), so the suites "mariadb" and "races" are skipped.',
    )
  if (!findProgram(...CHROMIUM)) all.push('Chromium is missing, so the suite "browser" is skipped.')
  return all
}

async function main() {
  installMissing()
  const skipped = leftOut()
  for (const sentence of skipped) console.log(sentence)

  const own = process.env.TEST_DATABASE_URL || !hasMariadb() ? undefined : await startMariadb()
  if (own) process.env.TEST_DATABASE_URL = own.url
  const chromium = findProgram(...CHROMIUM)
  if (chromium) process.env.CHROMIUM_PATH = chromium
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => own?.stop().finally(() => process.exit(130)))

  try {
    const filters = process.argv.slice(2)
    const vitest = await startVitest('test', filters, { watch: false, run: true })
    const modules = vitest.state.getTestModules()
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const failing = (module: TestModule) => [...module.children.allTests('failed')].length
    const broken = modules.filter((module) => module.state() === 'failed' && failing(module) === 0).length
    const errors = vitest.state.getUnhandledErrors().length
    await vitest.close()
    const [passed, failed, skips] = [count('passed'), count('failed') + broken + errors, count('skipped')]
    const bad = failed > 0 || passed === 0 || (process.env.CI === 'true' && (skipped.length > 0 || skips > 0))
    process.exitCode = bad ? 1 : 0
    if (bad && failed === 0)
      console.log(passed === 0 ? 'No test ran.' : 'A suite was skipped, which CI=true does not allow.')
    await own?.stop()
    console.log(`\n${passed} passed, ${failed} failed${skips ? `, ${skips} skipped` : ''}`)
  } finally {
    await own?.stop()
    process.exit(process.exitCode)
  }
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
