// A real SMTP server that keeps what it is handed: for what only a sent message shows.

import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { atEnd } from './at-end.ts'

export interface Received {
  from: string
  to: string[]
  /** The whole message, as it came. */
  source: string
}

/** `answer` is told each recipient and may refuse with an SMTP code. */
export async function startSmtp({ answer = (_to: string): number => 250, port: asked = 0 } = {}) {
  const received: Received[] = []
  const refusal = (responseCode: number) =>
    responseCode === 250 ? null : Object.assign(new Error('Refused here'), { responseCode })
  const peer = {
    url: '',
    received,
    /** Is told each sender and may refuse with an SMTP code. */
    answerSender: (_from: string): number => 250,
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onMailFrom({ address }, _session, done) {
      done(refusal(peer.answerSender(address)))
    },
    onRcptTo({ address }, _session, done) {
      done(refusal(answer(address)))
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const to = envelope.rcptTo.map(({ address }) => address)
        received.push({ from, to, source: Buffer.concat(chunks).toString('utf8') })
        done()
      })
    },
  })
  // Whoever is killed while talking to us resets the connection.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(asked, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  atEnd(() => new Promise<void>((resolve) => server.close(() => resolve())))
  peer.url = `smtp://127.0.0.1:${port}`
  return peer
}

/** The lines of a message put together again, where quoted-printable had broken them. */
export const unquoted = (source: string) =>
  source
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
