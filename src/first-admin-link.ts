// The way into an empty production database: told to the terminal, or kept in a file that nobody else can read; never
// in the log, which may be shipped elsewhere (HARD-CASES H9).

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFirstLink } from './domain/first-admin.ts'
import type { OpenHouse } from './house.ts'

export async function offerFirstAdmin({ config, db, log }: OpenHouse) {
  if (!config.production) return
  const made = await makeFirstLink(db)
  if (!made) return
  if (process.stdout.isTTY)
    return console.log(`Make the first admin, until ${made.until}:\n\n  ${made.link}\n`)
  const file = join(config.dataDir, 'first-admin-link')
  mkdirSync(config.dataDir, { recursive: true })
  // A file that is there keeps its mode, whatever that was.
  rmSync(file, { force: true })
  writeFileSync(file, `${made.link}\n`, { mode: 0o600, flag: 'wx' })
  log.info(
    { file, until: made.until },
    'There is no admin yet: the link to make the first one is in this file',
  )
}
