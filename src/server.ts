// Start here: settings, the house below HTTP, sample data, listening, jobs, and stopping gracefully. `npm start`
// does everything in one process; `npm run web` and `npm run worker` keep pages apart from add-ons and mail; with
// WORKERS=n there are n processes for pages, and a supervisor.

import cluster from 'node:cluster'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createApp } from './app.ts'
import { BadSetting, type Config, readConfig } from './config.ts'
import { openServer } from './connections.ts'
import { fillSampleData, printWelcome } from './dev/cast.ts'
import { offerFirstAdmin } from './first-admin-link.ts'
import { fail, logOf, type OpenHouse, openHouse, type Role } from './house.ts'
import { isSqlite } from './platform/database.ts'
import { supervise } from './supervisor.ts'
import { compressAssets } from './web/assets.ts'

const STOP_WITHIN_MS = 10_000
const CUT_AFTER_MS = 6_000
const SWEEP_MS = 50

/** Listens; `stop` finishes running requests, then closes everything, within ten seconds. */
async function listen(house: OpenHouse) {
  const { config, views } = house
  views.compileAll()
  const server = openServer().on('request', createApp(house))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.port, config.host, resolve)
  })
  void compressAssets()
  const stop = async () => {
    // Delivering ends meanwhile.
    house.work?.stop().catch(() => {})
    const closed = new Promise((resolve) => server.close(resolve))
    const closing = setInterval(() => closeIdle(server, sockets), SWEEP_MS)
    const cut = setTimeout(() => server.closeAllConnections(), CUT_AFTER_MS)
    await closed
    clearTimeout(cut)
    clearInterval(closing)
    await house.close()
  }
  return { port: (server.address() as AddressInfo).port, stop }
}

/** Browsers connect in advance; to Node, a connection that has said nothing yet is not idle. */
function closeIdle(server: Server, sockets: Set<Socket>) {
  server.closeIdleConnections()
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
}

/** The sample data goes by itself only into the embedded database; says whether it did. */
const fillFirst = async ({ config, db }: OpenHouse) =>
  !config.production && isSqlite(db) && (await fillSampleData(db))

async function serve(config: Config, role: Role) {
  const house = await openHouse(config, logOf(config), role)
  const isAlone = cluster.isPrimary
  const filled = isAlone && (await fillFirst(house))
  if (isAlone && role !== 'worker') await offerFirstAdmin(house)
  const running =
    role === 'worker'
      ? { port: undefined, stop: house.close }
      : await listen(house).catch(explainPort(config))
  house.work?.startJobs()
  stopOnSignals(running.stop)
  if (isAlone && !config.production) printWelcome(config, filled, role)
  else house.log.info({ role, port: running.port }, 'Latchkey is ready')
  process.send?.('ready')
}

/** Migrates once, then starts n processes for pages and, unless pages are all that is asked for, a worker. */
async function serveWithMany(config: Config, role: Role) {
  const house = await openHouse(config, logOf(config), 'tool')
  const filled = await fillFirst(house)
  await offerFirstAdmin(house)
  await house.close()
  const web = Array.from({ length: config.workers }, (): Role => 'web')
  const supervisor = await supervise(role === 'web' ? web : [...web, 'worker'], house.log)
  // The others have ten seconds, and are killed then.
  stopOnSignals(() => supervisor.stop(), STOP_WITHIN_MS + 5_000)
  if (!config.production) printWelcome(config, filled, role)
}

function stopOnSignals(stop: () => Promise<void>, withinMs = STOP_WITHIN_MS) {
  let isStopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isStopping) return
      isStopping = true
      setTimeout(() => process.exit(1), withinMs).unref()
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
}

async function main() {
  const role = (['web', 'worker'] as const).find((one) => one === process.argv[2]) ?? 'all'
  const config = readConfig()
  const isMany = config.workers > 1 && role !== 'worker' && cluster.isPrimary
  await (isMany ? serveWithMany(config, role) : serve(config, role))
}

const explainPort = (config: Config) => (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE')
    throw new BadSetting(`PORT ${config.port} is in use by another program: set PORT to a free one.`)
  throw error
}

main().catch(fail)
