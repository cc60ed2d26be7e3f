// What an add-on prints, line by line. One that prints without end is made to wait, and fills neither memory nor
// log: its pipe is read no faster than this.

import type { Readable } from 'node:stream'

const LINES_PER_SECOND = 200
const LINE_MAX = 2_000

/** Empty lines are left out, long ones are cut. */
export function passOn(stream: Readable, print: (line: string) => void) {
  let room = LINES_PER_SECOND
  let rest = ''

  const drain = () => {
    const lines = rest.split('\n')
    const ready = lines.splice(0, Math.min(room, lines.length - 1))
    rest = lines.join('\n')
    if (lines.length === 1 && rest.length > LINE_MAX) {
      ready.push(rest)
      rest = ''
    }
    room -= ready.length
    for (const line of ready) if (line.trim()) print(line.slice(0, LINE_MAX))
    if (room > 0) return
    stream.pause()
    setTimeout(refill, 1_000).unref()
  }
  const refill = () => {
    room = LINES_PER_SECOND
    stream.resume()
    drain()
  }

  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    rest += chunk
    drain()
  })
  stream.on('error', () => {})
  stream.on('end', () => {
    rest += '\n'
    drain()
  })
}
