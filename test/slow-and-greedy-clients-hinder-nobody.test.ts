import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Bounds, openServer } from '../src/connections.ts'
import { PASSWORD } from '../src/dev/cast.ts'
import { startHouse } from './support/house.ts'
import { openLine, requestOf, trickle } from './support/raw-lines.ts'

const TOO_SLOW = 'What you sent took too long to arrive, so nothing was done. Try again.'
const GREEDY = 100

/** A server that answers when the test says so. */
async function bare(bounds: Partial<Bounds>) {
  const asked: ServerResponse[] = []
  const server: Server = openServer(bounds).on('request', (_req, res) => asked.push(res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => server.closeAllConnections())
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

describe('whoever sends too slowly', async () => {
  // Nobody else talks to this house: what is short for a byte a time may be short for a busy machine too.
  const house = await startHouse({ bounds: { headersMs: 1_000, requestMs: 2_000, checkMs: 50 } })
  const { host } = new URL(house.appUrl)

  test('headers that trickle: 408 with a sentence', async () => {
    const answer = await trickle(house.appUrl, `GET /login HTTP/1.1\r\nHost: ${host}\r\nCookie: `)
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answer).toContain(`X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n${TOO_SLOW}\n`)
  })

  test('bodies that trickle: 408, and nothing was done, on pages and for programs', async () => {
    const form = 'application/x-www-form-urlencoded'
    const login = new URLSearchParams({ email: 'alice@example.com', password: PASSWORD }).toString()
    const cases: [path: string, type: string, body: string][] = [
      ['/login', form, `${login}&x=`],
      ['/login', 'multipart/form-data; boundary=x', '--x\r\n'],
      ['/api/v1/clients', 'application/json', '{"first_name":"'],
      ['/includes/api.php', form, 'action=AddClient&x='],
    ]
    const answers = cases.map(([path, type, body]) => {
      const headers = { Host: host, Origin: house.appUrl, 'Content-Type': type, 'Content-Length': 99_000 }
      return trickle(house.appUrl, requestOf(`POST ${path} HTTP/1.1`, headers, body))
    })
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
      expect(answer).toContain(TOO_SLOW)
    }
    expect(await house.db('sessions').select('*')).toEqual([])
    expect(house.logged.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  })

  test('who connects and says nothing is not spoken to', async () => {
    expect(await openLine(house.appUrl).closed).toBe('')
  })

  test('an answer that nobody takes is not kept for ever', async () => {
    const { url, asked } = await bare({ stalledMs: 500 })
    const line = openLine(url, requestOf('GET / HTTP/1.1', { Host: 'x' }))
    line.socket.pause()
    await expect.poll(() => asked.length).toBe(1)
    const answer = asked[0] as ServerResponse
    const closed = new Promise((resolve) => answer.once('close', resolve))
    answer.end('x'.repeat(50_000_000))
    await closed
    line.socket.resume()
    expect((await line.closed).length).toBeLessThan(50_000_000)
  })
})

describe('whoever sends too much, or holds too many lines', async () => {
  const house = await startHouse({ bounds: { connectionsMax: GREEDY } })
  const { host } = new URL(house.appUrl)

  test('cookies of a megabyte, or an address of one: 431 with a sentence; what browsers keep otherwise is no matter', async () => {
    const long = 'x'.repeat(1_000_000)
    for (const text of [
      requestOf('GET /login HTTP/1.1', { Host: host, Cookie: `a=${long}` }),
      requestOf(`GET /login?a=${long} HTTP/1.1`, { Host: host }),
    ]) {
      const answer = await openLine(house.appUrl, text).closed
      expect(answer).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/)
      expect(answer).toContain('there are too many cookies. Delete the cookies of this site, then try again.')
    }
    const others = Array.from({ length: 30 }, (_, nth) => `other${nth}=${'y'.repeat(450)}`).join('; ')
    const visitor = await house.visitor().visit('/login', { Cookie: others })
    expect([visitor.status, visitor.title]).toEqual([200, 'Log in'])
  })

  test('what is no HTTP gets a sentence', async () => {
    const answer = await openLine(house.appUrl, 'HELO there\r\n\r\n').closed
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toContain('What was sent is broken, so nothing was done.')
  })

  test('many lines that say nothing, half of a header or half of a body: pages come, and the oldest lines are closed', async () => {
    const half = requestOf('POST /login HTTP/1.1', { Host: host, 'Content-Length': 100 }, 'email=')
    const texts = ['', `GET / HTTP/1.1\r\nHost: ${host}\r\nCoo`, half]
    const lines = Array.from({ length: 4 * GREEDY }, (_, nth) => openLine(house.appUrl, texts[nth % 3]))
    const alice = await house.user('alice', 'Acme Hosting')
    expect(alice.title).toBe('Acme Hosting')
    const open = () => lines.filter((line) => line.isOpen()).length
    await expect.poll(open, { timeout: 60_000 }).toBeLessThanOrEqual(GREEDY)
    expect((await alice.visit('/account/users')).title).toBe('User Management')
    expect(open(), 'the others are kept: there is room').toBeGreaterThan(0)
    for (const { socket } of lines) socket.destroy()
  })

  test('a body that comes a byte at a time costs no more than its bytes', async () => {
    setFlagsFromString('--expose-gc')
    const clear: () => void = runInNewContext('gc')
    const taken: Socket[] = []
    const note = (message: unknown) => taken.push((message as { socket: Socket }).socket)
    subscribe('http.server.request.start', note)
    onTestFinished(() => void unsubscribe('http.server.request.start', note))
    const pieces = '1\r\nx\r\n'.repeat(90_000)
    for (const [path, type] of [
      ['/api/v1/clients', 'application/json'],
      ['/includes/api.php', 'application/x-www-form-urlencoded'],
      ['/login', 'multipart/form-data; boundary=x'],
    ] as const) {
      clear()
      const before = process.memoryUsage().heapUsed
      const headers = {
        Host: host,
        Origin: house.appUrl,
        'Content-Type': type,
        'Transfer-Encoding': 'chunked',
      }
      const text = requestOf(`POST ${path} HTTP/1.1`, headers, pieces)
      const lines = Array.from({ length: 5 }, () => openLine(house.appUrl, text))
      const read = () => taken.reduce((sum, { bytesRead }) => sum + bytesRead, 0)
      await expect.poll(read).toBe(lines.length * text.length)
      clear()
      const each = (process.memoryUsage().heapUsed - before) / lines.length
      expect(each, path).toBeLessThan(1_000_000)
      for (const { socket } of lines) socket.destroy()
      taken.length = 0
    }
  })

  test('who is being answered keeps the line', async () => {
    const { url, asked } = await bare({ connectionsMax: 4 })
    const busy = openLine(url, requestOf('GET / HTTP/1.1', { Host: 'x', Connection: 'close' }))
    await expect.poll(() => asked.length).toBe(1)
    const idle = Array.from({ length: 12 }, () => openLine(url))
    await expect.poll(() => idle.filter((line) => line.isOpen()).length, { timeout: 60_000 }).toBe(3)
    expect(busy.isOpen()).toBe(true)
    asked[0]?.end('here it is')
    expect(await busy.closed).toContain('here it is')
    for (const { socket } of idle) socket.destroy()
  })

  test('who does not take the answer keeps nobody out, but goes after those who ask nothing', async () => {
    const { url, asked } = await bare({ connectionsMax: 4 })
    const idle = openLine(url)
    const text = requestOf('GET / HTTP/1.1', { Host: 'x' })
    const takers = [0, 1, 2].map(() => openLine(url, text))
    for (const { socket } of takers) socket.pause()
    await expect.poll(() => asked.length).toBe(3)
    for (const answer of asked) answer.end('x'.repeat(50_000_000))
    const served = async () => {
      const before = asked.length
      const { closed } = openLine(url, requestOf('GET / HTTP/1.1', { Host: 'x', Connection: 'close' }))
      await expect.poll(() => asked.length).toBe(before + 1)
      const open = asked.slice(0, 3).filter(({ destroyed }) => !destroyed).length
      return { closed, open }
    }
    const first = await served()
    expect([idle.isOpen(), first.open]).toEqual([false, 3])
    const second = await served()
    expect(second.open).toBe(2)
    for (const answer of asked.slice(3)) answer.end('here it is')
    for (const { closed } of [first, second]) expect(await closed).toContain('here it is')
    for (const { socket } of takers) socket.destroy()
  })
})
