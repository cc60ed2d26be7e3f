// A connection that is kept open and costs little: requests are bytes made beforehand, of an answer only what is asked
// for is read. What a client spends on itself would else be taken for the server's.

import { connect, type Socket } from 'node:net'

export interface Wanted {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: Record<string, string | string[]>
}

export interface Answer {
  status: number
  head: string
  body: Buffer
}

/** The bytes of a request. */
export function bytesOf({ method = 'GET', path, headers = {}, body }: Wanted, port: number): Buffer {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(body ?? {}))
    for (const one of [value].flat()) form.append(name, one)
  const text = body ? form.toString() : ''
  const host = `127.0.0.1:${port}`
  const posting = {
    Origin: `http://${host}`,
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': String(Buffer.byteLength(text)),
  }
  const all = { Host: host, ...headers, ...(body && posting) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`)
}

const END_OF_HEAD = Buffer.from('\r\n\r\n')
const IDLE_MOST_MS = 1_000
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

export class Connection {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #needed = 0
  #head = ''
  #lastUsed = performance.now()
  #done: { resolve(answer: Answer): void; reject(error: Error): void } | undefined

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection.')))
  }

  /** A server ends what was not used for some seconds, perhaps while the next request is on its way. */
  get mayBeUsed() {
    return !this.#socket.destroyed && performance.now() - this.#lastUsed < IDLE_MOST_MS
  }

  /** One at a time. */
  send(request: Buffer): Promise<Answer> {
    this.#chunks = []
    this.#length = this.#needed = 0
    this.#head = ''
    return new Promise((resolve, reject) => {
      this.#done = { resolve, reject }
      this.#socket.write(request)
    })
  }

  close() {
    this.#done = undefined
    this.#socket.destroy()
  }

  #fail(error: Error) {
    this.#done?.reject(error)
    this.#done = undefined
  }

  #read(chunk: Buffer) {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (!this.#head && !this.#readHead()) return
    const isWhole = this.#needed < 0 ? this.#hasLastChunk() : this.#length >= this.#needed
    if (!isWhole) return
    const body = Buffer.concat(this.#chunks).subarray(this.#head.length + END_OF_HEAD.length)
    this.#lastUsed = performance.now()
    this.#done?.resolve({ status: Number(this.#head.slice(9, 12)), head: this.#head, body })
    this.#done = undefined
  }

  #hasLastChunk() {
    return Buffer.concat(this.#chunks.slice(-LAST_CHUNK.length))
      .subarray(-LAST_CHUNK.length)
      .equals(LAST_CHUNK)
  }

  #readHead(): boolean {
    const all = Buffer.concat(this.#chunks)
    const end = all.indexOf(END_OF_HEAD)
    if (end < 0) return false
    this.#head = all.toString('latin1', 0, end)
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head)?.[1]
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(this.#head)
    this.#needed = isChunked ? -1 : end + END_OF_HEAD.length + Number(length ?? 0)
    return true
  }
}

/** One request by itself. */
export async function ask(port: number, wanted: Wanted): Promise<Answer> {
  const connection = new Connection(port)
  try {
    return await connection.send(bytesOf(wanted, port))
  } finally {
    connection.close()
  }
}
