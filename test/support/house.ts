// A whole Latchkey for one test file: its own database, the cast, a server on a free port, its own mailbox.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash } from '@node-rs/argon2'
import pino from 'pino'
import { createApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { type Bounds, openServer } from '../../src/connections.ts'
import { fillSampleData, PASSWORD } from '../../src/dev/cast.ts'
import { openHouse } from '../../src/house.ts'
import { readMailbox } from '../../src/platform/mail.ts'
import { atEnd } from './at-end.ts'
import { migratedDatabase } from './databases.ts'
import { ACTIVITY_KEY } from './sources.ts'
import { Visitor } from './visitor.ts'
import { widenLimits } from './wide-limits.ts'

/** Cheap on purpose: stories log in often. The cost that production uses has a test of its own. */
const cheapHash = hash(PASSWORD, { memoryCost: 64, timeCost: 1, parallelism: 1 })

export interface Options {
  /** Files for HOOKS_DIR: name and text. */
  hooks?: Record<string, string>
  environment?: Record<string, string>
  /** What browsers call it: passkeys want a name, not an address. */
  hostname?: string
  /** The port of a proxy that Latchkey reaches its database through. */
  databaseThrough?: number
  /** With the limits of inviting as they are shipped; else a story may invite as often as it likes. */
  limited?: true
  /** What connections may cost; else as it is shipped. */
  bounds?: Partial<Bounds>
}

/** Everything a story needs; closed after the file's last test. */
export async function startHouse(options: Options = {}) {
  const { hooks = {}, environment = {}, hostname = '127.0.0.1', databaseThrough, limited, bounds } = options
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  for (const [name, text] of Object.entries(hooks)) writeFileSync(join(folder, name), text)
  const { url, drop } = await migratedDatabase(folder)
  const databaseUrl = databaseThrough ? url.replace(/:\d+\//, `:${databaseThrough}/`) : url
  const server = openServer(bounds)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const appUrl = `http://${hostname}:${(server.address() as AddressInfo).port}`

  const config: Config = readConfig({
    DATABASE_URL: databaseUrl,
    APP_URL: appUrl,
    DATA_DIR: folder,
    HOOKS_DIR: folder,
    LOG_LEVEL: 'info',
    ACTIVITY_KEY,
    ...environment,
  })
  const logged: string[] = []
  const log = pino({ level: config.logLevel }, { write: (line: string) => logged.push(line) })
  const house = await openHouse(config, log)
  await fillSampleData(house.db, await cheapHash)
  if (!limited) await widenLimits(house.db)
  server.on('request', createApp(house))

  atEnd(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await house.close()
    await drop()
    rmSync(folder, { recursive: true, force: true })
  })

  const visitor = () => new Visitor(appUrl)
  return {
    ...house,
    appUrl,
    folder,
    logged,
    visitor,
    /** One of the cast, logged in ('alice', 'bob', 'carol', or any address), acting for `client` if named. */
    async user(name: string, client?: string) {
      const email = name.includes('@') ? name : `${name}@example.com`
      const user = visitor()
      await user.visit('/login')
      await user.press('Log in', { 'Email address': email, Password: PASSWORD })
      if (!client || user.title === client) return user
      await user.visit('/user/accounts')
      return user.press(`Switch to ${client}`)
    },
    async admin(name = 'ada', password = PASSWORD) {
      const admin = visitor()
      await admin.visit('/admin/login')
      const fields = { 'Email address': `${name}@latchkey.test`, Password: password }
      return admin.press('Log in', fields)
    },
    /** What was sent to an address, newest first, once everything that waits is delivered. */
    async mailTo(address: string) {
      house.delivery.wake()
      await house.delivery.settled()
      return readMailbox(join(folder, 'mail')).filter(({ to }) => to === address)
    },
    /** The path of the link in the latest mail to an address. */
    async linkTo(address: string): Promise<string> {
      // Logging in from another browser is told by a mail of its own.
      const mails = await this.mailTo(address)
      const mail = mails.find(({ subject }) => subject !== 'New login to your account')
      const [link] = mail?.text.match(/http\S+/) ?? []
      if (!link) throw new Error(`There is no link in the latest mail to ${address}: ${mail?.text}`)
      return link.slice(appUrl.length)
    },
    clientNamed: (company_name: string) => house.db('clients').where({ company_name }).first(),
  }
}

export type TestHouse = Awaited<ReturnType<typeof startHouse>>
