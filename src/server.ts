// Start here: settings, database, migrations, hooks, delivery, jobs, listening, and stopping gracefully.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import pino, { type Logger } from 'pino'
import { createApp } from './app.ts'
import { BadSetting, type Config, readConfig } from './config.ts'
import { startDelivery } from './delivery.ts'
import { fillSampleData, isSampleData, printWelcome } from './dev/cast.ts'
import { deliverEmails } from './domain/emails.ts'
import { hand } from './domain/handed.ts'
import { deliverHooks } from './domain/hooks.ts'
import { readSettings } from './domain/settings.ts'
import { loadHooks } from './hook-host.ts'
import { startJobs } from './jobs.ts'
import { isSqlite, openDatabase } from './platform/database.ts'
import { mailboxTransport, smtpTransport } from './platform/mail.ts'
import { migrate } from './platform/migrate.ts'
import { mailView } from './web/mail-view.ts'
import { openViews } from './web/views.ts'

const STOP_WITHIN_MS = 10_000

/** Everything below HTTP: what the command line and the tests need, too. */
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

  const delivery = startDelivery(
    async () => {
      await deliverHooks(db, hooks)
      await deliverEmails(db, async (message) => transport.send(await mail.complete(message)))
    },
    (error) => log.error({ err: error }, 'Delivering failed; it is tried again within a minute'),
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

/** Listens; `stop` finishes running requests, then closes everything, within ten seconds. */
export async function listen(house: OpenHouse) {
  const { config, log, db, delivery } = house
  const server = createServer(createApp(house))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, resolve)
  })
  const stopJobs = startJobs(db, delivery.wake, (job, error) =>
    log.error({ err: error, job }, 'A job failed'),
  )
  delivery.wake()

  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    const cut = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS - 2_000)
    await stopJobs()
    await closed
    clearTimeout(cut)
    await house.close()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

async function main() {
  const config = readConfig()
  const house = await openHouse(config)
  const first = !config.production && isSqlite(house.db) && (await fillSampleData(house.db))
  const running = await listen(house).catch(explainPort(config))
  if (!config.production) printWelcome(config, first)
  else house.log.info({ port: running.port }, 'Latchkey is ready')

  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref()
      running.stop().then(() => process.exit(0))
    })
}

const explainPort = (config: Config) => (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE')
    throw new BadSetting(`PORT ${config.port} is in use by another program: set PORT to a free one.`)
  throw error
}

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
  if (error instanceof BadSetting) console.error(error.message)
  else if (away) console.error(`DATABASE_URL: the database cannot be used (${(error as Error).message}).`)
  else console.error(error)
  process.exit(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main().catch(fail)
