// An SMTP peer that does as it is told, wrong answers first. Raw TCP, since no library lies so well.

import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import defaults from 'smtp-server/lib/tls-options.js'
import { atEnd } from './at-end.ts'

/** Never answers; the connection stays open. */
export const HANG = 'hang'
/** Closes the connection instead of answering. */
export const CUT = 'cut'
/** Goes on answering, a line now and then, and never comes to the last. */
export const TRICKLE = 'trickle'

/** When something is asked of it; BODY: while the message comes in, END: after its last line. */
type Moment = 'GREETING' | 'EHLO' | 'STARTTLS' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'BODY' | 'END' | 'QUIT'
/** An answer, HANG, CUT or TRICKLE for each moment; what is not named goes well. */
export type Script = Partial<Record<Moment, string>>

export interface Taken {
  to: string
  source: string
}

const TRICKLE_MS = 100

const FINE: Record<string, string> = {
  GREETING: '220 bad.test ESMTP',
  STARTTLS: '220 Go on',
  AUTH: '235 Welcome',
  DATA: '354 Go on',
  QUIT: '221 Bye',
}

export interface BadOptions {
  script?: Script
  /** Lines of EHLO's answer: STARTTLS, AUTH PLAIN, PIPELINING, SIZE 1000 … */
  extensions?: string[]
  /** TLS from the first byte, with a certificate that nobody signed. */
  secure?: boolean
  port?: number
  /** Does not close its side because the other closed theirs: only a destroyed connection ends. */
  stubborn?: boolean
}

export async function startBadSmtp(options: BadOptions = {}) {
  const { secure = false, port: asked = 0 } = options
  const peer = {
    url: '',
    /** May be changed at any time; holds from the next command on. */
    script: options.script ?? {},
    /** For the connections that come. */
    extensions: options.extensions ?? [],
    /** How long it takes for each message. */
    slowMs: 0,
    /** Messages that came in whole, whether or not it said so. */
    taken: [] as Taken[],
    /** Commands, as they came, of all connections. */
    heard: [] as string[],
    connections: 0,
    open: new Set<Socket>(),
    mostOpen: 0,
  }
  const context = createSecureContext(defaults())
  const encrypted = (socket: Socket) => new TLSSocket(socket, { isServer: true, secureContext: context })

  const server = createServer({ allowHalfOpen: options.stubborn ?? false }, (socket) => {
    peer.connections++
    peer.open.add(socket)
    peer.mostOpen = Math.max(peer.mostOpen, peer.open.size)
    socket.on('close', () => peer.open.delete(socket))
    socket.on('error', () => socket.destroy())
    converse(peer, secure ? encrypted(socket) : socket, encrypted)
  })
  await new Promise<void>((resolve) => server.listen(asked, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  peer.url = `${secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`
  /** Ends the connections there are; the next one finds it as it was. */
  const drop = () => {
    for (const socket of peer.open) socket.destroy()
  }
  const close = () => {
    drop()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  atEnd(close)
  return Object.assign(peer, { drop, close })
}

interface Peer {
  script: Script
  extensions: string[]
  slowMs: number
  taken: Taken[]
  heard: string[]
}

function trickle(socket: Socket) {
  const timer = setInterval(() => socket.write('250-Wait\r\n'), TRICKLE_MS)
  socket.on('close', () => clearInterval(timer))
}

function converse(peer: Peer, first: Socket, encrypted: (socket: Socket) => Socket) {
  let socket = first
  let rest = ''
  let to = ''
  let body: string | undefined
  let offered = peer.extensions

  /** True if the conversation goes on. */
  const answer = (moment: Moment, fine = FINE[moment] ?? '250 OK') => {
    const said = peer.script[moment] ?? fine
    if (said === CUT) socket.destroy()
    else if (said === TRICKLE) trickle(socket)
    else if (said !== HANG) socket.write(`${said}\r\n`)
    return said.startsWith('2') || said.startsWith('3')
  }
  const command = (line: string) => {
    peer.heard.push(line)
    const verb = (line.split(/[ :]/)[0] ?? '').toUpperCase()
    if (verb === 'EHLO')
      answer('EHLO', ['250-bad.test', ...offered.map((it) => `250-${it}`), '250 OK'].join('\r\n'))
    else if (verb === 'STARTTLS') {
      if (answer('STARTTLS')) peer.script.STARTTLS ? babble() : upgrade()
    } else if (verb === 'RCPT') {
      to = /<(.*?)>/.exec(line)?.[1] ?? ''
      answer('RCPT')
    } else if (verb === 'DATA') {
      if (answer('DATA')) body = ''
    } else if (verb === 'QUIT') {
      answer('QUIT')
      socket.end()
    } else if (verb === 'MAIL' || verb === 'AUTH') answer(verb)
    else socket.write('250 OK\r\n')
  }
  const upgrade = () => {
    socket.removeAllListeners('data')
    socket = encrypted(socket)
    offered = offered.filter((name) => name !== 'STARTTLS')
    listen()
  }
  /** It said yes to STARTTLS and talks on in the clear. */
  const babble = () => {
    socket.removeAllListeners('data')
    socket.on('data', () => socket.write('500 What?\r\n'))
  }
  const read = () => {
    for (;;) {
      if (body !== undefined) {
        if (rest && peer.script.BODY) return void answer('BODY')
        const end = rest.indexOf('\r\n.\r\n')
        if (end < 0) return
        peer.taken.push({ to, source: rest.slice(0, end) })
        rest = rest.slice(end + 5)
        body = undefined
        setTimeout(() => answer('END'), peer.slowMs)
      }
      const end = rest.indexOf('\r\n')
      if (end < 0) return
      const line = rest.slice(0, end)
      rest = rest.slice(end + 2)
      command(line)
    }
  }
  const listen = () => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('utf8')
      read()
    })
  }
  listen()
  answer('GREETING')
}
