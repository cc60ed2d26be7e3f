// What each answer of a mail server is taken for, and that a bad peer costs a connection and nothing else.

import { expect, test } from 'vitest'
import { LIMITS, SENDERS, smtpTransport } from '../../src/platform/mail.ts'
import { MailFault } from '../../src/platform/mail-fault.ts'
import { type BadOptions, CUT, HANG, startBadSmtp, TRICKLE } from '../support/bad-smtp.ts'

const SHORT = { messageMs: 1_000, connectMs: 500, idleMs: 30_000 }
const PASSWORD = 'correct-horse'
const LOGIN = `mailer:${PASSWORD}@`
const LINK = 'https://accounts.example.com/invite/7-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
const MESSAGE = {
  to: 'dora@example.com',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: `Hello, ${LINK}`,
  messageId: '<one@example.com>',
}

interface Case extends BadOptions {
  login?: string
  /** Another scheme than the peer speaks, or another address altogether. */
  url?: string
}

async function trial({ login = '', url, ...options }: Case) {
  const peer = await startBadSmtp(options)
  const address = url?.includes('//') ? url : peer.url.replace(/^\w+/, (own) => url ?? own)
  const transport = smtpTransport(address.replace('//', `//${login}`), 'accounts@example.com', SHORT)
  const send = (message = MESSAGE) =>
    transport.send(message).then(
      () => undefined,
      (error: MailFault) => error,
    )
  return { peer, transport, send }
}

const auth = { extensions: ['AUTH PLAIN LOGIN'], login: LOGIN }
const starttls = { extensions: ['STARTTLS'] }

test.each<[string, 'address' | 'settings' | 'passing', Case]>([
  ['421 as a greeting', 'passing', { script: { GREETING: '421 busy' } }],
  ['554 as a greeting', 'settings', { script: { GREETING: '554 not for you' } }],
  ['no greeting', 'passing', { script: { GREETING: HANG } }],
  ['closed before a greeting', 'passing', { script: { GREETING: CUT } }],
  ['nobody listens', 'passing', { url: 'smtp://127.0.0.1:9' }],
  ['no such host', 'settings', { url: 'smtp://no-such-host.invalid' }],
  ['the sender is refused', 'settings', { script: { MAIL: '550 5.7.1 Not from you' } }],
  ['the sender is refused for now', 'passing', { script: { MAIL: '451 later' } }],
  ['a login is wanted at MAIL', 'settings', { script: { MAIL: '530 5.7.0 Authentication required' } }],
  ['a login is wanted at RCPT', 'settings', { script: { RCPT: '530 5.7.0 Authentication required' } }],
  ['no relay', 'settings', { script: { RCPT: '554 5.7.1 <dora@example.com>: Relay access denied' } }],
  ['no such mailbox', 'address', { script: { RCPT: '550 5.1.1 <relay@example.com>: unknown' } }],
  [
    'no such mailbox, pipelined',
    'address',
    { script: { RCPT: '550 no', DATA: '503 none' }, extensions: ['PIPELINING'] },
  ],
  ['greylisted', 'passing', { script: { RCPT: '450 4.2.0 try later' } }],
  ['mailbox full for now', 'passing', { script: { RCPT: '452 full' } }],
  ['closing at RCPT', 'passing', { script: { RCPT: '421 closing' } }],
  ['out of step', 'passing', { script: { RCPT: '503 MAIL first' } }],
  ['refused at DATA', 'address', { script: { DATA: '554 no' } }],
  ['refused after DATA', 'address', { script: { END: '554 5.6.0 malformed' } }],
  ['not now, after DATA', 'passing', { script: { END: '451 later' } }],
  ['cut in mid-message', 'passing', { script: { BODY: CUT } }],
  ['taken, and cut before it says so', 'passing', { script: { END: CUT } }],
  ['wrong password', 'settings', { ...auth, script: { AUTH: '535 5.7.8 Bad credentials' } }],
  ['login impossible for now', 'passing', { ...auth, script: { AUTH: '454 4.7.0 later' } }],
  ['cut at the login', 'passing', { ...auth, script: { AUTH: CUT } }],
  ['no password given', 'settings', { ...auth, login: 'mailer@' }],
  ['STARTTLS with a bad certificate', 'settings', starttls],
  ['STARTTLS that talks on in the clear', 'settings', { ...starttls, script: { STARTTLS: '220 yes' } }],
  ['STARTTLS refused', 'settings', { ...starttls, script: { STARTTLS: '501 no' } }],
  ['STARTTLS not now', 'passing', { ...starttls, script: { STARTTLS: '454 later' } }],
  ['STARTTLS never answered', 'passing', { ...starttls, script: { STARTTLS: HANG } }],
  ['smtps with a bad certificate', 'settings', { secure: true }],
  ['smtps to a plain port', 'settings', { url: 'smtps' }],
  ['a peer that waits for TLS', 'passing', { secure: true, url: 'smtp' }],
])('%s: %s', async (_name, fault, options) => {
  const { transport, send } = await trial(options)
  const error = await send()
  expect(error).toBeInstanceOf(MailFault)
  expect(error).toMatchObject({ fault })
  expect(error?.message).toMatch(/^[^\r\n]{5,500}$/)
  transport.close()
})

test('an answer that quotes password and link: neither is written down, and it is one short line', async () => {
  const sent = Buffer.from(`\0mailer\0${PASSWORD}`).toString('base64')
  const wrong = await trial({ ...auth, script: { AUTH: `535-5.7.8 ${sent}\r\n535 5.7.8 ${PASSWORD}` } })
  const spam = await trial({ script: { END: `554-Refused: ${LINK}\r\n554 ${'because '.repeat(200)}` } })
  for (const { send, transport } of [wrong, spam]) {
    const { message } = (await send()) as MailFault
    for (const secret of [PASSWORD, sent, 'abcdefghijklmnop']) expect(message).not.toContain(secret)
    expect(message).toMatch(/^[^\r\n]{5,500}$/)
    transport.close()
  }
})

test.each([
  ['the last answer', { END: HANG }, {}],
  ['an answer to RCPT', { RCPT: HANG }, {}],
  ['the end of its last answer', { END: TRICKLE }, { stubborn: true }],
  ['the last answer over STARTTLS', { END: HANG }, { extensions: ['STARTTLS'] }],
  ['the last answer over smtps', { END: HANG }, { secure: true }],
])(
  'a peer that never gives %s: the message fails in time, and the connection is gone',
  async (_, script, extra) => {
    const peer = await startBadSmtp({ ...extra, script })
    const transport = smtpTransport(`${peer.url}?tls.rejectUnauthorized=false`, 'accounts@example.com', SHORT)
    const before = Date.now()
    await expect(transport.send(MESSAGE)).rejects.toThrow('no last answer within 1 seconds')
    expect(Date.now() - before).toBeLessThan(10_000)
    await expect.poll(() => peer.open.size, { timeout: 5_000 }).toBe(0)
    peer.script = {}
    await transport.send(MESSAGE)
    expect(peer.taken.filter(({ source }) => source.includes('Message-ID: <one@example.com>'))).not.toEqual(
      [],
    )
    transport.close()
  },
)

test('the limits are a minute for a message, twenty seconds for a connection, half a minute for an idle one', () => {
  expect(LIMITS).toEqual({ messageMs: 60_000, connectMs: 20_000, idleMs: 30_000 })
}, 10_000)

test.each([
  ['plain', {}],
  ['STARTTLS', { extensions: ['STARTTLS', 'PIPELINING'] }],
  ['smtps', { secure: true }],
])(
  '%s: one connection carries many messages, a hundred at most, and closes by itself',
  async (_, options) => {
    const peer = await startBadSmtp(options)
    const transport = smtpTransport(`${peer.url}?tls.rejectUnauthorized=false`, 'accounts@example.com', {
      ...SHORT,
      idleMs: 400,
    })
    for (let n = 0; n < 99; n++) await transport.send({ ...MESSAGE, messageId: `<${n}@example.com>` })
    expect(peer.connections).toBe(1)
    for (let n = 99; n < 103; n++) await transport.send({ ...MESSAGE, messageId: `<${n}@example.com>` })
    expect(peer.connections).toBe(2)
    expect(new Set(peer.taken.map(({ source }) => /^Message-ID: (.*)$/m.exec(source)?.[1])).size).toBe(103)
    await expect.poll(() => peer.open.size, { timeout: 5_000 }).toBe(0)
    expect(peer.heard.at(-1)).toBe('QUIT')
    transport.close()
  },
)

test('connections that the peer closed meanwhile cost nothing', async () => {
  const { peer, transport, send } = await trial({})
  expect(await Promise.all([send(), send(), send()])).toEqual([undefined, undefined, undefined])
  expect(peer.connections).toBe(3)
  peer.drop()
  expect(await Promise.all([send(), send(), send()])).toEqual([undefined, undefined, undefined])
  peer.script = { MAIL: '421 idle too long' }
  setTimeout(() => {
    peer.script = {}
  }, 30)
  expect(await send(), '421 to the first command, before a byte of the message').toBeUndefined()
  transport.close()
})

test('a refused message keeps its connection', async () => {
  const { peer, transport, send } = await trial({ script: { RCPT: '550 no' } })
  for (let n = 0; n < 20; n++) expect(await send()).toMatchObject({ fault: 'address' })
  // The next message may come before the refused one's connection is free again, and opens one of the three.
  expect(peer.connections).toBeLessThanOrEqual(SENDERS)
  transport.close()
})

test('three at once and no more: a fourth is not kept waiting in memory', async () => {
  const { peer, transport, send } = await trial({})
  peer.slowMs = 200
  const [first, second, third, fourth] = await Promise.all([send(), send(), send(), send()])
  expect([first, second, third]).toEqual([undefined, undefined, undefined])
  expect(fourth).toMatchObject({ fault: 'passing' })
  expect(peer.mostOpen).toBe(3)
  transport.close()
})
