// A body is JSON in UTF-8. What no database keeps as it came, halves of characters, is refused too.

import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { Refusal } from '../domain/refusal.ts'
import { type ApiEnv, requestOf } from './context.ts'

const HALF_A_CHARACTER = /\p{Cs}/u

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
