// npm test: brings what the suite needs (a private MariaDB, a Chromium), runs vitest, and ends with one line,
// "N passed, N failed". With CI=true a suite that had to be left out is a failure.

import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseCLI, startVitest, type TestModule } from 'vitest/node'
import { hasGalera } from './support/galera.ts'
import { findProgram, hasMariadb, roomyFolder, startMariadb } from './support/mariadb.ts'

const isCi = process.env.CI === 'true'
const needsGalera = process.env.FAULTS === 'full'
const findChromium = () =>
  process.env.CHROMIUM_PATH || findProgram('chromium', 'chromium-browser', 'google-chrome')

function installMissing() {
  const missing = [
    ...(hasMariadb() || process.env.TEST_DATABASE_URL ? [] : ['mariadb-server']),
    ...(findChromium() ? [] : ['chromium']),
    ...(needsGalera && !hasGalera() ? ['galera-4', 'rsync'] : []),
  ]
  const isDebianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (missing.length === 0 || !isDebianRoot) return
  console.log(`Installing ${missing.join(' and ')} from Debian's packages …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const run = (...args: string[]) =>
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 ** 2 })
  try {
    run('update', '-qq')
    run('install', '-y', '-qq', '--no-install-recommends', ...missing)
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
  }
}

function leftOut(): string[] {
  const all: string[] = []
  if (!process.env.TEST_DATABASE_URL && !hasMariadb())
    all.push(
      'MariaDB is missing (mariadbd, mariadb-install-db), so the suites "mariadb", "races" and "faults" are skipped.',
    )
  if (needsGalera && !hasGalera())
    all.push('Galera is missing (galera-4, rsync), so the suite "galera" is skipped.')
  if (!findChromium()) all.push('Chromium is missing, so the suite "browser" is skipped.')
  return all
}

/** What tests write is gone with the run. In memory where there is room: a disk makes each commit of SQLite wait. */
function useFolderOfRun() {
  const folder = mkdtempSync(join(roomyFolder(), 'latchkey-run-'))
  // The nodes of a cluster run as a user of their own, who has to come through.
  chmodSync(folder, 0o711)
  process.env.TMPDIR = folder
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }))
}

async function runVitest() {
  const { filter, options } = parseCLI(['vitest', ...process.argv.slice(2)])
  const vitest = await startVitest('test', filter, { ...options, watch: false, run: true })
  const modules = vitest.state.getTestModules()
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const count = (state: string) => tests.filter((test) => test.result().state === state).length
  const failing = (module: TestModule) => [...module.children.allTests('failed')].length
  const broken = modules.filter((module) => module.state() === 'failed' && failing(module) === 0).length
  const errors = vitest.state.getUnhandledErrors().length
  await vitest.close()
  const [passed, failed] = [count('passed'), count('failed') + broken + errors]
  // vitest may have failed as a whole, which it tells by the exit code alone.
  const isLost = failed === 0 && passed > 0 && Boolean(process.exitCode)
  return { passed, failed: isLost ? 1 : failed, skipped: count('skipped') }
}

async function main() {
  installMissing()
  const missing = leftOut()
  useFolderOfRun()
  for (const sentence of missing) console.log(sentence)
  const own = process.env.TEST_DATABASE_URL || !hasMariadb() ? undefined : await startMariadb()
  if (own) process.env.TEST_DATABASE_URL = own.url
  const chromium = findChromium()
  if (chromium) process.env.CHROMIUM_PATH = chromium

  const result = await runVitest().finally(() => own?.stop())
  if (isCi && missing.length > 0) console.log(`CI=true allows no missing suite. ${missing.join(' ')}`)
  if (isCi && result.skipped > 0) console.log('CI=true allows no skipped test.')
  if (result.passed + result.failed === 0) console.log('No test ran.')
  const isGood = result.failed === 0 && result.passed > 0
  return { ...result, isGood: isGood && !(isCi && missing.length + result.skipped > 0) }
}

const { passed, failed, skipped, isGood } = await main().catch((error) => {
  console.error(error)
  return { passed: 0, failed: 1, skipped: 0, isGood: false }
})
console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exit(isGood ? 0 : 1)
