// Start here: settings, the house below HTTP, sample data, listening, jobs, and stopping gracefully.

import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createApp } from './app.ts'
import { BadSetting, type Config, readConfig } from './config.ts'
import { fillSampleData, printWelcome } from './dev/cast.ts'
import { fail, openHouse } from './house.ts'
import { startJobs } from './jobs.ts'
import { isSqlite } from './platform/database.ts'

const STOP_WITHIN_MS = 10_000
const SWEEP_MS = 50

type OpenHouse = Awaited<ReturnType<typeof openHouse>>

/** Listens; `stop` finishes running requests, then closes everything, within ten seconds. */
async function listen(house: OpenHouse) {
  const { config, log, db, delivery } = house
  const server = createServer(createApp(house))
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
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
    const closing = setInterval(() => closeIdle(server, sockets), SWEEP_MS)
    const cut = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS - 2_000)
    await stopJobs()
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

main().catch(fail)
