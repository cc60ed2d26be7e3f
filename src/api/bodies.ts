// A body is at most 100 KB of JSON in UTF-8. What no database keeps as it came, halves of characters, is refused too.

import type { IncomingMessage } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { Refusal } from '../domain/refusal.ts'
import type { ApiEnv } from './context.ts'

const LIMIT_BYTES = 100 * 1024
/** Of what is too large this much is still read, since many programs read no answer before they have sent all. */
const DRAINED_BYTES = 20 * LIMIT_BYTES
const HALF_A_CHARACTER = /\p{Cs}/u

export const limitBody = bodyLimit({
  maxSize: LIMIT_BYTES,
  onError: () => {
    throw new HTTPException(413)
  },
})

/** Reads what says of itself that it is too large, and drops it: it is refused later, by what it said. */
export async function drainLarge(incoming: IncomingMessage) {
  const length = Number(incoming.headers['content-length'] ?? 0)
  if (length <= LIMIT_BYTES || length > DRAINED_BYTES) return
  await new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) incoming.once(event, () => resolve())
    incoming.resume()
  })
}

const wholeOnly = (name: string, value: unknown) => {
  const texts = typeof value === 'string' ? [name, value] : [name]
  if (texts.some((text) => HALF_A_CHARACTER.test(text))) throw new Refusal('api.malformed')
  return value
}

export const readBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const bytes = await c.req.arrayBuffer()
  try {
    const raw = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    c.set('raw', raw)
    if (raw !== '') JSON.parse(raw, wholeOnly)
  } catch {
    throw new Refusal('api.malformed')
  }
  await next()
}
