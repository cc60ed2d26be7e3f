// Messages between Latchkey and the process of a hook file: one line of JSON each, over a pipe of their own. The
// channel that Node brings would let whatever an add-on writes to it by mistake end the process that listens.

import type { Duplex } from 'node:stream'

/** The number of the pipe in the child. */
export const CHANNEL_FD = 3
const MESSAGE_MAX = 1_000_000

export type Message = Record<string, unknown>

/** Gives the function that sends. What is no message is passed over; one without end closes the pipe. */
export function openChannel(pipe: Duplex, hear: (message: Message) => void) {
  let rest = ''
  pipe.setEncoding('utf8')
  pipe.on('error', () => {})
  pipe.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MESSAGE_MAX) return pipe.destroy()
    for (const line of lines) {
      const message = parse(line)
      if (message) hear(message)
    }
  })
  return (message: object) => {
    if (pipe.writable) pipe.write(`${JSON.stringify(message)}\n`)
  }
}

function parse(line: string): Message | undefined {
  try {
    const found: unknown = JSON.parse(line)
    return typeof found === 'object' && found !== null ? (found as Message) : undefined
  } catch {
    return undefined
  }
}
