// Everything below HTTP: database, templates, hooks, mail and their delivery, opened and closed together.
// The server, the command line and the tests stand on it.

import { setTimeout as pause } from 'node:timers/promises'
import pino, { type Logger } from 'pino'
import { BadSetting, type Config } from './config.ts'
import { together } from './delivery.ts'
import { isSampleData } from './dev/cast.ts'
import type { Send } from './domain/emails.ts'
import { hand } from './domain/handed.ts'
import type { Hooks } from './domain/hook-functions.ts'
import { noteNotAsked } from './domain/hook-registry.ts'
import { readSettings } from './domain/settings.ts'
import { type Listening, loadHooks } from './hook-runner.ts'
import { type Db, openDatabase } from './platform/database.ts'
import { isAway, NoConnection } from './platform/faults.ts'
import { mailboxTransport, smtpTransport } from './platform/mail.ts'
import type { MailFault } from './platform/mail-fault.ts'
import { migrate, NewerDatabase } from './platform/migrate.ts'
import { mailView } from './web/mail-view.ts'
import { openViews } from './web/views.ts'
import { startWork, type Work } from './work.ts'

/** What a process is for: everything, pages alone, delivery and jobs alone, or one command. */
export type Role = 'all' | 'web' | 'worker' | 'tool'

const STOP_GRACE_MS = 2_500

/** Migrates, loads hooks, and hands the domain what it may not import. Throws BadSetting. */
export async function openHouse(config: Config, log: Logger = logOf(config), role: Role = 'all') {
  const db = openDatabase(config.databaseUrl)
  await migrate(db)
  if (config.production && (await isSampleData(db)))
    throw new BadSetting(
      'This database holds the sample data with its known passwords: production needs another.',
    )
  const views = openViews(config)
  const hooks = role === 'tool' ? NO_HOOKS : await loadHooks(config.hooksDir, log, listening(config, db))
  const { smtpUrl, mailFrom, dataDir } = config
  const transport = smtpUrl ? smtpTransport(smtpUrl, mailFrom) : mailboxTransport(`${dataDir}/mail`)
  const mail = mailView(views, () => readSettings(db))
  const send = sending(transport, mail, log)

  let work: Work | undefined
  const { subject, body } = mail
  // Before anything is delivered, which needs it; waking is for those who deliver here.
  const given = settingsOf(config, log)
  hand({ ...given, subject, body, askFirst: hooks.askFirst, wake: () => work?.delivery.wake() })
  if (role === 'all' || role === 'worker') work = await startWork({ db, hooks, send, log })

  async function close() {
    const stopped = work?.stop()
    await Promise.race([stopped, pause(STOP_GRACE_MS, undefined, { ref: false })])
    // What still runs is cut off: it is postponed or tried again, by the others or at the next start.
    transport.close()
    await hooks.close()
    await stopped
    await work?.leave()
    await db.destroy()
  }
  const delivery = work?.delivery ?? together()
  return { config, db, log, views, hooks, work, delivery, close }
}

const settingsOf = ({ secrets, activityKeys, appUrl, timeZone }: Config, log: Logger) => ({
  secrets,
  activityKeys,
  appUrl,
  timeZone,
  noteSeal: ({ number, head }: { number: number; head: string }) =>
    log.info({ seal: number, head }, 'The activity log was sealed'),
})

type Mail = ReturnType<typeof mailView>
type Transport = Pick<ReturnType<typeof smtpTransport>, 'send'>

const sending =
  (transport: Transport, mail: Mail, log: Logger): Send =>
  async (message) => {
    try {
      await transport.send(await mail.complete(message))
    } catch (error) {
      const { fault, message: answer } = error as Partial<MailFault>
      log.warn({ messageId: message.messageId, fault, answer }, 'A message was not taken')
      throw error
    }
  }

const NO_HOOKS: Hooks = {
  loaded: [],
  broken: [],
  limit: () => 0,
  run: async () => {},
  askFirst: async () => undefined,
  close: async () => {},
}

const listening = (config: Config, db: Db): Listening => ({
  // While an add-on is written, its console.log is wanted as it is.
  ...(!config.production && { print: (line) => console.log(line) }),
  notAsked: (key, error) => void noteNotAsked(db, key, error).catch(() => {}),
})

export const logOf = (config: Config) =>
  pino({ level: config.logLevel, redact: ['password', 'token', 'cookie'] })

export type OpenHouse = Awaited<ReturnType<typeof openHouse>>

/** One sentence for a setting that cannot be right; the whole error for a bug. */
export function fail(error: unknown): never {
  // Why there is no connection stands in its cause.
  const first = error instanceof NoConnection && error.cause ? error.cause : error
  const { code } = first as NodeJS.ErrnoException
  const refused = ['ENOTFOUND', 'ER_ACCESS_DENIED_ERROR', 'ER_BAD_DB_ERROR', 'ER_DBACCESS_DENIED_ERROR']
  const away = isAway(error) || refused.includes(code ?? '')
  if (error instanceof BadSetting || error instanceof NewerDatabase) console.error(error.message)
  else if (away) console.error(`DATABASE_URL: the database cannot be used (${(first as Error).message}).`)
  else console.error(error)
  process.exit(1)
}
