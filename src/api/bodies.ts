// A body is at most 100 KB of JSON in UTF-8. What no database keeps as it came, halves of characters, is refused too.

import type { IncomingMessage } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { Refusal } from '../domain/refusal.ts'
import { type ApiEnv, requestOf } from './context.ts'

const LIMIT_BYTES = 100 * 1024
/** Of what is too large this much is still read, since many programs read no answer before they have sent all. */
const DRAINED_BYTES = 20 * LIMIT_BYTES
const HALF_A_CHARACTER = /\p{Cs}/u

/** The whole body, which Hono then finds as `rawBody`; nothing when it is too large. */
export async function collect(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    // What is not read any more is still to be answered.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes <= LIMIT_BYTES) chunks.push(chunk)
      if (bytes > DRAINED_BYTES) break
    }
  } catch {
    // Whoever sent it has hung up.
    throw new HTTPException(400)
  }
  return bytes <= LIMIT_BYTES ? Buffer.concat(chunks) : undefined
}

const wholeOnly = (name: string, value: unknown) => {
  const texts = typeof value === 'string' ? [name, value] : [name]
  if (texts.some((text) => HALF_A_CHARACTER.test(text))) throw new Refusal('api.malformed')
  return value
}

export const readBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (requestOf(c).isTooLarge) throw new HTTPException(413)
  if ((c.req.header('Content-Encoding') ?? 'identity') !== 'identity') throw new Refusal('api.packed')
  try {
    const raw = new TextDecoder('utf-8', { fatal: true }).decode(requestOf(c).rawBody)
    c.set('raw', raw)
    if (raw !== '') JSON.parse(raw, wholeOnly)
  } catch {
    throw new Refusal('api.malformed')
  }
  await next()
}
