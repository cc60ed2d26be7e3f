// npm run doctor: whether everything that must be true is true, on a database in use. It migrates nothing, loads
// no hooks, and its connection cannot write.

import { parseArgs } from 'node:util'
import { BadSetting, readDatabaseConfig } from '../config.ts'
import { countGivenUp, examine, type Finding, type GivenUp } from '../domain/doctor.ts'
import { openDatabase } from '../platform/database.ts'
import { t } from '../web/translate.ts'

const FOUND = 1
const CANNOT_LOOK = 2

const inWords = ({ check, values }: Finding) => ({
  check,
  sentence: t(`doctor.${check}`, values),
  remedy: t(`doctor.${check}.remedy`),
})

async function main(json: boolean, expected: string | undefined) {
  const expectedHead = headIn(expected)
  const { databaseUrl, production, activityKeys } = readDatabaseConfig()
  const db = openDatabase(databaseUrl, { readOnly: true, statementMs: 0 })
  const started = performance.now()
  let [count, isOurs] = [0, true]
  try {
    for await (const finding of examine(db, {
      production,
      activityKeys,
      ...(expectedHead && { expectedHead }),
    })) {
      count++
      if (finding.check.startsWith('migration.')) isOurs = false
      const words = inWords(finding)
      console.log(json ? JSON.stringify(words) : t('doctor.line', words))
    }
    const givenUp = isOurs ? await countGivenUp(db) : { emails: 0, deliveries: 0 }
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1))
    tellSummary(json, { count, seconds, ...givenUp })
  } finally {
    await db.destroy()
  }
  process.exitCode = count === 0 ? 0 : FOUND
}

function tellSummary(json: boolean, all: { count: number; seconds: number } & GivenUp) {
  const { count, seconds, emails, deliveries } = all
  if (json) return console.log(JSON.stringify({ findings: count, seconds, givenUp: { emails, deliveries } }))
  console.log(count === 0 ? t('doctor.well', { seconds }) : t('doctor.found', { count, seconds }))
  if (emails + deliveries > 0) console.log(t('doctor.givenUp', { emails, deliveries }))
}

/** NUMBER:HEAD, as the log output tells them. */
function headIn(text: string | undefined) {
  if (text === undefined) return undefined
  const [, number, head] = /^(\d+):([\w-]{43})$/.exec(text) ?? []
  if (!number || !head) throw new BadSetting(t('doctor.badHead'))
  return { number: Number(number), head }
}

function readOptions() {
  try {
    const options = {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      'expect-head': { type: 'string' },
    } as const
    return parseArgs({ options, strict: true }).values
  } catch {
    const known = ['--json', '--help', '--expect-head']
    const option = process.argv.slice(2).find((one) => !known.includes(one)) ?? ''
    throw new BadSetting(t('doctor.unknownOption', { option }))
  }
}

// Node gives no message where it tried several addresses.
const whatItSays = ({ message, code }: NodeJS.ErrnoException) => message || code || ''

/** One sentence for a setting or a database that cannot be used; the whole error for a bug. */
function cannotLook(error: unknown) {
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  if (isBug) console.error(error)
  else if (error instanceof BadSetting) console.error(error.message)
  else console.error(t('doctor.cannotLook', { error: whatItSays(error as NodeJS.ErrnoException) }))
  process.exitCode = CANNOT_LOOK
}

try {
  const { help, json, 'expect-head': expected } = readOptions()
  if (help) console.log(t('doctor.help'))
  else await main(Boolean(json), expected)
} catch (error) {
  cannotLook(error)
}
