// Between Latchkey and its database: lets everything through, and cuts or holds the line at a chosen moment.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * Where the line is cut: before the COMMIT has reached the server; after, before its answer is back; or so that
 * the server gets it late, when we have long looked and begun again.
 */
export type Cut = 'before' | 'after' | 'long before'

const LATE_MS = 500

const COMMIT = Buffer.from('\x03COMMIT')

export async function startProxy(target: { host: string; port: number }) {
  const lines = new Set<Socket>()
  let cut: Cut | undefined
  let [cuts, countdown] = [0, 0]
  let isSilent = false

  const server = createServer((client) => {
    const upstream = connect(target.port, target.host)
    for (const socket of [client, upstream]) {
      lines.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => lines.delete(socket))
    }
    let isDeaf = false
    client.on('data', (bytes) => {
      if (isSilent) return
      const isCommit = cut && bytes.includes(COMMIT)
      if (isCommit) countdown--
      const now = isCommit && countdown === 0 ? cut : undefined
      if (now) {
        cut = undefined
        cuts++
      }
      if (now === 'before') return close(client, upstream)
      if (now === 'long before') {
        isDeaf = true
        setTimeout(() => upstream.write(bytes), LATE_MS)
        return void client.resetAndDestroy()
      }
      if (now === 'after') isDeaf = true
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (isSilent) return
      if (isDeaf) return close(client, upstream)
      client.write(bytes)
    })
    client.once('close', () => isDeaf || upstream.destroy())
    upstream.once('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    /** The next COMMIT that comes by, or the nth, is where the line is cut. */
    cutAtCommit(when: Cut, nth = 1) {
      cut = when
      countdown = nth
    },
    /** How many lines were cut at a COMMIT so far. */
    cuts: () => cuts,
    /** Nothing gets through and nobody hangs up, as when a machine vanishes. */
    vanish(isGone: boolean) {
      isSilent = isGone
    },
    /** Every line that is open is reset. */
    cutAll() {
      for (const socket of lines) socket.resetAndDestroy()
    },
    async stop() {
      for (const socket of lines) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The client first: the answer must not reach it. */
function close(client: Socket, upstream: Socket) {
  client.resetAndDestroy()
  upstream.destroy()
}
