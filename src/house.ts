// Everything below HTTP: database, templates, hooks, mail and their delivery, opened and closed together.
// The server, the command line and the tests stand on it.

import pino, { type Logger } from 'pino'
import { BadSetting, type Config } from './config.ts'
import { both, startDelivery } from './delivery.ts'
import { isSampleData } from './dev/cast.ts'
import { deliverEmails } from './domain/emails.ts'
import { hand } from './domain/handed.ts'
import { deliverHooks } from './domain/hooks.ts'
import { readSettings } from './domain/settings.ts'
import { loadHooks } from './hook-host.ts'
import { openDatabase } from './platform/database.ts'
import { mailboxTransport, smtpTransport } from './platform/mail.ts'
import { migrate, NewerDatabase } from './platform/migrate.ts'
import { mailView } from './web/mail-view.ts'
import { openViews } from './web/views.ts'

/** Migrates, loads hooks, and hands the domain what it may not import. Throws BadSetting. */
export async function openHouse(config: Config, log: Logger = logOf(config)) {
  const db = openDatabase(config.databaseUrl)
  await migrate(db)
  if (config.production && (await isSampleData(db)))
    throw new BadSetting(
      'This database holds the sample data with its known passwords: production needs another.',
    )
  const views = openViews(config)
  const hooks = await loadHooks(config.hooksDir, log)
  const { smtpUrl, mailFrom, dataDir } = config
  const transport = smtpUrl ? smtpTransport(smtpUrl, mailFrom) : mailboxTransport(`${dataDir}/mail`)
  const mail = mailView(views, () => readSettings(db))

  const onError = (error: unknown) => log.error({ err: error }, 'Delivering failed; it is tried again')
  // Apart from each other: a slow hook holds back no mail.
  const delivery = both(
    startDelivery(() => deliverHooks(db, hooks), onError),
    startDelivery(
      () => deliverEmails(db, async (message) => transport.send(await mail.complete(message))),
      onError,
    ),
  )
  const { secrets, appUrl } = config
  hand({
    secrets,
    appUrl,
    subject: mail.subject,
    body: mail.body,
    askFirst: hooks.askFirst,
    wake: delivery.wake,
  })

  const close = async () => {
    await delivery.stop()
    transport.close()
    await db.destroy()
  }
  return { config, db, log, views, hooks, delivery, close }
}

const logOf = (config: Config) => pino({ level: config.logLevel, redact: ['password', 'token', 'cookie'] })

export type OpenHouse = Awaited<ReturnType<typeof openHouse>>

/** One sentence for a setting that cannot be right; the whole error for a bug. */
export function fail(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException
  const away = [
    'ECONNREFUSED',
    'ENOTFOUND',
    'ETIMEDOUT',
    'ER_ACCESS_DENIED_ERROR',
    'ER_BAD_DB_ERROR',
  ].includes(code ?? '')
  if (error instanceof BadSetting || error instanceof NewerDatabase) console.error(error.message)
  else if (away) console.error(`DATABASE_URL: the database cannot be used (${(error as Error).message}).`)
  else console.error(error)
  process.exit(1)
}
