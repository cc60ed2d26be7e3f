// Connections as no browser makes them: that say nothing, or a byte now and then, or far too much.

import { connect, type Socket } from 'node:net'

const DROP_EVERY_MS = 20

export interface Line {
  socket: Socket
  /** What came back before it was closed. */
  closed: Promise<string>
  isOpen(): boolean
}

export function openLine(appUrl: string, text = ''): Line {
  const { hostname, port } = new URL(appUrl)
  const socket = connect(Number(port), hostname)
  let [got, open] = ['', true]
  socket.on('data', (bytes) => {
    got += bytes
  })
  // A line that is cut while one still writes.
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) =>
    socket.once('close', () => {
      open = false
      resolve(got)
    }),
  )
  if (text) socket.write(text)
  return { socket, closed, isOpen: () => open }
}

/** Sends what goes on for ever, a byte at a time, until the line is closed; gives what was answered. */
export async function trickle(appUrl: string, text: string): Promise<string> {
  const line = openLine(appUrl, text)
  const dropping = setInterval(() => line.isOpen() && line.socket.write('x'), DROP_EVERY_MS)
  return line.closed.finally(() => clearInterval(dropping))
}

/** A request as it goes over the line; a body longer than what is given keeps the other side waiting. */
export const requestOf = (first: string, headers: Record<string, string | number>, body = '') =>
  `${[first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n${body}`
