// What connections may cost, however many there are and however slowly they talk: how long a request may take to
// arrive, how long nothing may move, and how many stay open. Over that number the one that has been quiet for longest
// is closed for the new one, and where none is quiet one that does not take its answer: so a crowd that only holds lines
// keeps nobody out.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Key, t } from './web/translate.ts'

export interface Bounds {
  /** For the first byte of a request and the rest of its headers. */
  headersMs: number
  /** For the whole of it: 100 KB over a poor line. */
  requestMs: number
  /** For an answer that nobody takes, and whatever else does not move. */
  stalledMs: number
  /** Longer than a proxy keeps its own (60 s), or it would send a request into a line that closes just then. */
  keepAliveMs: number
  checkMs: number
  connectionsMax: number
}

const BOUNDS: Bounds = {
  headersMs: 20_000,
  requestMs: 60_000,
  stalledMs: 60_000,
  keepAliveMs: 65_000,
  checkMs: 2_000,
  connectionsMax: 2_000,
}

const HEADERS_MAX_BYTES = 16 * 1024
/** Who is still sending reads no answer, and a line that is closed meanwhile loses it: so much more is taken. */
const LINGER_MS = 2_000
const LINGER_BYTES = 4_000_000

const ANSWERS: Record<string, [status: string, sentence: Key]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'error.tooSlow.sentence'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'error.headersTooLarge.sentence'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Content Too Large', 'error.tooLarge.sentence'],
}
const BROKEN: [string, Key] = ['400 Bad Request', 'error.malformed.sentence']

interface Answering {
  req: IncomingMessage
  res: ServerResponse
}

/** Open connections, the one that has been quiet for longest first, each with what it asked last. */
type Lines = Map<Socket, Answering | undefined>

export function openServer(bounds: Partial<Bounds> = {}): Server {
  const { headersMs, requestMs, stalledMs, keepAliveMs, checkMs, connectionsMax } = { ...BOUNDS, ...bounds }
  const server = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: HEADERS_MAX_BYTES,
  })
  server.setTimeout(stalledMs)
  const lines: Lines = new Map()
  server.on('connection', (socket: Socket) => {
    lines.set(socket, undefined)
    socket.once('close', () => lines.delete(socket))
    if (lines.size > connectionsMax) closeQuietest(lines, socket)
  })
  server.on('request', (req, res) => {
    // It is the last one now.
    lines.delete(req.socket)
    lines.set(req.socket, { req, res })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    answerBroken(error, socket, lines.get(socket)),
  )
  return server
}

const isOpen = (one: Answering | undefined) => one?.req.complete && !one.res.writableFinished

/** Nothing of it waits for us any more, but for whoever asked to take it. */
const isUntaken = (one: Answering | undefined) => one?.res.writableEnded || one?.res.writableNeedDrain

/** Whose answer we still work on is waited for: what that costs is bounded elsewhere. */
function closeQuietest(lines: Lines, newest: Socket) {
  const others = [...lines].filter(([socket]) => socket !== newest)
  const quietest = others.find(([, one]) => !isOpen(one)) ?? others.find(([, one]) => isUntaken(one))
  const [socket] = quietest ?? [newest]
  lines.delete(socket)
  socket.destroy()
}

const told = new WeakSet<Socket>()

/** There is no request that could be answered with a page. */
function answerBroken({ code = '' }: NodeJS.ErrnoException, socket: Socket, asked: Answering | undefined) {
  if (told.has(socket)) return void (socket.bytesRead > LINGER_BYTES && socket.destroy())
  const isUnderWay = asked?.res.headersSent && !asked.res.writableFinished
  // Browsers connect in advance; that they then ask nothing is not worth a word.
  if (!socket.writable || isUnderWay || socket.bytesRead === 0) return socket.destroy()
  told.add(socket)
  const [status, sentence] = ANSWERS[code] ?? BROKEN
  const text = `${t(sentence)}\n`
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  // Of a request that has begun the rest must not come after all: it would be done, though this says that it was not.
  const done = asked && !asked.res.writableFinished ? () => socket.destroy() : undefined
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, done)
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
